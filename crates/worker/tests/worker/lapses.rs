// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whoever fills a hosted page in has proved nothing: what nobody pays of it goes (decision 0016).

use serde_json::json;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, InstallmentInput, OptionInput, OptionKind, PositionInput};
use tramite_domain::ids::SubmissionId;
use tramite_domain::submission::KeptSubmission;
use tramite_domain::time::Instant;
use tramite_testkit::Database;
use tramite_worker::{Worker, WorkerSettings};
use uuid::Uuid;

use crate::place::{Place, scope};
use crate::receipts::receive_of;
use crate::retention::session;
use crate::town::{client, installment, one_payment};

const DAY: i64 = 86_400;

/// A position that can be paid until then, where that is said.
async fn owed(place: &mut Place, external_id: &str, ends: Option<Instant>) -> DebtPosition {
    let only = InstallmentInput { expires_at: ends, ..installment("single", 100) };
    let option =
        OptionInput { kind: OptionKind::Single, available_until: None, available_days: None, installments: vec![only] };
    let input = PositionInput { amount: None, payment_options: vec![option], ..one_payment(external_id, 100) };
    place.position(&input).await
}

/// A submission of a page for that position, which goes then where nobody pays.
async fn submitted(place: &Place, position: &DebtPosition, found: bool, lapses_at: Instant) -> SubmissionId {
    let debtor = json!({"kind": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"});
    let entered = json!({"values": {"plate": "AB123CD"}, "debtor": debtor});
    let kept = KeptSubmission {
        id: Uuid::now_v7().into(),
        service_code: place.a.service.code.clone(),
        form_version: 1,
        amount: position.options[0].installments[0].amount,
        breakdown: Vec::new(),
        remittance_information: "Permesso".to_owned(),
        entered: Some(serde_json::from_value(entered).unwrap()),
        unique_key: None,
        superseded_by: None,
        places: Vec::new(),
        debt_position_id: Some(position.id),
        found,
        created_by: client(),
        created_at: place.a.now,
        cancelled_at: None,
        lapses_at: Some(lapses_at),
    };
    let write = Write::InsertSubmission { kept: Box::new(kept.clone()), handed: Vec::new() };
    place.write(&place.a, Batch::new().with(write)).await;
    kept.id
}

pub(crate) async fn what_nobody_pays_of_a_page_goes_after_thirty_days_and_what_is_paid_stays(database: Database) {
    let mut place = Place::open(database.url()).await;
    let ends = place.a.now.plus_seconds(20 * DAY);
    let lapses = ends.plus_seconds(10 * DAY);
    let unpaid = owed(&mut place, "S-1", Some(ends)).await;
    let begun = session(&mut place, &unpaid).await;
    let paid = owed(&mut place, "S-2", Some(ends)).await;
    receive_of(&mut place, &paid, "rt-1", 20, None).await;
    // Its institution has given it more time; another one was there before its form looked for it.
    let longer = owed(&mut place, "S-3", None).await;
    let there = owed(&mut place, "S-4", None).await;
    let since = owed(&mut place, "S-5", None).await;
    let mut all = Vec::new();
    for (position, found) in [(&unpaid, false), (&paid, false), (&longer, false), (&there, true)] {
        all.push(submitted(&place, position, found, lapses).await);
    }
    // Found, and paid since.
    all.push(submitted(&place, &since, true, lapses).await);
    receive_of(&mut place, &since, "rt-2", 20, None).await;
    let pass = async |at: Instant| {
        let worker = Worker::new(place.store.clone(), place.world.clone(), WorkerSettings::default());
        let report = worker.run_once(at).await;
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        report.forgotten
    };
    assert_eq!(pass(lapses.plus_seconds(-1)).await, 0);
    assert_eq!(pass(lapses).await, 3, "the unpaid one with its session, and what was entered to find the other one");
    assert_eq!(pass(lapses).await, 0, "once");
    let own = scope(&place.a);
    let mut kept = Vec::new();
    for id in all {
        kept.push(place.store.submission(&own, id).await.unwrap().unwrap());
    }
    let told: Vec<_> = kept.iter().map(|one| (one.entered.is_some(), one.lapses_at)).collect();
    assert_eq!(
        told,
        [(false, None), (true, None), (true, Some(lapses.plus_seconds(DAY))), (false, None), (true, None)],
        "what is open is looked at again the next day"
    );
    assert_eq!(place.store.position(&own, unpaid.id).await.unwrap(), None);
    assert_eq!(place.stored_session(&place.a, &begun).await.payer, None);
    for position in [&paid, &longer, &there] {
        assert!(!place.stored(position).await.debtor.tax_code.expose().is_anonymous());
    }
}
