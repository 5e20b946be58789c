// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that are longer than what is written together: each part sees what the ones before it did, or would do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, Installment, PositionInput, PositionStatus};
use tramite_domain::ids::ImportId;
use tramite_domain::import::{Counts, FileFormat, Import, ImportStatus, OnError, PositionReader, RowOutcome, Wish};
use tramite_domain::notice::{Base13, NoticeNumber, SegregationCode};
use tramite_domain::service::Service;
use tramite_domain::violation::Violation;
use tramite_storage::LOADABLE_INSTALLMENTS_MAX;
use tramite_testkit::Database;
use tramite_worker::Worker;
use uuid::Uuid;

use crate::files::{
    Gated, PlainReader, ended, line, loader, positions, rows, send, send_file, send_lines, stored, told, wish,
};
use crate::imports::PART;
use crate::place::{Place, scope};
use crate::town::one_payment;

/// More positions than are written together.
const MANY: usize = 1_400;
/// Rounds in which parts are small enough at last, and are loaded.
const ROUNDS_MAX: usize = 20;
/// A number that the institution may bring.
const NUMBER: &str = "305000000001234586";

/// A line, many others, and another line: the two are never written together.
fn apart(first: String, last: String) -> Vec<String> {
    let others = (0..MANY).map(|index| line(&format!("OTHER-{index}"), 1_000));
    [first].into_iter().chain(others).chain([last]).collect()
}

async fn loaded(place: &mut Place, lines: &[String], wish: Wish) -> Import {
    let id = send_lines(place, lines, wish).await;
    ended(place, &loader(place), id).await
}

async fn found(place: &Place) -> Vec<DebtPosition> {
    positions(place, ["TARI-0".to_owned()]).await
}

pub(crate) async fn a_part_is_decided_on_what_the_one_before_it_wrote(database: Database) {
    let mut place = Place::open(database.url()).await;
    loaded(&mut place, &[line("TARI-0", 1_000)], wish()).await;
    // The last line says what was there at first, and what the first line has changed.
    let import = loaded(&mut place, &apart(line("TARI-0", 1_200), line("TARI-0", 1_000)), wish()).await;
    let (read, others) = (u64::try_from(MANY + 2).unwrap(), u64::try_from(MANY).unwrap());
    assert_eq!(import.status, ImportStatus::Completed);
    assert_eq!(import.counts, Counts { read, loaded: others, updated: 2, ..Counts::default() });
    let found = found(&place).await;
    let (_, only) = found[0].installments().next().unwrap();
    assert_eq!((only.amount.cents(), found[0].version), (1_000, 3));
}

pub(crate) async fn a_check_knows_what_lines_further_up_would_do(database: Database) {
    let mut place = Place::open(database.url()).await;
    let cancel = r#"{"external_id":"TARI-0","action":"cancel"}"#.to_owned();
    let lines = apart(line("TARI-0", 1_000), cancel);
    let (read, loading) = (u64::try_from(MANY + 2).unwrap(), u64::try_from(MANY + 1).unwrap());
    let expected = Counts { read, loaded: loading, cancelled: 1, ..Counts::default() };
    let dry = loaded(&mut place, &lines, Wish { dry_run: true, ..wish() }).await;
    assert_eq!((dry.status, dry.counts), (ImportStatus::Completed, expected));
    assert!(found(&place).await.is_empty());
    let import = loaded(&mut place, &lines, Wish { on_error: OnError::Abort, ..wish() }).await;
    assert_eq!((import.status, import.counts), (ImportStatus::Completed, expected));
    assert_eq!(found(&place).await[0].told_status, PositionStatus::Cancelled);
}

pub(crate) async fn a_line_takes_back_no_installment_that_it_does_not_name(database: Database) {
    let mut place = Place::open(database.url()).await;
    let of = |action: &str, references: &[&str]| {
        let one = |name: &&str| format!(r#"{{"reference":"{name}","amount":1000,"due_date":"2026-12-31"}}"#);
        let installments: Vec<String> = references.iter().map(one).collect();
        let options = format!(r#"[{{"kind":"installments","installments":[{}]}}]"#, installments.join(","));
        let debtor = r#"{"tax_code":"RSSMRA85T10A562S","full_name":"Mario Rossi"}"#;
        format!(r#"{{"external_id":"TARI-0","action":"{action}","debtor":{debtor},"payment_options":{options}}}"#)
    };
    loaded(&mut place, &[of("load", &["1", "2"])], wish()).await;
    let import = loaded(&mut place, &[of("cancel", &["2"])], wish()).await;
    let rejected = told(&place, import.id).await.remove(0);
    let fault = (rejected.faults[0].column.as_deref(), rejected.faults[0].code.as_str());
    assert_eq!((rejected.outcome, fault), (RowOutcome::Rejected, (Some("/payment_options"), "installments_missing")));
    assert!(found(&place).await[0].installments().all(|(_, one)| one.cancelled_at.is_none()));
    let import = loaded(&mut place, &[of("cancel", &["1", "2"])], wish()).await;
    assert_eq!(import.counts.cancelled, 1);
    assert_eq!(found(&place).await[0].told_status, PositionStatus::Cancelled);
}

/// A table whose first and last rows bring the same number, of which nothing may be loaded.
async fn send_number_twice(place: &mut Place) -> ImportId {
    let row = |index: usize| {
        let number = if index == 0 || index == MANY - 1 { NUMBER } else { "" };
        format!("TARI-{index};RSSMRA85T10A562S;Mario Rossi;10,00;{number}")
    };
    let rows: Vec<String> = (0..MANY).map(row).collect();
    let header = "external_id;debtor_tax_code;debtor_full_name;amount;notice_number";
    let file = format!("{header}\r\n{}\r\n", rows.join("\r\n"));
    send_file(place, FileFormat::Csv, &file, Wish { on_error: OnError::Abort, ..wish() }).await
}

async fn is_aborted_by_the_last_row(place: &Place, worker: &Worker, id: ImportId) {
    let import = ended(place, worker, id).await;
    let all = u64::try_from(MANY).unwrap();
    assert_eq!((import.status, import.counts.read, import.counts.rejected), (ImportStatus::Aborted, all, 1));
    let told = told(place, id).await;
    assert_eq!((told.len(), told[0].line, told[0].outcome), (1, all + 1, RowOutcome::Rejected));
    let faults: Vec<_> = told[0].faults.iter().map(|fault| (fault.column.as_deref(), fault.code.as_str())).collect();
    assert_eq!(faults, [(Some("notice_number"), "notice_number_taken")]);
    assert!(found(place).await.is_empty());
}

pub(crate) async fn a_number_that_comes_twice_is_found_before_anything_is_loaded(database: Database) {
    let mut place = Place::open(database.url()).await;
    let id = send_number_twice(&mut place).await;
    is_aborted_by_the_last_row(&place, &loader(&place), id).await;
}

pub(crate) async fn what_a_check_saw_counts_for_the_worker_that_goes_on(database: Database) {
    let mut place = Place::open(database.url()).await;
    let gate: Arc<Gated> = Gated::after(PART + 20);
    let id = send_number_twice(&mut place).await;
    let first = place.worker().importing(gate.clone());
    assert_eq!(first.run_once(place.a.now).await.imported, PART);
    assert_eq!(stored(&place, id).await.groups_done, u64::try_from(PART).unwrap());
    place.later(60);
    let second = loader(&place);
    is_aborted_by_the_last_row(&place, &second, id).await;
    gate.open();
}

/// Where the sequence of the institution's numbers stands; a thousand more of them are taken.
async fn numbered_up_to(place: &Place) -> u64 {
    let link = &place.a.institution.stations[0];
    place.store.take_stretch(&scope(&place.a), link, 1_000).await.unwrap().first
}

pub(crate) async fn numbers_are_taken_for_the_rows_of_a_file_at_once_and_for_no_more(database: Database) {
    let mut place = Place::open(database.url()).await;
    let gate: Arc<Gated> = Gated::after(PART + 20);
    let id = send(&mut place, &rows(MANY, "10,00"), wish()).await;
    let worker = place.worker().importing(gate.clone());
    assert_eq!(worker.run_once(place.a.now).await.imported, PART);
    let all = u64::try_from(MANY).unwrap();
    assert_eq!(numbered_up_to(&place).await, all, "the second part does not ask the sequence");
    gate.open();
    let import = ended(&place, &worker, id).await;
    assert_eq!(import.counts, Counts { read: all, loaded: all, ..Counts::default() });
    assert_eq!(numbered_up_to(&place).await, all + 1_000, "each row has one of those that were taken");
}

/// A position of a service which has half as many installments as are held at a time, and one more.
async fn dense(place: &mut Place, service: &str, first_base: u64) {
    let mut position = place.a.position(&one_payment("DENSE", 1_000));
    position.service_code = Some(service.parse().unwrap());
    let (only, segregation) = (position.options[0].installments[0].clone(), SegregationCode::new(5).unwrap());
    let another = |at: u64| {
        let number = NoticeNumber::generate(segregation, Base13::new(first_base + at).unwrap());
        Installment {
            id: Uuid::now_v7().into(),
            reference: at.to_string().parse().unwrap(),
            iuv: number.iuv(),
            notice_number: Some(number),
            ..only.clone()
        }
    };
    let last = u64::try_from(LOADABLE_INSTALLMENTS_MAX / 2).unwrap();
    position.options[0].installments = (0..=last).map(another).collect();
    let insert = Write::InsertPosition(Box::new(position));
    place.write(&place.a, Batch::new().with(insert)).await;
}

/// Two such positions, and the lines that would make them.
async fn both_dense(place: &mut Place) -> [String; 2] {
    let mensa = Service { code: "MENSA".parse().unwrap(), ..place.a.service.clone() };
    let put = Write::PutService { service: Box::new(mensa), expected: None };
    place.write(&place.a, Batch::new().with(put)).await;
    dense(place, "TARI", 1_000).await;
    dense(place, "MENSA", 100_000).await;
    let of = |service: &str| {
        let members = format!(r#"{{"service_code":"{service}","action":"insert","#);
        line("DENSE", 1_000).replacen('{', &members, 1)
    };
    [of("TARI"), of("MENSA")]
}

pub(crate) async fn positions_of_several_services_are_not_held_at_once_where_they_are_too_large(database: Database) {
    let mut place = Place::open(database.url()).await;
    let lines = both_dense(&mut place).await;
    let id = send_lines(&mut place, &lines, wish()).await;
    let (worker, mut halved) = (loader(&place), 0);
    for _ in 0..ROUNDS_MAX {
        let report = worker.run_once(place.a.now).await;
        assert!(report.failures.iter().all(|failure| *failure == ("imports", "busy")), "{:?}", report.failures);
        halved += report.failures.len();
        if stored(&place, id).await.status.is_final() {
            break;
        }
    }
    assert!(halved > 0, "both were read at once");
    let import = stored(&place, id).await;
    let expected = Counts { read: 2, rejected: 2, ..Counts::default() };
    assert_eq!((import.status, import.counts), (ImportStatus::Completed, expected));
}

/// Counts what it reads.
struct Counted(AtomicUsize);

impl PositionReader for Counted {
    fn read(&self, body: &Value) -> Result<PositionInput, Vec<Violation>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        PlainReader.read(body)
    }
}

pub(crate) async fn a_check_goes_on_with_the_halves_of_a_part_that_is_too_large(database: Database) {
    let mut place = Place::open(database.url()).await;
    let both = both_dense(&mut place).await;
    let lines: Vec<String> = (0..PART).map(|index| line(&format!("OTHER-{index}"), 1_000)).chain(both).collect();
    let id = send_lines(&mut place, &lines, Wish { dry_run: true, ..wish() }).await;
    let reader = Arc::new(Counted(AtomicUsize::new(0)));
    let worker = place.worker().importing(reader.clone());
    for _ in 0..ROUNDS_MAX {
        let report = worker.run_once(place.a.now).await;
        assert!(report.failures.iter().all(|failure| *failure == ("imports", "busy")), "{:?}", report.failures);
        if stored(&place, id).await.status.is_final() {
            break;
        }
    }
    let (import, each) = (stored(&place, id).await, u64::try_from(PART).unwrap());
    let expected = Counts { read: each + 2, loaded: each, rejected: 2, ..Counts::default() };
    assert_eq!((import.status, import.counts), (ImportStatus::Completed, expected));
    assert_eq!(reader.0.load(Ordering::SeqCst), lines.len(), "what was done is not read again");
}
