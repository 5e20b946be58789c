// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was sent to be loaded: kept in sealed parts, for as long as it is needed.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::ImportFileId;
use tramite_domain::import::{Import, Progress, advance, begin};
use tramite_storage::{IMPORT_PART_BYTES, IMPORT_ROWS_MAX, ImportedLine, RowFilter, Scope, StoreError, TracesOf};
use tramite_testkit::Database;

use crate::raw::{count, everything, run};
use crate::support::*;

const CANARY: &str = "CANARY-OF-A-FILE-7f3a";
const DAY: i64 = 86_400;

pub(crate) async fn a_part_of_a_file_comes_back_and_is_sealed_in_its_place(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let file: ImportFileId = id();
    let mut whole = vec![b'x'; IMPORT_PART_BYTES];
    whole[7..7 + CANARY.len()].copy_from_slice(CANARY.as_bytes());
    store.put_import_part(&scope, file, 0, &whole, now()).await.unwrap();
    store.put_import_part(&scope, file, 1, CANARY.as_bytes(), now()).await.unwrap();
    assert!(store.import_part(&scope, file, 0).await.unwrap().as_ref() == Some(&whole), "it comes back as it was");
    // Any process of the institution reads it.
    let worker = Scope::of_worker(town.a.id);
    assert_eq!(store.import_part(&worker, file, 1).await.unwrap().as_deref(), Some(CANARY.as_bytes()));
    assert_eq!(store.import_part(&worker, file, 2).await.unwrap(), None);
    assert_eq!(store.import_part(&worker, id(), 0).await.unwrap(), None);
    assert_eq!(store.import_part(&Scope::of_worker(town.b.id), file, 0).await.unwrap(), None);
    assert_eq!(
        store.import_room(&scope).await.unwrap().kept_bytes,
        u64::try_from(IMPORT_PART_BYTES + CANARY.len()).unwrap()
    );
    assert_eq!(store.import_room(&town.token(town.b.id)).await.unwrap().kept_bytes, 0);
    let twice = store.put_import_part(&scope, file, 1, b"y", now()).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(_))), "{twice:?}");
    whole.push(b'x');
    assert!(matches!(store.put_import_part(&scope, file, 2, &whole, now()).await, Err(StoreError::Failed(_))));
    let all = everything(&database).await;
    assert!(!all.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "it is sealed");
    run(&database, "UPDATE import_file_parts SET place = place + 10");
    assert!(
        matches!(store.import_part(&scope, file, 10).await, Err(StoreError::Sealed)),
        "it opens in its place alone"
    );
}

pub(crate) async fn a_file_goes_with_its_rows_when_its_time_is_over(database: Database) {
    let town = town(&database).await;
    let (store, system) = (&town.store, town.store.system());
    let scope = Scope::of_worker(town.a.id);
    let (over, running) = (import(town.portal), import(town.portal));
    let orphan: ImportFileId = id();
    for file in [over.file.id, running.file.id, orphan] {
        for place in 0..3 {
            store.put_import_part(&scope, file, place, b"a;b", now()).await.unwrap();
        }
    }
    let rows = || (2..7).map(rejected_row).collect();
    let mut first: Option<Import> = None;
    for made in [&over, &running] {
        store.commit(&scope, sending(made)).await.unwrap();
        let (after, mut batch) = begin(made, 5, None, now());
        let (after, told) = advance(&after, Progress { groups: 5, rows: rows() }, now());
        batch.append(told);
        store.commit(&scope, batch).await.unwrap();
        if first.is_none() {
            first = Some(after);
        }
    }
    let (ended, batch): (Import, Batch) = ending(&first.unwrap());
    store.commit(&scope, batch).await.unwrap();
    let end = async |days: i64| {
        let at = now().plus_seconds(days * DAY);
        let mut steps = Vec::new();
        loop {
            match system.end_import_files(at, at.plus_seconds(-DAY), 2).await.unwrap() {
                0 => break steps,
                gone => steps.push(gone),
            }
        }
    };
    let left = async || (count(&database, "import_file_parts").await, count(&database, "import_rows").await);
    assert!(end(0).await.is_empty(), "nothing is over");
    assert!(end(1).await.is_empty(), "somebody may be sending it still");
    // What never became an import goes after a day.
    assert_eq!(end(2).await, [2, 1]);
    assert_eq!(left().await, (6, 10));
    assert_eq!(store.import_part(&scope, orphan, 0).await.unwrap(), None);
    assert!(end(29).await.is_empty());
    assert_eq!(end(30).await, [2, 2, 1, 2, 1], "its rows first, then its parts");
    assert_eq!(left().await, (3, 5));
    assert_eq!(store.import_part(&scope, over.file.id, 0).await.unwrap(), None);
    let mut history = ended;
    (history.file.name, history.version) = (None, history.version + 1);
    assert_eq!(
        store.import(&scope, over.id).await.unwrap(),
        Some(history),
        "that it was loaded is history, without a name"
    );
    // One that is not over stays, however long it takes.
    assert!(end(400).await.is_empty());
    assert_eq!(store.import_part(&scope, running.file.id, 2).await.unwrap().as_deref(), Some(b"a;b".as_slice()));
}

pub(crate) async fn what_came_to_nothing_is_taken_back_and_what_an_import_has_stays(database: Database) {
    let town = town(&database).await;
    let (store, scope, theirs) = (&town.store, town.token(town.a.id), town.token(town.b.id));
    let made = import(town.portal);
    let nobodys: ImportFileId = id();
    // More parts than go in one transaction.
    for place in 0..70 {
        store.put_import_part(&scope, nobodys, place, b"a;b", now()).await.unwrap();
    }
    store.put_import_part(&scope, made.file.id, 0, b"a;b", now()).await.unwrap();
    store.put_import_part(&theirs, nobodys, 0, b"a;b", now()).await.unwrap();
    store.commit(&scope, sending(&made)).await.unwrap();
    let left = async || count(&database, "import_file_parts").await;

    store.take_back_import_parts(&scope, made.file.id, 0).await.unwrap();
    store.take_back_import_parts(&scope, id(), 0).await.unwrap();
    assert_eq!(left().await, 72, "an import has it, or it is another file");
    // While a part of it may still be on its way, upkeep must find it by its first one.
    store.take_back_import_parts(&scope, nobodys, 1).await.unwrap();
    assert_eq!(left().await, 3);
    assert_eq!(store.import_part(&scope, nobodys, 0).await.unwrap().as_deref(), Some(b"a;b".as_slice()));
    store.take_back_import_parts(&scope, nobodys, 0).await.unwrap();
    assert_eq!(store.import_part(&scope, nobodys, 0).await.unwrap(), None);
    assert_eq!(store.import_room(&scope).await.unwrap().kept_bytes, 3);
    assert_eq!(store.import_part(&theirs, nobodys, 0).await.unwrap().as_deref(), Some(b"a;b".as_slice()));
    assert_eq!(store.import_part(&scope, made.file.id, 0).await.unwrap().as_deref(), Some(b"a;b".as_slice()));
}

pub(crate) async fn rows_of_files_are_told_of_a_person_and_lose_the_key_with_the_position(database: Database) {
    let town = town(&database).await;
    let (scope, store) = (town.token(town.a.id), &town.store);
    let (mut draft, other) = (simple("P-1"), simple("P-2"));
    draft.published_at = None;
    let made = import(town.portal);
    store.commit(&scope, sending(&made)).await.unwrap();
    let (running, mut batch) = begin(&made, 2, None, now());
    let rows = vec![loaded_row(2, &draft), loaded_row(3, &other), loaded_row(4, &draft)];
    let (running, told) = advance(&running, Progress { groups: 2, rows: rows.clone() }, now());
    batch.append(told);
    for position in [&draft, &other] {
        batch.append(inserting(position));
    }
    store.commit(&scope, batch).await.unwrap();
    let traces = async |positions| {
        let of = TracesOf { positions, ..TracesOf::default() };
        store.traces_of_person(&scope, town.a.tax_code, of, 10).await.unwrap().imported
    };
    let line = |line, kept_until| ImportedLine { import: made.id, line, kept_until };
    assert_eq!(traces(vec![draft.id]).await, [line(2, None), line(4, None)]);
    let (ended, batch) = ending(&running);
    store.commit(&scope, batch).await.unwrap();
    assert_eq!(traces(vec![other.id]).await, [line(3, ended.file.kept_until)]);
    assert!(traces(vec![id()]).await.is_empty());
    let erase = Write::ErasePosition { id: draft.id, expected: 1, at: now() };
    store.commit(&scope, Batch::new().with(erase)).await.unwrap();
    let filter = RowFilter { outcome: None, after_line: 0, limit: IMPORT_ROWS_MAX };
    let mut expected = rows;
    (expected[0].external_id, expected[2].external_id) = (None, None);
    assert_eq!(store.import_rows(&scope, made.id, &filter).await.unwrap(), expected);
}
