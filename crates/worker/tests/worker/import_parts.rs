// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that are longer than what is written together: each part sees what the ones before it did, or would do.

use std::sync::Arc;

use tramite_domain::debt_position::{DebtPosition, PositionStatus};
use tramite_domain::ids::ImportId;
use tramite_domain::import::{Counts, FileFormat, Import, ImportStatus, OnError, RowOutcome, Wish};
use tramite_testkit::Database;
use tramite_worker::Worker;

use crate::files::{Gated, ended, line, loader, positions, send_file, send_lines, stored, told, wish};
use crate::place::Place;

/// How many positions are written together.
const PART: usize = 500;
/// More than that.
const MANY: usize = 700;
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
