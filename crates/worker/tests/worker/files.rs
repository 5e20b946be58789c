// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions as a client sends them, and what reads a position in place of the API's contract.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tramite_domain::access::Client;
use tramite_domain::debt_position::{
    DebtPosition, DebtorInput, InstallmentInput, OptionInput, OptionKind, PositionInput,
};
use tramite_domain::ident::ExternalId;
use tramite_domain::ids::{ImportFileId, ImportId};
use tramite_domain::import::{
    FileFormat, FileLayout, Import, ImportFile, ImportRow, OnError, PositionReader, Wish, receive,
};
use tramite_domain::violation::Violation;
use tramite_storage::{Change, IMPORT_PART_BYTES, RowFilter};
use tramite_worker::Worker;
use uuid::Uuid;

use crate::place::{Place, acting_client, scope};
use crate::town::{client, personal};

const HEADER: &str = "external_id;debtor_tax_code;debtor_full_name;amount;due_date;reference;action";
/// What the contract asks for, as far as a test lacks it.
const KEY: &str = "/external_id";
const TAX_CODE: &str = "/debtor/tax_code";
const FIRST_AMOUNT: &str = "/payment_options/0/installments/0/amount";
/// How long a gate stays shut at most: a test that fails must not hold its thread for ever.
const SHUT_SECONDS_MAX: u64 = 30;
/// Rounds in which an import of a test is over.
const ROUNDS_MAX: usize = 2_000;
/// Between two of them, in milliseconds.
const ROUND_MS: u64 = 10;

/// One row, with what it asks for.
pub(crate) fn row(key: &str, amount: &str) -> String {
    row_of(key, amount, "", "")
}

/// The same of one installment of several, and with an action.
pub(crate) fn row_of(key: &str, amount: &str, reference: &str, action: &str) -> String {
    format!("{key};RSSMRA85T10A562S;Mario Rossi;{amount};31/12/2026;{reference};{action}")
}

/// So many rows, each of a position of its own.
pub(crate) fn rows(count: usize, amount: &str) -> Vec<String> {
    (0..count).map(|index| row(&format!("TARI-{index}"), amount)).collect()
}

pub(crate) const fn wish() -> Wish {
    Wish {
        service_code: None,
        publish: true,
        dry_run: false,
        on_error: OnError::Skip,
        free_beneficiary: false,
        services: None,
    }
}

/// One line of JSON, with what it asks for.
pub(crate) fn line(key: &str, cents: i64) -> String {
    let debtor = r#"{"tax_code":"RSSMRA85T10A562S","full_name":"Mario Rossi"}"#;
    let options = format!(r#"[{{"kind":"single","installments":[{{"amount":{cents}}}]}}]"#);
    format!(r#"{{"external_id":"{key}","debtor":{debtor},"payment_options":{options}}}"#)
}

/// A table is sent, and waits for its turn.
pub(crate) async fn send(place: &mut Place, rows: &[String], wish: Wish) -> ImportId {
    let file = format!("{HEADER}\r\n{}\r\n", rows.join("\r\n"));
    send_file(place, FileFormat::Csv, &file, wish).await
}

/// The same of JSON lines.
pub(crate) async fn send_lines(place: &mut Place, lines: &[String], wish: Wish) -> ImportId {
    send_file(place, FileFormat::Ndjson, &lines.join("\n"), wish).await
}

/// Who sends the files, as the store has it.
pub(crate) async fn sender(place: &Place) -> Client {
    let system = place.store.system();
    if let Some(known) = system.client(client()).await.unwrap() {
        return known;
    }
    let made = acting_client(client(), place.a.institution.id, place.a.now);
    system.insert_client(made.clone(), Change::default()).await.unwrap();
    made
}

/// The same as [`send`], of any file.
pub(crate) async fn send_file(place: &mut Place, format: FileFormat, file: &str, wish: Wish) -> ImportId {
    sender(place).await;
    let id: ImportFileId = Uuid::now_v7().into();
    let (own, now) = (scope(&place.a), place.a.now);
    for (number, part) in (0_u32..).zip(file.as_bytes().chunks(IMPORT_PART_BYTES)) {
        place.store.put_import_part(&own, id, number, part, now).await.unwrap();
    }
    let sent = ImportFile {
        id,
        name: Some("tari".to_owned()),
        format,
        layout: FileLayout::Tramite,
        bytes: u64::try_from(file.len()).unwrap(),
        sha256: [1; 32],
        kept_until: None,
    };
    let wish = Wish { service_code: Some("TARI".parse().unwrap()), ..wish };
    let room = place.store.import_room(&scope(&place.a)).await.unwrap();
    let received = receive(&mut place.a.given(), client(), sent, wish, &room).unwrap();
    place.write(&place.a, received.batch).await;
    received.import.id
}

/// A worker that loads files.
pub(crate) fn loader(place: &Place) -> Worker {
    place.worker().importing(Arc::new(PlainReader))
}

/// Sends a table and has it loaded.
pub(crate) async fn load(place: &mut Place, rows: &[String], wish: Wish) -> Import {
    let id = send(place, rows, wish).await;
    ended(place, &loader(place), id).await
}

/// The import once it is over.
pub(crate) async fn ended(place: &Place, worker: &Worker, id: ImportId) -> Import {
    for _ in 0..ROUNDS_MAX {
        let report = worker.run_once(place.a.now).await;
        assert!(report.failures.is_empty(), "{:?}", report.failures);
        let import = stored(place, id).await;
        if import.status.is_final() {
            return import;
        }
        tokio::time::sleep(Duration::from_millis(ROUND_MS)).await;
    }
    panic!("the import does not end: {:?}", stored(place, id).await);
}

pub(crate) async fn stored(place: &Place, id: ImportId) -> Import {
    place.store.import(&scope(&place.a), id).await.unwrap().unwrap()
}

/// What was told of the rows.
pub(crate) async fn told(place: &Place, id: ImportId) -> Vec<ImportRow> {
    let filter = RowFilter { outcome: None, after_line: 0, limit: 10_000 };
    place.store.import_rows(&scope(&place.a), id, &filter).await.unwrap()
}

/// The positions under those keys.
pub(crate) async fn positions(place: &Place, keys: impl IntoIterator<Item = String>) -> Vec<DebtPosition> {
    let keys: Vec<ExternalId> = keys.into_iter().map(|key| key.parse().unwrap()).collect();
    let service = "TARI".parse().unwrap();
    let loadable = place.store.loadable(&scope(&place.a), &service, &keys, place.a.now).await.unwrap();
    let mut found: Vec<DebtPosition> = loadable.existing.into_iter().map(|one| one.position).collect();
    found.sort_by_key(|one| one.external_id.clone());
    found
}

/// The positions of [`rows`].
pub(crate) async fn numbered(place: &Place, count: usize) -> Vec<DebtPosition> {
    positions(place, (0..count).map(|index| format!("TARI-{index}"))).await
}

/// Reads what these tests write, without a contract.
pub(crate) struct PlainReader;

impl PositionReader for PlainReader {
    fn read(&self, body: &Value) -> Result<PositionInput, Vec<Violation>> {
        let lacks = |pointer: &&str| body.pointer(pointer).is_none();
        let required = [KEY, "/service_code", TAX_CODE, FIRST_AMOUNT].into_iter().filter(lacks);
        let mut found: Vec<Violation> = required.map(|pointer| wrong(pointer, "required")).collect();
        if body.pointer(TAX_CODE).is_some_and(|code| code == "NOBODY") {
            found.push(wrong(TAX_CODE, "wrong_format"));
        }
        if !found.is_empty() {
            return Err(found);
        }
        let options = body["payment_options"].as_array().unwrap();
        Ok(PositionInput {
            external_id: text(body, "/external_id").unwrap(),
            service_code: text(body, "/service_code").unwrap(),
            publish: body["publish"].as_bool().unwrap(),
            debtor: DebtorInput {
                tax_code: personal(&text(body, "/debtor/tax_code").unwrap_or_default()),
                full_name: personal(&text(body, "/debtor/full_name").unwrap_or_default()),
                ..DebtorInput::default()
            },
            payment_options: options.iter().map(option).collect(),
            ..PositionInput::default()
        })
    }
}

fn wrong(pointer: &str, code: &'static str) -> Violation {
    Violation { pointer: pointer.to_owned(), code, detail: "as the contract says".to_owned() }
}

fn option(body: &Value) -> OptionInput {
    let installment = |body: &Value| InstallmentInput {
        reference: text(body, "/reference"),
        amount: body["amount"].as_i64(),
        notice_number: text(body, "/notice_number"),
        due_date: text(body, "/due_date").map(|day| day.parse().unwrap()),
        ..InstallmentInput::default()
    };
    OptionInput {
        kind: OptionKind::named(body["kind"].as_str().unwrap()).unwrap(),
        available_until: None,
        available_days: None,
        installments: body["installments"].as_array().unwrap().iter().map(installment).collect(),
    }
}

fn text(body: &Value, pointer: &str) -> Option<String> {
    body.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// Reads so many positions, and the others once its gate is open.
pub(crate) struct Gated {
    read: AtomicUsize,
    before_gate: usize,
    open: AtomicBool,
}

impl Gated {
    pub(crate) fn after(before_gate: usize) -> Arc<Self> {
        Arc::new(Self { read: AtomicUsize::new(0), before_gate, open: AtomicBool::new(false) })
    }

    pub(crate) fn open(&self) {
        self.open.store(true, Ordering::SeqCst);
    }
}

impl PositionReader for Gated {
    fn read(&self, body: &Value) -> Result<PositionInput, Vec<Violation>> {
        let begun = Instant::now();
        if self.read.fetch_add(1, Ordering::SeqCst) >= self.before_gate {
            while !self.open.load(Ordering::SeqCst) && begun.elapsed() < Duration::from_secs(SHUT_SECONDS_MAX) {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        PlainReader.read(body)
    }
}
