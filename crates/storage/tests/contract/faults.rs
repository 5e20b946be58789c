// SPDX-License-Identifier: AGPL-3.0-or-later
//! What goes wrong around the store: a full pool, a server that dies, a writer that is killed.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Clock};

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_storage::{PageRequest, PositionFilter, Scope, StoreError};
use tramite_testkit::{Database, postgres};

use crate::support::*;

const CHILD_URL: &str = "TRAMITE_CHILD_URL";
const CHILD_INSTITUTION: &str = "TRAMITE_CHILD_INSTITUTION";
const CHILD_ROUND: &str = "TRAMITE_CHILD_ROUND";
/// How often the writer is killed.
const KILLS: u64 = 3;

pub(crate) async fn a_failing_job_does_not_harm_its_neighbours(database: Database) {
    let town = town(&database).await;
    town.add(&simple("taken")).await;
    let jobs: Vec<_> = (0..300)
        .map(|number| {
            let (store, scope) = (town.store.clone(), town.node());
            let wrong = number % 3 == 0;
            let mut one = simple(&format!("P-{number}"));
            if wrong {
                // The head is written before the installment breaks the rule: nothing of it may stay.
                one.options[0].installments[0].transfers[0].amount = cents(1);
                one.external_id = Some(format!("half-{number}").parse().unwrap());
            }
            // What is told before the failure must not stay either, nor be told twice of those that were done anew.
            let mut batch = Batch::new().with(Write::InsertEvent(Box::new(event(&one))));
            batch.append(inserting(&one));
            if wrong {
                batch.append(inserting(&simple("taken")));
            }
            tokio::spawn(async move { (wrong, store.commit(&scope, batch).await) })
        })
        .collect();
    for job in jobs {
        let (wrong, result) = job.await.unwrap();
        match result {
            Ok(()) => assert!(!wrong),
            Err(error) => assert!(wrong && matches!(error, StoreError::Duplicate(_)), "{error:?}"),
        }
    }
    let page = PageRequest::first(500);
    let kept = town.store.positions(&town.node(), &PositionFilter::default(), &page, now()).await.unwrap();
    assert_eq!(kept.items.len(), 201);
    assert!(kept.items.iter().all(|one| !one.external_id.as_ref().unwrap().as_str().starts_with("half")));
    town.store.system().publish_feed(1_000).await.unwrap();
    let feed = town.store.feed(&town.node(), 0, 500).await.unwrap();
    let places: Vec<i64> = feed.iter().map(|one| one.position).collect();
    assert_eq!(places, (1..=200).collect::<Vec<i64>>(), "one place for each that was kept, without holes");
}

/// The part of this program that is killed: it writes positions and tells each one that was acknowledged.
pub(crate) fn child() -> bool {
    let Ok(url) = std::env::var(CHILD_URL) else { return false };
    let institution: InstitutionId = std::env::var(CHILD_INSTITUTION).unwrap().parse().unwrap();
    let round: u64 = std::env::var(CHILD_ROUND).unwrap().parse().unwrap();
    start_ids(round * 1_000_000);
    let database = if url.starts_with("sqlite:") { Database::Sqlite(url) } else { Database::Postgres(url) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open(&database).await;
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    for number in 0.. {
                        let one = simple(&format!("{round}-{writer}-{number}"));
                        store.commit(&Scope::of_node(institution), inserting(&one)).await.unwrap();
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "{}", one.id).and_then(|()| out.flush()).unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
    });
    true
}

pub(crate) async fn a_killed_writer_loses_nothing_it_acknowledged(database: Database) {
    let town = town(&database).await;
    let institution = town.a.id;
    drop(town);
    let mut chance = Chance::new(9);
    let mut acknowledged: Vec<DebtPositionId> = Vec::new();
    for round in 1..=KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(CHILD_URL, database.url())
            .env(CHILD_INSTITUTION, institution.to_string())
            .env(CHILD_ROUND, round.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            // A line cut by the kill was not told.
            lines.lines().map_while(Result::ok).filter_map(|line| line.parse().ok()).collect::<Vec<DebtPositionId>>()
        });
        tokio::time::sleep(Duration::from_millis(600 + chance.below(500))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reader.join().unwrap());
    }
    let store = open(&database).await;
    let scope = Scope::of_node(institution);
    assert!(acknowledged.len() > 20, "{} acknowledged", acknowledged.len());
    for id in &acknowledged {
        assert!(store.position(&scope, *id).await.unwrap().is_some(), "{id} was acknowledged and is lost");
    }
    // Whole positions only, whether they were acknowledged or not.
    let mut request = PageRequest::first(500);
    loop {
        let page = store.positions(&scope, &PositionFilter::default(), &request, now()).await.unwrap();
        assert!(page.items.iter().all(|one| one.options[0].installments[0].transfers.len() == 2));
        match page.next {
            Some(next) => request.cursor = Some(next),
            None => break,
        }
    }
}

pub(crate) async fn a_full_pool_is_busy_and_a_locked_row_too(database: Database) {
    use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};

    let setup = town(&database).await;
    let owed = simple("P-1");
    setup.add(&owed).await;
    let store = open_with(&database, 1, 300).await;
    let mut holder = AsyncPgConnection::establish(database.url()).await.unwrap();
    holder.batch_execute("BEGIN; SELECT * FROM debt_positions FOR UPDATE").await.unwrap();
    let mut after = owed.clone();
    after.version = 2;
    let (blocked, scope) = (store.clone(), setup.node());
    let waiting = tokio::spawn(async move { blocked.commit(&scope, updating(&after, 1)).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let begun = Clock::now();
    let pool = store.position(&setup.node(), owed.id).await;
    assert!(matches!(pool, Err(StoreError::Busy)), "{pool:?}");
    assert!(begun.elapsed() < Duration::from_secs(2));
    let lock = waiting.await.unwrap();
    assert!(matches!(lock, Err(StoreError::Busy)), "{lock:?}");
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(store.position(&setup.node(), owed.id).await.unwrap(), Some(owed));
}

pub(crate) async fn another_program_that_writes_makes_the_store_busy(database: Database) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    let town = town(&database).await;
    let path = database.url().strip_prefix("sqlite:").unwrap();
    let mut holder = SqliteConnection::establish(path).unwrap();
    holder.batch_execute("BEGIN IMMEDIATE").unwrap();
    let (store, scope) = (town.store.clone(), town.node());
    let waiting = tokio::spawn(async move { store.commit(&scope, inserting(&simple("P-1"))).await });
    // Who reads is not kept waiting.
    let page = PageRequest::first(10);
    let none = town.store.positions(&town.node(), &PositionFilter::default(), &page, now()).await.unwrap();
    assert!(none.items.is_empty());
    let refused = waiting.await.unwrap();
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    holder.batch_execute("ROLLBACK").unwrap();
    town.add(&simple("P-1")).await;
}

pub(crate) async fn of_two_transactions_over_the_same_rows_one_is_a_conflict(database: Database) {
    let town = town(&database).await;
    let (one, two) = (simple("P-1"), simple("P-2"));
    town.add(&one).await;
    town.add(&two).await;
    // Pairs of updates in opposite orders. They may cross, and then the database chooses a victim, or one comes first:
    // either way the other one is told to read and decide again.
    for version in 1..4 {
        let moved = |position: &tramite_domain::debt_position::DebtPosition| {
            let mut after = position.clone();
            after.version = version + 1;
            Write::UpdatePosition { position: Box::new(after), expected: version }
        };
        let there = Batch::new().with(moved(&one)).with(moved(&two));
        let back = Batch::new().with(moved(&two)).with(moved(&one));
        let (scope, other) = (town.node(), town.node());
        let (a, b) = tokio::join!(town.store.commit(&scope, there), town.store.commit(&other, back));
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        let refused = a.err().or(b.err()).unwrap();
        assert!(matches!(refused, StoreError::Conflict), "{refused:?}");
    }
}

pub(crate) async fn of_several_failures_the_cause_is_told(database: Database) {
    let town = town(&database).await;
    let mut draft = simple("P-1");
    draft.published_at = None;
    town.add(&draft).await;
    let told = Write::InsertEvent(Box::new(event(&draft)));
    town.store.commit(&town.node(), Batch::new().with(told.clone())).await.unwrap();
    // The event is there already. The draft is erased in several steps, of which the later ones fail because of that.
    let erase = Batch::new().with(Write::ErasePosition { id: draft.id, expected: 1, at: now() }).with(told);
    let refused = town.store.commit(&town.node(), erase).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(_))), "{refused:?}");
    assert_eq!(town.store.position(&town.node(), draft.id).await.unwrap(), Some(draft));
}

pub(crate) async fn a_dead_server_is_unavailable_and_comes_back_by_itself() {
    let Some(cluster) = postgres::Cluster::start_new(postgres::Options::default()) else { return };
    let database = Database::Postgres(cluster.create_database("fault"));
    let town = town(&database).await;
    let owed = simple("P-1");
    town.add(&owed).await;
    cluster.kill();
    for _ in 0..4 {
        let begun = Clock::now();
        let read = town.store.position(&town.node(), owed.id).await;
        assert!(matches!(read, Err(StoreError::Unavailable(_))), "a failure is never an absence: {read:?}");
        let write = town.store.commit(&town.node(), inserting(&simple("P-2"))).await;
        assert!(matches!(write, Err(StoreError::Unavailable(_))), "{write:?}");
        assert!(town.store.ping().await.is_err());
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
    cluster.start();
    assert_eq!(town.store.position(&town.node(), owed.id).await.unwrap(), Some(owed.clone()));
    // A restart that nobody noticed: connections that died in the pool are not handed out.
    cluster.stop();
    cluster.start();
    for number in 0..8 {
        town.store.commit(&town.node(), inserting(&simple(&format!("Q-{number}")))).await.unwrap();
    }
    cluster.pause();
    let waited = tokio::time::timeout(Duration::from_millis(300), town.store.position(&town.node(), owed.id)).await;
    assert!(waited.is_err(), "nobody answers");
    cluster.resume();
    assert_eq!(town.store.position(&town.node(), owed.id).await.unwrap(), Some(owed));
}
