// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions: how far they are, what became of their rows, whose they are, and who loads them.

use std::collections::BTreeSet;

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::ImportId;
use tramite_domain::import::{
    Counts, FileEncoding, Import, ImportFailure, ImportPhase, ImportRow, ImportStatus, OnError, Progress, RowFault,
    RowOutcome, advance, begin,
};
use tramite_domain::room::Room;
use tramite_storage::{ClaimedImport, IMPORT_ROWS_MAX, PageRequest, RowFilter, Scope, Store, StoreError};
use tramite_testkit::Database;
use uuid::Uuid;

use crate::support::*;

/// Seconds of a claim.
const LEASE: i64 = 60;

fn all_rows() -> RowFilter {
    RowFilter { outcome: None, after_line: 0, limit: IMPORT_ROWS_MAX }
}

pub(crate) async fn an_import_comes_back_as_it_was_kept(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let made = import(town.portal);
    store.commit(&scope, sending(&made)).await.unwrap();
    assert_eq!(store.import(&scope, made.id).await.unwrap().as_ref(), Some(&made));
    let mut after = made.clone();
    after.status = ImportStatus::Failed;
    after.phase = ImportPhase::Checking;
    after.failure = Some(ImportFailure {
        code: "unknown_column".to_owned(),
        detail: "no column is called \"Scadenze\"".to_owned(),
        line: Some(1),
        column: Some("Scadenze".to_owned()),
    });
    after.rows_total = Some(2_000_000);
    after.file_encoding = Some(FileEncoding::Windows1252);
    after.counts = Counts {
        read: 28,
        loaded: 1,
        updated: 2,
        unchanged: 3,
        cancelled: 4,
        rejected: 5,
        skipped: u64::from(u32::MAX),
    };
    after.groups_done = 7;
    after.started_at = Some(now().plus_seconds(1));
    after.finished_at = Some(now().plus_seconds(2));
    after.file.kept_until = Some(now().plus_seconds(3));
    after.version = 2;
    after.updated_at = now().plus_seconds(2);
    // What its client asked for stays as it was, whatever the change says of it.
    let mut written = after.clone();
    written.service_code = None;
    written.on_error = OnError::Abort;
    written.publish = false;
    written.file.name = None;
    let update = |expected| Batch::new().with(Write::UpdateImport { import: Box::new(written.clone()), expected });
    assert!(matches!(store.commit(&scope, update(5)).await, Err(StoreError::Conflict)));
    store.commit(&scope, update(1)).await.unwrap();
    assert_eq!(store.import(&scope, made.id).await.unwrap(), Some(after.clone()));
    let other = Import { services: Some(vec!["TARI".parse().unwrap()]), ..import(town.portal) };
    store.commit(&scope, sending(&other)).await.unwrap();
    let list = async |limit, cursor, status| {
        let page = PageRequest { limit, cursor };
        store.imports(&scope, &page, status).await.unwrap()
    };
    let newest = list(1, None, None).await;
    assert_eq!(newest.items, std::slice::from_ref(&other));
    assert_eq!(list(1, newest.next, None).await.items, [after.clone()]);
    assert_eq!(list(9, None, Some(ImportStatus::Failed)).await.items, [after]);
    assert_eq!(list(9, None, Some(ImportStatus::Queued)).await.items, std::slice::from_ref(&other));
    assert_eq!(store.import_room(&scope).await.unwrap(), Room { lanes: vec![other.lane], kept_bytes: 0 });
}

pub(crate) async fn rows_of_a_file_come_back_in_the_order_of_their_lines(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let owed = simple("P-1");
    let made = import(town.portal);
    let (running, mut batch) = begin(&made, 3_000, None, now());
    let right = (2..2_002).map(|line| loaded_row(line, &owed));
    let rows: Vec<ImportRow> = right.chain((2_002..2_012).map(rejected_row)).collect();
    let (running, told) = advance(&running, Progress { groups: 9, rows: rows.iter().rev().cloned().collect() }, now());
    batch.append(told);
    store.commit(&scope, sending(&made)).await.unwrap();
    store.commit(&scope, batch).await.unwrap();
    assert_eq!(store.import(&scope, made.id).await.unwrap().unwrap().counts.read, 2_010);
    let found = async |filter| store.import_rows(&scope, made.id, &filter).await.unwrap();
    assert!(found(all_rows()).await == rows, "they are the same, in the order of their lines");
    assert_eq!(found(RowFilter { outcome: Some(RowOutcome::Rejected), ..all_rows() }).await, rows[2_000..]);
    assert!(found(RowFilter { outcome: Some(RowOutcome::Updated), ..all_rows() }).await.is_empty());
    let some = RowFilter { outcome: Some(RowOutcome::Loaded), after_line: 3, limit: 2 };
    assert_eq!(found(some).await, rows[2..4]);
    assert!(found(RowFilter { after_line: u64::MAX, ..all_rows() }).await.is_empty());

    // A row that was told already is not told again, and what no text of the database can hold is told all the same.
    let (after, again) = advance(&running, Progress { groups: 1, rows: vec![rejected_row(2)] }, now());
    assert!(matches!(store.commit(&scope, again).await, Err(StoreError::Duplicate(_))));
    let fault = RowFault { column: Some("/a\0b".to_owned()), ..rejected_row(1).faults[0].clone() };
    let strange = ImportRow { external_id: Some("x\0y".to_owned()), faults: vec![fault], ..rejected_row(9_999) };
    let (_, told) = advance(&running, Progress { groups: 1, rows: vec![strange] }, now());
    store.commit(&scope, told).await.unwrap();
    let kept = found(RowFilter { after_line: 9_000, ..all_rows() }).await;
    assert_eq!(kept[0].external_id.as_deref(), Some("x\u{fffd}y"));
    assert_eq!(kept[0].faults[0].column.as_deref(), Some("/a\u{fffd}b"));
    assert_eq!(store.import(&scope, made.id).await.unwrap().unwrap().version, after.version);
}

pub(crate) async fn an_import_exists_for_its_client_and_its_services_alone(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let tari = vec!["TARI".parse().unwrap()];
    let (wide, narrow) = (import(town.portal), Import { services: Some(tari), ..import(town.portal) });
    for made in [&wide, &narrow] {
        store.commit(&scope, sending(made)).await.unwrap();
        let (running, mut batch) = begin(made, 1, None, now());
        batch.append(advance(&running, Progress { groups: 1, rows: vec![rejected_row(2)] }, now()).1);
        store.commit(&scope, batch).await.unwrap();
    }
    let seen = async |scope: &Scope| {
        let page = PageRequest::first(10);
        let listed: Vec<ImportId> =
            store.imports(scope, &page, None).await.unwrap().items.into_iter().map(|one| one.id).collect();
        for one in [&wide, &narrow] {
            let there = listed.contains(&one.id);
            assert_eq!(store.import(scope, one.id).await.unwrap().is_some(), there);
            assert_eq!(store.import_rows(scope, one.id, &all_rows()).await.unwrap().len(), usize::from(there));
            assert!(store.installments_of_import(scope, one.id, 1..=9).await.unwrap().is_empty());
        }
        listed
    };
    assert_eq!(seen(&scope).await, [narrow.id, wide.id]);
    assert_eq!(seen(&Scope::of_worker(town.a.id)).await, [narrow.id, wide.id]);
    assert_eq!(seen(&town.restricted(&["TARI"])).await, [narrow.id]);
    let other = Scope::of_token(town.a.id, None, town.other);
    for stranger in [&town.restricted(&["MENSA"]), &other, &town.token(town.b.id), &Scope::of_worker(town.b.id)] {
        assert!(seen(stranger).await.is_empty());
    }
    // Room is the institution's, whichever client asks.
    assert_eq!(store.import_room(&other).await.unwrap().lanes.len(), 2);
    assert!(store.import_room(&town.token(town.b.id)).await.unwrap().lanes.is_empty());
    // What does not exist for a scope is not written by it, and rows are never written without their import.
    let before = store.import(&scope, wide.id).await.unwrap().unwrap();
    let failed = async |scope: &Scope, batch| matches!(store.commit(scope, batch).await, Err(StoreError::Failed(_)));
    assert!(failed(&other, ending(&before).1).await);
    assert!(failed(&other, sending(&import(town.portal))).await);
    let alone = Write::InsertImportRows { import: wide.id, rows: vec![rejected_row(3)] };
    assert!(failed(&scope, Batch::new().with(alone)).await);
    let elsewhere = store.commit(&Scope::of_worker(town.b.id), ending(&before).1).await;
    assert!(matches!(elsewhere, Err(StoreError::Conflict)), "{elsewhere:?}");
    assert_eq!(store.import(&scope, wide.id).await.unwrap(), Some(before));
}

async fn claim(store: &Store, at: i64, holder: Uuid) -> Option<ClaimedImport> {
    store.system().claim_import(now().plus_seconds(at), holder, LEASE).await.unwrap()
}

pub(crate) async fn a_worker_that_was_too_slow_writes_nothing_more(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let scope = Scope::of_worker(town.a.id);
    let made = import(town.portal);
    store.commit(&scope, sending(&made)).await.unwrap();
    let (one, two, three): (Uuid, Uuid, Uuid) = (id(), id(), id());
    let held = claim(store, 0, one).await.unwrap();
    assert_eq!(held, ClaimedImport { institution: town.a.id, id: made.id });
    assert_eq!(claim(store, LEASE - 1, two).await, None, "it is held");
    assert!(system.renew_import(held, one, now().plus_seconds(LEASE - 1), LEASE).await.unwrap());
    assert!(!system.renew_import(held, two, now(), LEASE).await.unwrap());
    assert_eq!(claim(store, 2 * LEASE - 2, two).await, None, "it was renewed");
    system.release_import(held, two).await.unwrap();
    assert_eq!(claim(store, 2 * LEASE - 2, two).await, None, "who does not hold it does not leave it");
    // Who leaves it in good order is at work no more: nothing is raised.
    system.release_import(held, one).await.unwrap();
    assert_eq!(claim(store, 0, two).await, Some(held));
    assert_eq!(store.import(&scope, made.id).await.unwrap(), Some(made.clone()));
    let (running, begun) = begin(&made, 1, None, now());
    store.commit(&scope, begun).await.unwrap();
    // The second worker has decided on what it read, and the third takes over before that is written.
    let (_, late) = advance(&running, Progress { groups: 1, rows: vec![rejected_row(2)] }, now());
    assert_eq!(claim(store, LEASE, three).await, Some(held));
    assert!(matches!(store.commit(&scope, late).await, Err(StoreError::Conflict)));
    assert!(store.import_rows(&scope, made.id, &all_rows()).await.unwrap().is_empty());
    assert!(!system.renew_import(held, two, now().plus_seconds(LEASE), LEASE).await.unwrap());
    let taken = store.import(&scope, made.id).await.unwrap().unwrap();
    assert_eq!(taken, Import { version: running.version + 1, ..running });
    store.commit(&scope, advance(&taken, Progress { groups: 1, rows: Vec::new() }, now()).1).await.unwrap();
    // What is over is nobody's.
    let taken = store.import(&scope, made.id).await.unwrap().unwrap();
    store.commit(&scope, ending(&taken).1).await.unwrap();
    assert!(!system.renew_import(held, three, now().plus_seconds(LEASE), LEASE).await.unwrap());
    assert_eq!(claim(store, 100 * LEASE, one).await, None);
}

pub(crate) async fn who_stops_an_import_takes_it_from_the_worker_that_goes_on(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let scope = Scope::of_worker(town.a.id);
    let made = import(town.portal);
    store.commit(&scope, sending(&made)).await.unwrap();
    let (worker, client): (Uuid, Uuid) = (id(), id());
    let held = claim(store, 0, worker).await.unwrap();
    let (running, begun) = begin(&made, 1, None, now());
    store.commit(&scope, begun).await.unwrap();
    let (_, late) = advance(&running, Progress { groups: 1, rows: vec![rejected_row(2)] }, now());
    let until = now().plus_seconds(LEASE);
    let elsewhere = ClaimedImport { institution: town.b.id, ..held };
    assert!(!system.stop_import(elsewhere, client, until).await.unwrap());
    assert!(system.stop_import(held, client, until).await.unwrap());
    assert!(matches!(store.commit(&scope, late).await, Err(StoreError::Conflict)));
    assert!(!system.renew_import(held, worker, now(), LEASE).await.unwrap());
    system.release_import(held, worker).await.unwrap();
    assert_eq!(claim(store, LEASE - 1, worker).await, None, "nobody moves it meanwhile");
    let stopped = store.import(&scope, made.id).await.unwrap().unwrap();
    assert_eq!(stopped, Import { version: running.version + 1, ..running });
    store.commit(&scope, ending(&stopped).1).await.unwrap();
    assert!(!system.stop_import(held, client, until).await.unwrap(), "it is over");
}

pub(crate) async fn of_many_workers_each_import_has_one_and_all_have_their_turn(database: Database) {
    let town = town(&database).await;
    let store = &town.store;
    let mut sent = BTreeSet::new();
    for (institution, at) in [(town.a.id, 0), (town.a.id, 1), (town.b.id, 2)] {
        let made = Import { created_at: now().plus_seconds(at), ..import(town.portal) };
        store.commit(&Scope::of_worker(institution), sending(&made)).await.unwrap();
        sent.insert(made.id);
    }
    let tries = (0..12).map(|_| {
        let system = store.system();
        tokio::spawn(async move { system.claim_import(now().plus_seconds(3), id(), LEASE).await })
    });
    let mut won = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        won.extend(one.await.unwrap().unwrap());
    }
    assert_eq!(won.len(), 3, "{won:?}");
    assert_eq!(won.iter().map(|one| one.id).collect::<BTreeSet<_>>(), sent);
    // Each in its turn, whoever has worked on it before.
    let mut turns = Vec::new();
    for turn in 0..6 {
        let (at, holder) = (LEASE + 3 + turn, id());
        let held = claim(store, at, holder).await.unwrap();
        store.system().release_import(held, holder).await.unwrap();
        turns.push(held.id);
    }
    assert_eq!(turns[..3], turns[3..]);
    assert_eq!(turns[..3].iter().copied().collect::<BTreeSet<_>>(), sent);
    // Who was served until just now has its next turn behind those that were left before.
    let (system, holder) = (store.system(), id());
    let long = claim(store, LEASE + 9, holder).await.unwrap();
    assert!(system.renew_import(long, holder, now().plus_seconds(LEASE + 20), LEASE).await.unwrap());
    system.release_import(long, holder).await.unwrap();
    for at in 10..12 {
        let holder = id();
        let short = claim(store, LEASE + at, holder).await.unwrap();
        system.release_import(short, holder).await.unwrap();
    }
    assert_ne!(claim(store, LEASE + 21, id()).await.unwrap().id, long.id);
}

pub(crate) async fn what_a_killed_process_held_is_free_where_it_was_the_only_one(database: Database) {
    let town = town(&database).await;
    let made = import(town.portal);
    town.store.commit(&Scope::of_worker(town.a.id), sending(&made)).await.unwrap();
    claim(&town.store, 0, id()).await.unwrap();
    town.store.system().take_over_imports().await.unwrap();
    assert_eq!(claim(&town.store, 1, id()).await.is_some(), !database.is_postgres());
}
