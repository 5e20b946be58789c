// SPDX-License-Identifier: AGPL-3.0-or-later
//! What upkeep removes, and what it leaves.

use std::sync::Arc;

use tramite_domain::journal::{Direction, JournalEntry, NODE};
use tramite_domain::time::Instant;
use tramite_storage::{JournalFilter, PageRequest};
use tramite_testkit::Database;
use tramite_worker::{Worker, WorkerSettings};
use uuid::Uuid;

use crate::place::{Place, scope};
use crate::town::TAX_CODE;

fn line(at: &str) -> JournalEntry {
    JournalEntry {
        id: Uuid::now_v7().into(),
        exchange: Uuid::now_v7(),
        at: at.parse().unwrap(),
        direction: Direction::Request,
        operation: "paVerifyPaymentNotice".to_owned(),
        caller: NODE.to_owned(),
        callee: "99999000039_01".to_owned(),
        creditor_tax_code: Some(TAX_CODE.to_owned()),
        station_id: None,
        notice_number: None,
        iuv: None,
        payment_token: None,
        psp_id: None,
        session_id: None,
        outcome: None,
        http_status: None,
        duration_us: None,
        payload: b"<soap/>".to_vec(),
    }
}

/// When the lines that are left were written, the oldest first.
async fn left(place: &Place) -> Vec<String> {
    let filter = JournalFilter { oldest_first: true, ..JournalFilter::default() };
    let creditor = TAX_CODE.parse().unwrap();
    let page = place.store.journal(&scope(&place.a), creditor, &filter, &PageRequest::first(50)).await.unwrap();
    page.items.iter().map(|line| line.at.to_string()).collect()
}

pub(crate) async fn the_journal_is_kept_for_two_years_and_longer_where_that_is_wished(database: Database) {
    let place = Place::open(database.url()).await;
    let times = ["2020-07-31T23:59:59Z", "2020-08-31T23:59:59Z", "2020-09-01T00:00:00Z", "2022-09-01T00:00:00Z"];
    let lines: Arc<[_]> = times.iter().map(|at| (Some(place.a.institution.id), line(at))).collect();
    place.store.system().append_journal(lines).await.unwrap();
    let now: Instant = "2022-09-30T12:00:00Z".parse().unwrap();
    // A setting lengthens it; one that would shorten it does not.
    for (journal_months, kept) in [(26, &times[..]), (25, &times[1..]), (1, &times[2..])] {
        let settings = WorkerSettings { journal_months, ..WorkerSettings::default() };
        let worker = Worker::new(place.store.clone(), place.world.clone(), settings);
        let report = worker.run_once(now).await;
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        assert_eq!(left(&place).await, kept, "{journal_months}");
    }
}
