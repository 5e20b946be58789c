// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions as offices have them (rules.md 41–45, reliability.md 10 and 36): LibreOffice's own, with wrong rows among
//! right ones; a worker that is killed on the way; two of one file at once; files that mean harm.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tramite_documents::sheet::{BytesSource, Sheet, SheetCell};
use tramite_domain::import::FileFormat;
use tramite_testkit::{Database, free_port};
use tramite_tests::api::Api;
use tramite_tests::process::Process;
use tramite_tests::town::Town;
use tramite_tests::wire::Wire;
use tramite_tests::{upload, wire};

/// Made by tests/fixtures/imports/make.py, which says how.
const FILES: &[u8] = include_bytes!("../../fixtures/imports/rows.zip");
const ROWS: usize = 10_000;
/// One row of so many is wrong.
const EVERY: usize = 32;
/// The only right value, by the column, of what is corrected.
const TAX_CODE: &str = "RSSMRA85T10A562S";
/// What makes a row wrong, in the order of make.py: the column, the codes in a spreadsheet, and where text says it otherwise.
const FAULTS: [(&str, &str, Option<&str>); 32] = [
    ("codice_fiscale", "invalid_tax_code", None),
    ("codice_fiscale", "required", None),
    ("nominativo", "required", None),
    ("nominativo", "too_long wrong_pattern", None),
    ("tipo_debitore", "unknown_value", None),
    ("email", "wrong_pattern", None),
    ("provincia", "wrong_pattern", None),
    ("nazione", "too_long wrong_pattern", None),
    ("causale", "personal_data_in_text", None),
    ("causale", "too_long wrong_pattern", None),
    ("importo", "below_minimum", None),
    ("importo", "negative_amount", None),
    ("importo", "too_many_decimals", Some("ambiguous_amount")),
    ("importo", "invalid_amount", None),
    ("importo", "required", None),
    ("importo", "above_maximum", None),
    ("scadenza", "invalid_date", None),
    ("scadenza", "invalid_date", None),
    ("scadenza", "invalid_date", None),
    ("numero_avviso", "wrong_pattern", None),
    ("numero_avviso", "number_instead_of_text", None),
    ("codice_iuv", "notice_number_needed", None),
    ("quota_1_importo", "transfers_sum", None),
    ("quota_1_conto", "unknown_account", None),
    ("quota_1_tassonomia", "too_short wrong_pattern", None),
    ("azione", "unknown_value", None),
    ("pubblica", "invalid_flag", None),
    ("codice_posizione", "required", None),
    ("codice_posizione", "personal_data_in_text", None),
    ("pagabile_dal", "invalid_instant", None),
    ("metadati_pagamento.rif", "personal_data_in_text", None),
    ("nominativo", "wrong_pattern", None),
];
/// What the columns of faults hold in rows that are right; the others are empty there.
const CORRECT: [(&str, &str); 7] = [
    ("codice_fiscale", TAX_CODE),
    ("nominativo", "Mario Rossi"),
    ("provincia", "PG"),
    ("nazione", "IT"),
    ("causale", "TARI 2027"),
    ("importo", "12,50"),
    ("scadenza", "30/06/2027"),
];

/// A file of the archive.
fn file(name: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(FILES)).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Which fault a row has, as make.py plants them.
fn fault_of(at: usize) -> Option<(&'static str, &'static str, Option<&'static str>)> {
    at.is_multiple_of(EVERY).then(|| FAULTS[at / EVERY % FAULTS.len()])
}

/// The line at which a row begins: in text a name of two lines takes two.
fn line_of(at: usize, text: bool) -> u64 {
    let two_lines = FAULTS.len() - 1;
    let further = (1..at).filter(|row| text && row.is_multiple_of(EVERY) && row / EVERY % FAULTS.len() == two_lines);
    u64::try_from(1 + at + further.count()).unwrap()
}

async fn wrong_rows_of(name: &str, town: &Town) {
    let text = name.ends_with(".csv");
    let api = town.api("comune-perugia").await;
    let url = town.gateway();
    let fields = [("service_code", "MULTE")];
    let id = upload::begin(&url, api.token(), &fields, name, &file(name)).await;
    let import = upload::ended(&api, &id).await;
    let planted: Vec<usize> = (1..=ROWS).filter(|at| fault_of(*at).is_some()).collect();
    assert_eq!(import["status"], "completed", "{name}: {import}");
    assert_eq!(import["counts"]["read"], ROWS, "{name}: {import}");
    let mut wanted: BTreeMap<u64, Vec<(String, String)>> = BTreeMap::new();
    for at in planted {
        let (column, code, of_text) = fault_of(at).unwrap();
        let code = if text { of_text.unwrap_or(code) } else { code };
        wanted.insert(line_of(at, text), code.split(' ').map(|code| (column.to_owned(), code.to_owned())).collect());
    }
    let told: BTreeMap<u64, Vec<(String, String)>> = upload::rows(&api, &id, "rejected")
        .await
        .iter()
        .map(|row| {
            let errors = row["errors"].as_array().unwrap().iter();
            let word = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
            (row["line"].as_u64().unwrap(), errors.map(|one| (word(one, "column"), word(one, "code"))).collect())
        })
        .collect();
    let differing: Vec<_> = wanted.iter().filter(|(line, codes)| told.get(line) != Some(codes)).take(40).collect();
    assert!(differing.is_empty(), "{name}: wanted {differing:?}, told {:?}", told.iter().take(40).collect::<Vec<_>>());
    let further: Vec<_> = told.iter().filter(|(line, _)| !wanted.contains_key(line)).take(20).collect();
    assert!(further.is_empty(), "{name}: {further:?}");
    assert_eq!(import["counts"]["rejected"], wanted.len(), "{name}: {import}");
    corrected(&api, &url, name, &id).await;
}

/// The report is read as the file was, corrected where it is wrong, and sent again: what was right is there already.
async fn corrected(api: &Api, url: &str, name: &str, id: &str) {
    let report = tramite_tests::http::client()
        .get(format!("{url}/v1/imports/{id}/report"))
        .bearer_auth(api.token())
        .send()
        .await
        .unwrap();
    assert_eq!(report.status(), 200, "{name}");
    let report = report.bytes().await.unwrap().to_vec();
    let format = match name.rsplit('.').next().unwrap() {
        "csv" => FileFormat::Csv,
        "ods" => FileFormat::Ods,
        // XLS comes back as XLSX: nobody writes the old form any more.
        _ => FileFormat::Xlsx,
    };
    let mut sheet = Sheet::open(&BytesSource::new(report), format).unwrap();
    let text = |cell: &SheetCell| match cell {
        SheetCell::Empty => String::new(),
        SheetCell::Text(text) => text.clone(),
        SheetCell::Number(number) => number.replace('.', ","),
        SheetCell::Day(day) => day.format("%d/%m/%Y").to_string(),
        SheetCell::Moment(moment) => moment.format("%d/%m/%Y %H:%M:%S").to_string(),
        SheetCell::Unread(why) => why.code().to_owned(),
    };
    let header: Vec<String> = sheet.next_row().unwrap().unwrap().cells.iter().map(text).collect();
    let at = |column: &str| header.iter().position(|name| name == column).unwrap_or_else(|| panic!("no {column}"));
    let (outcome, qr_code, errors) = (at("esito"), at("codice_qr"), at("errori"));
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    let mut rejected = 0;
    let mut number = 0;
    while let Some(row) = sheet.next_row().unwrap() {
        number += 1;
        let mut cells: Vec<String> = row.cells.iter().map(text).collect();
        cells.resize(header.len(), String::new());
        if cells[outcome] == "rejected" {
            rejected += 1;
            let (column, ..) = fault_of(number).unwrap();
            assert!(cells[errors].contains(&format!("{column}: ")), "{name} {number}: {}", cells[errors]);
            let right = CORRECT.iter().find(|(name, _)| *name == column).map_or("", |(_, value)| *value);
            right.clone_into(&mut cells[at(column)]);
            if column.starts_with("quota_1") {
                for column in ["quota_1_importo", "quota_1_conto", "quota_1_tassonomia"] {
                    cells[at(column)].clear();
                }
            }
            if column == "codice_posizione" {
                cells[at(column)] = format!("TARI-{number:05}");
            }
        } else {
            assert!(cells[qr_code].starts_with("PAGOPA|002|"), "{name} {number}: {}", cells[qr_code]);
        }
        writer.write_record(&cells).unwrap();
    }
    assert_eq!(number, ROWS, "{name}");
    let again = writer.into_inner().unwrap();
    let id = upload::begin(url, api.token(), &[("service_code", "MULTE")], "corrected.csv", &again).await;
    let import = upload::ended(api, &id).await;
    let wrong = upload::rows(api, &id, "rejected").await;
    assert_eq!(
        import["counts"]["loaded"],
        rejected,
        "{name}: {import} {:?}",
        wrong.iter().take(20).collect::<Vec<_>>()
    );
    assert_eq!(import["counts"]["unchanged"], ROWS - rejected, "{name}: {import}");
}

pub(crate) async fn libreoffice(database: Database, name: &'static str) {
    let town = Town::start(&database).await;
    wrong_rows_of(name, &town).await;
}

/// Rows that are right, one position each.
fn right_rows(rows: usize) -> Vec<u8> {
    let mut text = String::from("external_id;codice_fiscale;nominativo;importo;scadenza\r\n");
    for at in 0..rows {
        text.push_str(&format!("R-{at:06};{TAX_CODE};Mario Rossi;{},50;30/06/2027\r\n", 1 + at % 900));
    }
    text.into_bytes()
}

/// Every row of the file is one position, under a number of its own; no other position is there.
async fn all_there(api: &Api, ids: &[&str], rows: usize) {
    let mut positions = BTreeSet::new();
    let mut lines = 0;
    for status in ["loaded", "unchanged"] {
        for id in ids {
            for row in upload::rows(api, id, status).await {
                lines += 1;
                positions.insert(row["debt_position_id"].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(lines, rows * ids.len(), "each row of each file came to something, once");
    assert_eq!(positions.len(), rows, "each row is one position");
    let mut numbers = BTreeSet::new();
    let mut cursor = String::new();
    let mut there = 0;
    loop {
        let came = api.get(&format!("/v1/debt-positions?service_code=TARI&limit=500{cursor}")).await;
        for one in came.body["items"].as_array().unwrap() {
            if one["external_id"].as_str().is_some_and(|key| key.starts_with("R-")) {
                there += 1;
                numbers
                    .insert(one["payment_options"][0]["installments"][0]["notice_number"].as_str().unwrap().to_owned());
            }
        }
        match came.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((there, numbers.len()), (rows, rows));
}

/// Waits until so many of a hundred rows are done, and others are not. Where there may be other processes, a claim ends by its time
/// alone.
async fn share_is_loaded(api: &Api, id: &str, share: u64) {
    const PATIENCE: Duration = Duration::from_secs(600);
    let begun = Instant::now();
    loop {
        let import = api.get(&format!("/v1/imports/{id}")).await.body;
        assert_eq!(import["is_final"], false, "it is over before it can be killed: {import}");
        let read = import["counts"]["read"].as_u64().unwrap();
        if import["rows_total"].as_u64().is_some_and(|total| read * 100 >= share * total) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{import}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Killed at 37 % of the way and again at 80 %: no hole, no double, and the report has every row (reliability.md 10).
/// `TRAMITE_KILLED_ROWS` says of how many rows.
pub(crate) async fn killed(database: Database) {
    // So many that the last fifth takes far longer than the look that finds it.
    const ROWS: usize = 12_000;
    let rows = std::env::var("TRAMITE_KILLED_ROWS").ok().map_or(ROWS, |text| text.parse().expect("a number of rows"));
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = [("TRAMITE_WITH_WORKER", "true".to_owned())];
    let mut served = town.serve_with(&listen, &settings).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let id = upload::begin(&served.url, api.token(), &[("service_code", "TARI")], "righe.csv", &right_rows(rows)).await;
    for share in [37, 80] {
        share_is_loaded(&api, &id, share).await;
        served.process.kill();
        served = town.serve_with(&listen, &settings).await;
    }
    let import = upload::ended(&api, &id).await;
    assert_eq!((&import["status"], &import["counts"]["loaded"]), (&json!("completed"), &json!(rows)), "{import}");
    all_there(&api, &[&id], rows).await;
}

/// The same file twice at once, at two workers where there may be two: one effect.
pub(crate) async fn at_once(database: Database) {
    const ROWS: usize = 3_000;
    let town = Town::start(&database).await;
    let further = matches!(database, Database::Postgres(_))
        .then(|| Process::start(&["worker"], &town.variables("127.0.0.1:0", &[]), Stdio::null()));
    let api = town.api("comune-perugia").await;
    let (url, file) = (town.gateway(), right_rows(ROWS));
    let fields = [("service_code", "TARI")];
    let (one, other) = tokio::join!(
        upload::begin(&url, api.token(), &fields, "a.csv", &file),
        upload::begin(&url, api.token(), &fields, "b.csv", &file)
    );
    let third = upload::send(&url, api.token(), &fields, "c.csv", &file).await;
    let imports = [upload::ended(&api, &one).await, upload::ended(&api, &other).await];
    assert!(third.status() == 202 || third.status() == 429, "{}", third.status());
    let count = |name: &str| imports.iter().map(|import| import["counts"][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!((count("loaded"), count("unchanged"), count("rejected")), (3_000, 3_000, 0), "{imports:?}");
    all_there(&api, &[&one, &other], ROWS).await;
    drop(further);
}

/// An archive with one file that says little and is much.
fn bomb(mib: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for name in ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        archive.start_file(name, options).unwrap();
        let piece = vec![b' '; 1 << 20];
        for _ in 0..if name.ends_with("sheet1.xml") { mib } else { 0 } {
            archive.write_all(&piece).unwrap();
        }
    }
    archive.finish().unwrap().into_inner()
}

/// Files that mean harm are refused by a named limit, at once and in little memory (reliability.md 36). The time is told, not judged:
/// most of it is spent in waiting for a turn, on a machine that does other things too.
#[expect(clippy::print_stdout, reason = "a measurement tells what it found")]
pub(crate) async fn harmful(database: Database) {
    const MEMORY_KIB_MAX: u64 = 256 * 1_024;
    let town = Town::start(&database).await;
    let (api, url) = (town.api("comune-perugia").await, town.gateway());
    let wide = ";".repeat(10_000_000).into_bytes();
    let files: [(&str, Vec<u8>, &str); 4] = [
        ("bomb.xlsx", bomb(600), "archive_ratio"),
        ("wide.csv", wide, "too_many_columns"),
        ("text.xlsx", right_rows(1), "wrong_format"),
        ("utf-16.csv", [0xff, 0xfe, b'a', 0, b';', 0].to_vec(), "utf_16"),
    ];
    for (name, bytes, code) in files {
        town.demo.forget_peak();
        let begun = Instant::now();
        let id = upload::begin(&url, api.token(), &[("service_code", "TARI")], name, &bytes).await;
        let taken = begun.elapsed();
        let import = upload::ended(&api, &id).await;
        // The peak: memory that was taken and given back counts too.
        let peak = town.demo.peak_kib();
        println!("{name}: taken after {taken:?}, refused after {:?}, {peak} KiB at most", begun.elapsed());
        assert_eq!(
            (&import["status"], &import["failure"]["code"]),
            (&json!("failed"), &json!(code)),
            "{name}: {import}"
        );
        assert!(peak < MEMORY_KIB_MAX, "{name}: {peak} KiB");
    }
    // Nothing of a file that is too large is read: its length says so.
    let lines = [
        format!("Authorization: Bearer {}", api.token()),
        "Idempotency-Key: large".to_owned(),
        "Content-Type: multipart/form-data; boundary=x".to_owned(),
        "Content-Length: 600000000".to_owned(),
    ];
    let mut wire = Wire::to(wire::plain(&url)).await;
    wire.say(wire::head("POST", "/v1/imports", &lines).as_bytes()).await;
    let (head, _) = wire.answer().await;
    assert!(head.starts_with("http/1.1 413 "), "{head}");
}
