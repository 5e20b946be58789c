// SPDX-License-Identifier: AGPL-3.0-or-later
//! What whoever watches a process asks the store.

use std::sync::Arc;

use chrono::NaiveDate;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::task::{Task, Work};
use tramite_storage::{Backend, NodeAnswers, StoreError};
use tramite_testkit::Database;

use crate::lists::any_position;
use crate::raw::run;
use crate::support::*;

fn counted(month: u32, station: &str, answered: u64, within: u64) -> NodeAnswers {
    NodeAnswers {
        month: NaiveDate::from_ymd_opt(2026, month, 1).unwrap(),
        station_id: station.to_owned(),
        primitive: "paVerifyPaymentNotice".to_owned(),
        answered,
        within,
    }
}

pub(crate) async fn answers_of_a_month_add_up_over_processes(database: Database) {
    let town = town(&database).await;
    let (first, second) = (town.store.clone(), open(&database).await);
    let months = [counted(3, "A_01", 3, 2), counted(3, "B_01", 1, 1), counted(4, "A_01", 7, 7)];
    let adders: Vec<_> = [first, second]
        .into_iter()
        .map(|store| {
            let months: Arc<[NodeAnswers]> = Arc::new(months.clone());
            tokio::spawn(async move {
                for _ in 0..20 {
                    store.system().add_node_answers(Arc::clone(&months)).await.unwrap();
                }
            })
        })
        .collect();
    for adder in adders {
        adder.await.unwrap();
    }
    let march = town.store.system().node_answers(months[0].month).await.unwrap();
    assert_eq!(march, [counted(3, "A_01", 120, 80), counted(3, "B_01", 40, 40)]);
    assert_eq!(town.store.system().node_answers(months[2].month).await.unwrap(), [counted(4, "A_01", 280, 280)]);
}

pub(crate) async fn what_waits_is_told_by_its_kind_and_since_when(database: Database) {
    let town = town(&database).await;
    let nothing = town.store.system().backlog(now()).await.unwrap();
    assert_eq!((nothing.tasks.len(), nothing.events.waiting, nothing.positions.waiting), (0, 0, 0));
    let task = |seconds: i64| Task {
        id: id(),
        work: Work::CheckActivation { receipt_id: id::<ReceiptRowId>() },
        due_at: now().plus_seconds(seconds),
    };
    let mut batch = Batch::new();
    for seconds in [-90, -30, 600] {
        batch.push(Write::InsertTask(task(seconds)));
    }
    batch.push(Write::InsertEvent(Box::new(event(&simple("P-1")))));
    town.store.commit(&town.node(), batch).await.unwrap();
    let (mut chance, later) = (Chance::new(7), now().plus_seconds(5 * 3_600));
    for number in 0..40 {
        town.add(&any_position(&mut chance, number)).await;
    }
    let due = town.store.system().position_transitions_due(later, None, 500).await.unwrap();
    assert!(!due.is_empty(), "the clock has moved some");
    let waits = town.store.system().backlog(later).await.unwrap();
    let [tasks] = waits.tasks.as_slice() else { panic!("{waits:?}") };
    assert_eq!((tasks.work.as_str(), tasks.queue.waiting, tasks.again), ("check_activation", 3, 0));
    assert_eq!(tasks.queue.oldest, Some(now().plus_seconds(-90)));
    // Where there is one writer alone, events have their position from the start.
    let published = town.store.backend() == Backend::Sqlite;
    assert_eq!(waits.events.waiting == 0, published, "{waits:?}");
    let positions = (waits.positions.waiting, waits.positions.oldest);
    assert_eq!(positions, (u64::try_from(due.len()).unwrap(), due.first().map(|one| one.since)));
    assert_eq!((waits.sessions.waiting, waits.sessions.oldest), (0, None));
    for claim in town.store.system().claim_tasks(now(), 1, 60).await.unwrap() {
        town.store.system().retry_task(&claim, now().plus_seconds(-1), "failed").await.unwrap();
    }
    town.store.system().claim_tasks(now(), 2, 60).await.unwrap();
    assert_eq!(town.store.system().backlog(now()).await.unwrap().tasks[0].again, 1);
    for pool in town.store.pools() {
        assert!(pool.in_use + pool.idle <= pool.max && pool.waiting == 0, "{pool:?}");
    }
}

pub(crate) async fn a_schema_that_falls_behind_is_noticed_and_one_that_goes_ahead_is_not(database: Database) {
    let town = town(&database).await;
    town.store.check().await.unwrap();
    run(&database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
    town.store.check().await.unwrap();
    run(&database, "DELETE FROM __diesel_schema_migrations WHERE version > '0020'");
    assert!(matches!(town.store.check().await, Err(StoreError::SchemaVersion { .. })));
    town.store.ping().await.unwrap();
}
