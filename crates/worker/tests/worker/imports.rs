// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions are loaded (rules.md 41–44).

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use tramite_domain::debt_position::{Origin, PositionStatus};
use tramite_domain::import::{
    Counts, FileEncoding, Import, ImportRow, ImportStatus, OnError, RowOutcome, Wish, cancel, receive,
};
use tramite_testkit::Database;
use tramite_worker::Worker;

use crate::files::{Gated, ended, load, loader, numbered, positions, row, row_of, rows, send, stored, told, wish};
use crate::place::Place;
use crate::receipts::receive_of;
use crate::town::client;

/// More rows than are written together.
pub(crate) const MANY: usize = 1_400;

/// How many positions are written together at most.
pub(crate) const PART: usize = 1_000;

fn outcomes(rows: &[ImportRow]) -> Vec<(u64, RowOutcome)> {
    rows.iter().map(|row| (row.line, row.outcome)).collect()
}

/// The columns of the faults of a row.
fn columns(row: &ImportRow) -> Vec<&str> {
    let mut columns: Vec<&str> = row.faults.iter().filter_map(|fault| fault.column.as_deref()).collect();
    columns.dedup();
    columns
}

pub(crate) async fn a_file_of_some_hundred_rows_is_loaded(database: Database) {
    let mut place = Place::open(database.url()).await;
    let import = load(&mut place, &rows(MANY, "120,50"), wish()).await;
    let all = u64::try_from(MANY).unwrap();
    assert_eq!((import.status, import.rows_total), (ImportStatus::Completed, Some(all)));
    assert_eq!(import.file_encoding, Some(FileEncoding::Utf8));
    assert_eq!(import.counts, Counts { read: all, loaded: all, ..Counts::default() });
    assert_eq!(import.groups_done, all);
    let loaded = numbered(&place, MANY).await;
    assert_eq!(loaded.len(), MANY);
    let mut numbers = BTreeSet::new();
    for position in &loaded {
        assert_eq!((position.origin, position.created_by), (Origin::Import, Some(client())));
        assert_eq!(position.told_status, PositionStatus::Open);
        let (_, only) = position.installments().next().unwrap();
        assert_eq!(only.amount.cents(), 12_050);
        numbers.insert(only.notice_number.unwrap());
    }
    assert_eq!(numbers.len(), MANY, "each has a number of its own");
    let told = told(&place, import.id).await;
    assert_eq!(told.len(), MANY);
    for (row, line) in told.iter().zip(2..) {
        assert_eq!((row.line, row.outcome, row.faults.len()), (line, RowOutcome::Loaded, 0));
        assert!(row.debt_position_id.is_some() && row.installment_id.is_some(), "{row:?}");
    }
    assert_eq!(place.told().await, MANY.min(500), "a page of the feed is full");
    assert!(import.file.kept_until.is_some());
}

pub(crate) async fn a_wrong_row_is_told_with_its_columns(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = [
        row("TARI-0", "10,00"),
        "TARI-1;NOBODY;Mario Rossi;10,00;31/12/2026;;".to_owned(),
        row("TARI-2", "0,00"),
        row("TARI-3", "ten"),
        row("TARI 4", "10,00"),
        // What cannot be read does not hide what else is wrong.
        "TARI-5;NOBODY;Mario Rossi;1,2,3;32/12/2026;;".to_owned(),
        ";NOBODY;Mario Rossi;ten;31/12/2026;;".to_owned(),
    ];
    let import = load(&mut place, &table, wish()).await;
    assert_eq!(import.status, ImportStatus::Completed);
    assert_eq!((import.counts.read, import.counts.loaded, import.counts.rejected), (7, 1, 6));
    let told = told(&place, import.id).await;
    let wrong: Vec<(u64, Vec<&str>)> = told.iter().skip(1).map(|row| (row.line, columns(row))).collect();
    let expected = [
        (3, vec!["debtor_tax_code"]),
        (4, vec!["amount"]),
        (5, vec!["amount"]),
        (6, vec!["external_id"]),
        (7, vec!["amount", "due_date", "debtor_tax_code"]),
        (8, vec!["amount", "external_id", "debtor_tax_code"]),
    ];
    assert_eq!(wrong, expected);
    for fault in told.iter().flat_map(|row| &row.faults) {
        assert!(!fault.code.is_empty() && !fault.detail.contains("NOBODY"), "{fault:?}");
    }
    assert_eq!(told[1].external_id.as_deref(), Some("TARI-1"));
    assert_eq!(numbered(&place, 5).await.len(), 1);
}

pub(crate) async fn a_wrong_row_stops_the_others_only_where_that_is_wished(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = [row("TARI-0", "10,00"), row("TARI-1", "0,00"), row("TARI-2", "10,00")];
    let import = load(&mut place, &table, Wish { on_error: OnError::Abort, ..wish() }).await;
    assert_eq!((import.status, import.counts.read, import.counts.rejected), (ImportStatus::Aborted, 3, 1));
    assert_eq!(outcomes(&told(&place, import.id).await), [(3, RowOutcome::Rejected)]);
    assert!(numbered(&place, 3).await.is_empty());
    assert_eq!(place.told().await, 1, "that it is over");
    let import = load(&mut place, &table, wish()).await;
    assert_eq!((import.status, import.counts.loaded), (ImportStatus::Completed, 2));
    assert_eq!(numbered(&place, 3).await.len(), 2);
    // Where none is wrong all are loaded, after they were checked.
    let right = [row("TARI-1", "10,00"), row("TARI-3", "10,00")];
    let import = load(&mut place, &right, Wish { on_error: OnError::Abort, ..wish() }).await;
    assert_eq!(import.counts, Counts { read: 2, loaded: 2, ..Counts::default() });
    assert_eq!(outcomes(&told(&place, import.id).await), [(2, RowOutcome::Loaded), (3, RowOutcome::Loaded)]);
}

pub(crate) async fn a_dry_run_tells_what_would_be_and_does_nothing(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &[row("TARI-0", "10,00")], wish()).await;
    let before = place.told().await;
    let table = [row("TARI-0", "12,00"), row("TARI-1", "10,00"), row("TARI-2", "0,00")];
    let import = load(&mut place, &table, Wish { dry_run: true, ..wish() }).await;
    assert_eq!(import.status, ImportStatus::Completed);
    assert_eq!(import.counts, Counts { read: 3, loaded: 1, updated: 1, rejected: 1, ..Counts::default() });
    let told = told(&place, import.id).await;
    let expected = [(2, RowOutcome::Updated), (3, RowOutcome::Loaded), (4, RowOutcome::Rejected)];
    assert_eq!(outcomes(&told), expected);
    assert!(told[0].debt_position_id.is_some() && told[1].debt_position_id.is_none(), "{told:?}");
    let there = numbered(&place, 3).await;
    assert_eq!((there.len(), there[0].version), (1, 1));
    assert_eq!(place.told().await, before + 1, "that it is over");
}

pub(crate) async fn the_same_file_again_changes_nothing(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = rows(40, "10,00");
    load(&mut place, &table, wish()).await;
    let before = (numbered(&place, 40).await, place.told().await);
    let again = load(&mut place, &table, wish()).await;
    assert_eq!(again.counts, Counts { read: 40, unchanged: 40, ..Counts::default() });
    assert_eq!((numbered(&place, 40).await, place.told().await), (before.0, before.1 + 1));
    for row in told(&place, again.id).await {
        assert!(row.debt_position_id.is_some() && row.installment_id.is_some(), "{row:?}");
    }
}

pub(crate) async fn two_imports_of_one_file_at_once_double_nothing(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = rows(MANY, "10,00");
    let ids = [send(&mut place, &table, wish()).await, send(&mut place, &table, wish()).await];
    let workers: [Worker; 2] = [loader(&place), loader(&place)];
    let both = join_all(ids.iter().zip(&workers).map(|(id, worker)| ended(&place, worker, *id))).await;
    let sum = |count: fn(&Counts) -> u64| both.iter().map(|import| count(&import.counts)).sum::<u64>();
    let all = u64::try_from(MANY).unwrap();
    assert_eq!((sum(|counts| counts.loaded), sum(|counts| counts.unchanged)), (all, all), "{both:?}");
    let loaded = numbered(&place, MANY).await;
    assert_eq!(loaded.len(), MANY);
    assert!(loaded.iter().all(|position| position.version == 1));
}

/// A worker that was left in the middle of a file, behind its first part.
pub(crate) async fn left_in_the_middle(place: &mut Place) -> (Import, Worker, Arc<Gated>) {
    let gate = Gated::after(PART + 20);
    let id = send(place, &rows(MANY, "10,00"), wish()).await;
    let worker = place.worker().importing(gate.clone());
    let report = worker.run_once(place.a.now).await;
    assert_eq!((report.imported, report.failures.len()), (PART, 0));
    let import = stored(place, id).await;
    assert_eq!((import.status, import.counts.loaded), (ImportStatus::Running, u64::try_from(PART).unwrap()));
    (import, worker, gate)
}

pub(crate) async fn what_a_worker_leaves_in_the_middle_another_one_ends(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (import, first, gate) = left_in_the_middle(&mut place).await;
    let second = loader(&place);
    assert_eq!(second.run_once(place.a.now).await.imported, 0, "it still belongs to the first one");
    place.later(60);
    let over = ended(&place, &second, import.id).await;
    let all = u64::try_from(MANY).unwrap();
    assert_eq!((over.status, over.counts.read, over.counts.loaded), (ImportStatus::Completed, all, all));
    assert_eq!(over.started_at, import.started_at);
    // The first one was not dead, and comes back: what it still has in hand is written by nobody.
    gate.open();
    let report = first.run_once(place.a.now).await;
    assert_eq!((report.imported, report.failures.len()), (0, 0));
    assert_eq!(numbered(&place, MANY).await.len(), MANY);
    let lines: Vec<u64> = told(&place, import.id).await.iter().map(|row| row.line).collect();
    assert_eq!(lines, (2..).take(MANY).collect::<Vec<u64>>());
    assert_eq!(stored(&place, import.id).await, over);
}

pub(crate) async fn a_cancelled_import_loads_no_more(database: Database) {
    let mut place = Place::open(database.url()).await;
    let (import, worker, gate) = left_in_the_middle(&mut place).await;
    let (_, batch) = cancel(&mut place.a.given(), &import).unwrap();
    place.write(&place.a, batch).await;
    gate.open();
    let over = ended(&place, &worker, import.id).await;
    assert_eq!((over.status, over.counts), (ImportStatus::Cancelled, import.counts));
    assert_eq!(worker.run_once(place.a.now).await.imported, 0);
    assert_eq!(numbered(&place, MANY).await.len(), PART, "what was loaded stays");
}

pub(crate) async fn rows_of_one_position_may_stand_apart(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = [
        row_of("TARI-0", "10,00", "first", ""),
        row("TARI-1", "20,00"),
        row_of("TARI-2", "10,00", "first", ""),
        row_of("TARI-0", "15,00", "second", ""),
        row_of("TARI-2", "0,00", "second", ""),
    ];
    let import = load(&mut place, &table, wish()).await;
    let mut told = told(&place, import.id).await;
    let expected = [
        (2, RowOutcome::Loaded),
        (3, RowOutcome::Loaded),
        (4, RowOutcome::Skipped),
        (5, RowOutcome::Loaded),
        (6, RowOutcome::Rejected),
    ];
    assert_eq!(outcomes(&told), expected);
    let loaded = positions(&place, ["TARI-0".to_owned()]).await;
    let of = |line: usize| told[line].installment_id;
    let named: Vec<_> = loaded[0].installments().map(|(_, one)| (Some(one.id), one.reference.as_str())).collect();
    assert_eq!(named, [(of(0), "first"), (of(3), "second")]);
    assert_eq!(told.remove(4).faults[0].column.as_deref(), Some("amount"));
}

pub(crate) async fn rows_change_what_is_owed_and_take_it_back(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &rows(3, "10,00"), wish()).await;
    let first = numbered(&place, 3).await;
    let table = [
        row("TARI-0", "12,00"),
        row_of("TARI-1", "10,00", "", "cancel"),
        row_of("TARI-2", "11,00", "", "insert"),
        row_of("TARI-3", "10,00", "", "update"),
        row_of("TARI-4", "10,00", "", "delete"),
    ];
    let import = load(&mut place, &table, wish()).await;
    let told = told(&place, import.id).await;
    let expected =
        [RowOutcome::Updated, RowOutcome::Cancelled, RowOutcome::Rejected, RowOutcome::Rejected, RowOutcome::Rejected];
    assert_eq!(told.iter().map(|row| row.outcome).collect::<Vec<_>>(), expected);
    let codes: Vec<&str> = told.iter().flat_map(|row| &row.faults).map(|fault| fault.code.as_str()).collect();
    assert_eq!(codes, ["external_id_taken", "no_such_position", "no_such_position"]);
    assert_eq!(told[2].debt_position_id, Some(first[2].id));
    let now = numbered(&place, 5).await;
    assert_eq!(now.len(), 3);
    let (old, new) = (first[0].installments().next().unwrap().1, now[0].installments().next().unwrap().1);
    assert_eq!((new.amount.cents(), new.notice_number, new.id), (1_200, old.notice_number, old.id));
    assert_eq!((now[1].told_status, now[2].version), (PositionStatus::Cancelled, 1));
    // A file of somebody who may not see the service.
    let closed = Wish { services: Some(vec!["MULTE".parse().unwrap()]), ..wish() };
    let import = load(&mut place, &[row("TARI-9", "10,00")], closed).await;
    assert_eq!(import.counts.rejected, 1);
    assert_eq!(crate::files::told(&place, import.id).await[0].faults[0].code, "unknown_service");
}

pub(crate) async fn a_row_that_loses_the_name_of_its_installment_keeps_the_number(database: Database) {
    let mut place = Place::open(database.url()).await;
    load(&mut place, &[row_of("TARI-0", "10,00", "1", "")], wish()).await;
    let exchanged = [row_of("TARI-0", "10,00", "1", "cancel"), row_of("TARI-0", "10,00", "2", "")];
    load(&mut place, &exchanged, wish()).await;
    let before = numbered(&place, 1).await;
    let import = load(&mut place, &[row_of("TARI-0", "12,00", "", "")], wish()).await;
    let after = numbered(&place, 1).await;
    let old = before[0].installments().find(|(_, one)| one.cancelled_at.is_none()).unwrap().1;
    let new = after[0].installments().find(|(_, one)| one.cancelled_at.is_none()).unwrap().1;
    assert_eq!((new.id, new.notice_number, new.reference.as_str()), (old.id, old.notice_number, "2"));
    assert_eq!(new.amount.cents(), 1_200);
    let told = told(&place, import.id).await;
    assert_eq!((told[0].outcome, told[0].installment_id), (RowOutcome::Updated, Some(old.id)));
}

pub(crate) async fn a_receipt_that_comes_meanwhile_is_kept(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table: Vec<String> = (0..3).map(|index| row_of(&format!("TARI-{index}"), "1,00", "single", "")).collect();
    load(&mut place, &table, wish()).await;
    let before = numbered(&place, 3).await;
    let gate = Gated::after(0);
    let dearer: Vec<String> = (0..3).map(|index| row_of(&format!("TARI-{index}"), "2,00", "single", "")).collect();
    let id = send(&mut place, &dearer, wish()).await;
    let worker = place.worker().importing(gate.clone());
    assert_eq!(worker.run_once(place.a.now).await.imported, 0);
    receive_of(&mut place, &before[1], "c110729d258c4ab1b765fe902aae41d6", 10, None).await;
    gate.open();
    let import = ended(&place, &worker, id).await;
    assert_eq!((import.counts.updated, import.counts.rejected), (2, 1));
    let told = told(&place, id).await;
    assert_eq!((told[1].outcome, told[1].faults[0].code.as_str()), (RowOutcome::Rejected, "debt_position_state"));
    let after = numbered(&place, 3).await;
    let paid = after[1].installments().next().unwrap().1;
    assert_eq!((paid.amount.cents(), paid.payment.is_some()), (100, true));
    assert_eq!((after[0].version, after[2].version), (2, 2));
}

pub(crate) async fn a_file_that_cannot_be_read_says_why(database: Database) {
    let mut place = Place::open(database.url()).await;
    let table = ["TARI-0;RSSMRA85T10A562S;Mario Rossi;1,00;31/12/2026;;\r\n\0".to_owned()];
    let import = load(&mut place, &table, wish()).await;
    let failure = import.failure.unwrap();
    assert_eq!((import.status, import.counts), (ImportStatus::Failed, Counts::default()));
    assert!(!failure.code.is_empty() && !failure.detail.is_empty(), "{failure:?}");
    // A file of which a part is missing has nothing to wait for.
    let id = send(&mut place, &rows(2, "1,00"), wish()).await;
    let mut waiting = stored(&place, id).await;
    waiting.file.id = uuid::Uuid::now_v7().into();
    let wished = Wish { service_code: waiting.service_code.clone(), ..wish() };
    let room = place.store.import_room(&crate::place::scope(&place.a)).await.unwrap();
    let lost = receive(&mut place.a.given(), client(), waiting.file, wished, &room).unwrap();
    place.write(&place.a, lost.batch).await;
    let over = ended(&place, &loader(&place), lost.import.id).await;
    assert_eq!((over.status, over.failure.unwrap().code.as_str()), (ImportStatus::Failed, "file_incomplete"));
}

pub(crate) async fn files_go_when_their_time_is_over(database: Database) {
    let mut place = Place::open(database.url()).await;
    let import = load(&mut place, &rows(3, "1,00"), wish()).await;
    let own = crate::place::scope(&place.a);
    let kept = async |place: &Place| place.store.import_part(&own, import.file.id, 0).await.unwrap().is_some();
    place.later(29 * 86_400);
    loader(&place).run_once(place.a.now).await;
    assert!(kept(&place).await);
    place.later(2 * 86_400);
    loader(&place).run_once(place.a.now).await;
    assert!(!kept(&place).await);
    assert!(told(&place, import.id).await.is_empty());
    assert_eq!(stored(&place, import.id).await.counts.loaded, 3, "what it came to is known for good");
}
