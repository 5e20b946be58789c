// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed and the outbox: nothing is lost, nothing is given twice at a time.

use std::collections::BTreeSet;

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::event::Event;
use tramite_domain::task::{Task, Work};
use tramite_storage::{Backend, ClaimedTask};
use tramite_testkit::Database;

use crate::support::*;

fn telling(event: Event) -> Batch {
    Batch::new().with(Write::InsertEvent(Box::new(event)))
}

pub(crate) async fn an_event_comes_back_in_the_feed_of_its_institution(database: Database) {
    let town = town(&database).await;
    let mut mine = event(&simple("P-1"));
    mine.client_id = Some(town.portal);
    let mut theirs = event(&simple("P-2"));
    theirs.client_id = Some(town.other);
    let all = event(&simple("P-3"));
    for one in [&mine, &theirs, &all] {
        town.store.commit(&town.node(), telling(one.clone())).await.unwrap();
    }
    let scope = town.token(town.a.id);
    // Where there is one writer alone, events have their position from the start.
    let later = town.store.backend() == Backend::Postgres;
    assert_eq!(town.store.feed(&scope, 0, 10).await.unwrap().is_empty(), later, "not before it is published");
    for published in [2, 1, 0] {
        assert_eq!(town.store.system().publish_feed(2).await.unwrap(), if later { published } else { 0 });
    }
    let feed = town.store.feed(&scope, 0, 10).await.unwrap();
    let found: Vec<Event> = feed.iter().map(|one| one.event.clone()).collect();
    assert_eq!(found, vec![mine, all.clone()], "another client's event does not exist");
    let rest = town.store.feed(&scope, feed[0].position, 10).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].event, all);
    assert_eq!(town.store.feed(&town.node(), 0, 10).await.unwrap().len(), 3);
}

pub(crate) async fn publishers_at_once_give_each_event_one_position(database: Database) {
    let town = town(&database).await;
    let writers: Vec<_> = (0..4)
        .map(|number| {
            let town = town.clone();
            tokio::spawn(async move {
                let scope = if number % 2 == 0 { town.node() } else { town.token(town.b.id) };
                for _ in 0..40 {
                    town.store.commit(&scope, telling(event(&simple("P")))).await.unwrap();
                }
            })
        })
        .collect();
    let publishers: Vec<_> = (0..3)
        .map(|_| {
            let system = town.store.system();
            tokio::spawn(async move {
                let mut published = 0;
                for _ in 0..60 {
                    published += system.publish_feed(7).await.unwrap();
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
                published
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let mut published = 0;
    for publisher in publishers {
        published += publisher.await.unwrap();
    }
    published += town.store.system().publish_feed(1_000).await.unwrap();
    assert_eq!(published, if town.store.backend() == Backend::Postgres { 160 } else { 0 });
    let mut positions = BTreeSet::new();
    for scope in [town.node(), town.token(town.b.id)] {
        let feed = town.store.feed(&scope, 0, 500).await.unwrap();
        assert_eq!(feed.len(), 80);
        assert!(feed.is_sorted_by_key(|one| one.position));
        positions.extend(feed.iter().map(|one| one.position));
    }
    assert_eq!(positions, (1..=160).collect(), "without holes and without doubles");
}

/// A reader that pages by ids or instants would have gone past it.
pub(crate) async fn an_event_that_commits_late_is_not_skipped(database: Database) {
    let town = town(&database).await;
    let late = event(&simple("late"));
    let mut writer = AsyncPgConnection::establish(database.url()).await.unwrap();
    let (institution, id) = (town.a.id, late.id);
    writer
        .batch_execute(&format!(
            "BEGIN; SET LOCAL ROLE tramite_app; SET LOCAL tramite.institution = '{institution}'; \
             INSERT INTO events (institution_id, id, month, kind, at, data) \
             VALUES ('{institution}', '{id}', '2026-03-01', 'debt_position.created', '2026-03-01T10:00:00Z', '{{}}')"
        ))
        .await
        .unwrap();
    let mut seen = BTreeSet::new();
    let mut position = 0;
    for round in 0..5 {
        for _ in 0..40 {
            town.store.commit(&town.node(), telling(event(&simple("P")))).await.unwrap();
        }
        if round == 3 {
            writer.batch_execute("COMMIT").await.unwrap();
        }
        town.store.system().publish_feed(1_000).await.unwrap();
        for one in town.store.feed(&town.node(), position, 500).await.unwrap() {
            position = one.position;
            assert!(seen.insert(one.event.id));
        }
        assert_eq!(seen.contains(&id), round >= 3);
    }
    assert_eq!(seen.len(), 201);
}

pub(crate) async fn a_task_is_claimed_once_and_comes_back_when_its_worker_dies(database: Database) {
    let town = town(&database).await;
    let task = |seconds: i64| Task {
        id: id(),
        work: Work::SettleForeignItems {
            creditor_tax_code: "99999000013".to_owned(),
            notice_number: "1".to_owned(),
            amount: cents(5),
            paid_at: now(),
            marked: false,
        },
        due_at: now().plus_seconds(seconds),
    };
    let tasks: Vec<Task> = (0..30).map(|number| task(-number)).collect();
    let mut batch = Batch::new().with(Write::InsertTask(task(100)));
    for one in &tasks {
        batch.push(Write::InsertTask(one.clone()));
    }
    town.store.commit(&town.node(), batch).await.unwrap();
    let system = town.store.system();
    let claimers: Vec<_> = (0..6)
        .map(|_| {
            let system = system.clone();
            tokio::spawn(async move { system.claim_tasks(now(), 7, 60).await.unwrap() })
        })
        .collect();
    let mut claimed = Vec::new();
    for claimer in claimers {
        claimed.extend(claimer.await.unwrap());
    }
    let ids: BTreeSet<_> = claimed.iter().map(|one| one.task.id).collect();
    assert_eq!((claimed.len(), ids.len()), (30, 30), "each task went to one claimer");
    for one in &claimed {
        assert_eq!((one.institution, one.attempts), (town.a.id, 1));
        assert!(tasks.contains(&one.task));
    }
    assert!(system.claim_tasks(now(), 50, 60).await.unwrap().is_empty());
    assert!(system.finish_task(&claimed[0]).await.unwrap());
    assert!(!system.finish_task(&claimed[0]).await.unwrap(), "it is gone");
    let of_another = ClaimedTask { institution: town.b.id, ..claimed[1].clone() };
    assert!(!system.finish_task(&of_another).await.unwrap());
    let put_off = now().plus_seconds(500);
    assert!(system.retry_task(&claimed[2], put_off, "http_503").await.unwrap());
    let again = system.claim_tasks(now().plus_seconds(60), 50, 60).await.unwrap();
    assert_eq!(again.len(), 28, "neither the finished one nor the one put off");
    assert!(again.iter().all(|one| one.attempts == 2));
}

fn alarm() -> Task {
    Task { id: id(), work: Work::CheckActivation { receipt_id: id() }, due_at: now() }
}

pub(crate) async fn a_claim_whose_time_passed_ends_nothing(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    town.store.commit(&town.node(), Batch::new().with(Write::InsertTask(alarm()))).await.unwrap();
    let claim = async |seconds: i64| system.claim_tasks(now().plus_seconds(seconds), 10, 60).await.unwrap();
    let first = claim(0).await.remove(0);
    let second = claim(60).await.remove(0);
    // The first worker was slow, not dead: what it says now is not its to say.
    assert!(!system.finish_task(&first).await.unwrap());
    assert!(!system.retry_task(&first, now(), "failed").await.unwrap());
    assert!(claim(119).await.is_empty(), "the second one's time goes on");
    assert!(system.retry_task(&second, now().plus_seconds(200), "failed").await.unwrap());
    assert!(claim(199).await.is_empty());
    let third = claim(200).await.remove(0);
    assert_eq!((first.attempts, second.attempts, third.attempts), (1, 2, 3));
    assert!(system.finish_task(&third).await.unwrap());
    assert_eq!(crate::raw::count(&database, "tasks").await, 0);
}

pub(crate) async fn a_task_that_cannot_be_read_does_not_stop_the_others(database: Database) {
    let town = town(&database).await;
    let system = town.store.system();
    let (newer, readable) = (alarm(), alarm());
    for one in [&newer, &readable] {
        town.store.commit(&town.node(), Batch::new().with(Write::InsertTask(one.clone()))).await.unwrap();
    }
    let Work::CheckActivation { receipt_id } = &newer.work else { panic!("it is an alarm") };
    let like = if database.is_postgres() { "work::text" } else { "work" };
    let damage = format!("UPDATE tasks SET work = '{{\"work\": \"paint\"}}' WHERE {like} LIKE '%{receipt_id}%'");
    crate::raw::run(&database, &damage);
    let claimed = system.claim_tasks(now(), 10, 60).await.unwrap();
    assert_eq!(claimed.iter().map(|one| &one.task).collect::<Vec<_>>(), [&readable]);
    let put_off = "tasks WHERE last_error = 'unreadable' AND attempts = 1";
    assert_eq!(crate::raw::count(&database, put_off).await, 1);
    assert_eq!(system.claim_tasks(now().plus_seconds(60), 10, 60).await.unwrap().len(), 1, "it waits longer");
}
