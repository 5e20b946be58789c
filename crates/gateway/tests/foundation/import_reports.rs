// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions, written back with what became of their rows (rules.md 44 and 45).

use serde_json::{Value, json};
use tramite_documents::sheet::{BytesSource, Sheet, SheetCell};
use tramite_documents::{Cell, xlsx};
use tramite_domain::given::World;
use tramite_domain::import::{FileFormat, ImportRow, RowFault, RowOutcome};
use tramite_testkit::Database;

use crate::imports::{IMPORTS, kept, over, read_rows};
use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::seed::Seeded;
use crate::support::{Ask, Seen, TestGateway};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const ONE: &str = "/payment_options/0/installments/0";
/// The columns of the tables here.
const COLUMNS: [&str; 6] = ["external_id", "debtor_tax_code", "debtor_full_name", "description", "amount", "due_date"];
const RIGHT: [&str; 6] = ["TARI-1", "RSSMRA85T10A562S", "Mario Rossi", "TARI 2026", "120,50", "31/12/2026"];
const WRONG: [&str; 6] = ["TARI-2", "RSSMRA85T10A562S", "Mario Rossi", "TARI 2026", "120,50", "31/02/2026"];
/// More rows than one piece of a download holds.
const MANY_ROWS: usize = 20_000;

fn table(rows: &[[&str; 6]]) -> Vec<u8> {
    let lines = std::iter::once(&COLUMNS).chain(rows).map(|cells| format!("{}\r\n", cells.join(";")));
    lines.collect::<String>().into_bytes()
}

/// Cells as a report writes them.
fn quoted(cells: &[&str]) -> String {
    cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(";")
}

fn fault() -> RowFault {
    RowFault {
        column: Some("due_date".to_owned()),
        code: "invalid_date".to_owned(),
        detail: "Expected a date as 31/12/2026.".to_owned(),
    }
}

/// A row that loaded that position, and one that is wrong.
fn told(position: &Value, lines: [u64; 2]) -> Vec<ImportRow> {
    let right = ImportRow {
        line: lines[0],
        external_id: Some("TARI-1".to_owned()),
        outcome: RowOutcome::Loaded,
        debt_position_id: Some(text(position, "/id").parse().unwrap()),
        installment_id: Some(text(position, &format!("{ONE}/id")).parse().unwrap()),
        faults: Vec::new(),
    };
    let wrong = ImportRow {
        line: lines[1],
        external_id: Some("TARI-2".to_owned()),
        outcome: RowOutcome::Rejected,
        debt_position_id: None,
        installment_id: None,
        faults: vec![fault()],
    };
    vec![right, wrong]
}

/// Sends a file, and does what the worker would; the path of the import.
async fn loaded(
    gateway: &TestGateway,
    seeded: &Seeded,
    portal: &Portal<'_>,
    (name, bytes): (&str, &[u8]),
    rows: Vec<ImportRow>,
) -> String {
    let ask = Ask::post(IMPORTS).file(&[("service_code", "TARI")], name, bytes).key(&gateway.world.id().to_string());
    let sent = portal.ask(ask).await.is(202).json();
    let place = format!("{IMPORTS}/{}", text(&sent, "/id"));
    portal.get(format!("{place}/report")).await.is_problem(409, "import_state");
    let import = kept(gateway, seeded, &text(&sent, "/id")).await;
    let read = read_rows(gateway, seeded, &import, rows).await;
    over(gateway, seeded, &read).await;
    place
}

#[track_caller]
fn is_file(seen: &Seen, media: &str, name: &str) {
    seen.is(200);
    assert_eq!(seen.header("content-type"), Some(media));
    assert_eq!(seen.header("content-disposition"), Some(format!("attachment; filename=\"{name}\"").as_str()));
    assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
}

pub(crate) async fn a_report_is_the_file_with_what_became_of_each_row(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let position = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let file = table(&[RIGHT, WRONG]);
    let place = loaded(&gateway, &seeded, &portal, ("tari.csv", &file), told(&position, [2, 3])).await;
    let seen = portal.get(format!("{place}/report")).await;
    is_file(&seen, "text/csv", &format!("import-{}.csv", place.rsplit('/').next().unwrap()));
    let one = |member: &str| text(&position, &format!("{ONE}/{member}"));
    let (iuv, number, qr_code) = (one("iuv"), one("notice_number"), one("qr_code"));
    let header = [&COLUMNS[..], &["line", "outcome", "iuv", "notice_number", "qr_code", "errors"]].concat();
    let right = [&RIGHT[..], &["2", "loaded", &iuv, &number, &qr_code, ""]].concat();
    let error = "due_date: invalid_date: Expected a date as 31/12/2026.";
    let wrong = [&WRONG[..], &["3", "rejected", "", "", "", error]].concat();
    let expected = format!("\u{feff}{}\r\n{}\r\n{}\r\n", quoted(&header), quoted(&right), quoted(&wrong));
    assert_eq!(seen.text(), expected);
    for (client, status) in [(&seeded.other_for_a, 404), (&seeded.for_b, 404), (&seeded.narrow, 404)] {
        gateway.portal(client).get(format!("{place}/report")).await.is_problem(status, "not_found");
    }
}

pub(crate) async fn outcomes_say_what_was_paid_since(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let position = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let file = table(&[RIGHT, WRONG]);
    let place = loaded(&gateway, &seeded, &portal, ("tari.csv", &file), told(&position, [2, 3])).await;
    let path = format!("{place}/outcomes");
    let line = async || portal.get(&path).await.is(200).text().lines().nth(1).unwrap().to_owned();
    let open = line().await;
    assert!(open.ends_with("\"open\";\"\";\"\";\"\";\"\""), "{open}");
    let number = text(&position, &format!("{ONE}/notice_number"));
    node.pays(node.receipt("RT-1", &number, 12_050)).await;
    let paid = line().await;
    for cell in ["TARI-1", &number, "loaded", "paid", "120,50", "RT-1"] {
        assert!(paid.contains(&format!("\"{cell}\"")), "{cell}: {paid}");
    }
    assert!(!paid.ends_with("\"\""), "the provider is named: {paid}");
    let token = gateway.token_with(&seeded.for_a, "&scope=imports:read").await;
    gateway.ask(Ask::get(&path).token(&token)).await.is_problem(403, "insufficient_scope");
}

pub(crate) async fn a_report_comes_in_the_form_of_the_file(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let position = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let lines = format!("{}\n{{\"external_id\": 7}}\n", debt_position("TARI-1"));
    let place = loaded(&gateway, &seeded, &portal, ("tari.jsonl", lines.as_bytes()), told(&position, [1, 2])).await;
    let seen = portal.get(format!("{place}/report")).await;
    is_file(&seen, "application/x-ndjson", &format!("import-{}.ndjson", place.rsplit('/').next().unwrap()));
    let accepting = async |path: String, accept: &str| portal.ask(Ask::get(path).header("Accept", accept)).await;
    accepting(format!("{place}/report"), XLSX).await.is_problem(406, "not_acceptable");
    accepting(format!("{place}/report"), "application/x-ndjson").await.is(200);
    let shown: Vec<Value> = seen.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let installment = json!({"reference": position.pointer(&format!("{ONE}/reference")).unwrap(),
        "iuv": position.pointer(&format!("{ONE}/iuv")).unwrap()});
    let right = json!({"external_id": "TARI-1", "line": 1, "outcome": "loaded", "installments": [installment]});
    holds(&shown[0], &right);
    let error = json!({"column": "due_date", "code": "invalid_date"});
    holds(&shown[1], &json!({"external_id": 7, "line": 2, "outcome": "rejected", "errors": [error]}));

    let rows = [RIGHT, WRONG].map(|cells| cells.map(Cell::text).to_vec());
    let file = xlsx("TARI", &COLUMNS, &rows).unwrap();
    let place = loaded(&gateway, &seeded, &portal, ("tari.xlsx", &file), told(&position, [2, 3])).await;
    let seen = portal.get(format!("{place}/report")).await;
    is_file(&seen, XLSX, &format!("import-{}.xlsx", place.rsplit('/').next().unwrap()));
    for path in ["report", "outcomes"] {
        // The contract has it, and this file has another form.
        accepting(format!("{place}/{path}"), "text/csv").await.is_problem(406, "not_acceptable");
        accepting(format!("{place}/{path}"), "text/csv, */*;q=0.1").await.is(200);
    }
    let mut sheet = Sheet::open(&BytesSource::new(seen.body.clone()), FileFormat::Xlsx).unwrap();
    let mut cells = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        cells.push(row.cells);
    }
    let is = |row: usize, column: usize, text: &str| assert_eq!(cells[row][column], SheetCell::Text(text.to_owned()));
    assert_eq!(cells.len(), 3);
    for (column, name) in COLUMNS.iter().enumerate() {
        is(0, column, name);
        is(1, column, RIGHT[column]);
    }
    is(0, 6, "line");
    is(1, 7, "loaded");
    is(2, 7, "rejected");
    is(1, 9, &text(&position, &format!("{ONE}/notice_number")));
}

pub(crate) async fn a_long_report_comes_whole_in_pieces(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let position = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let file = table(&vec![RIGHT; MANY_ROWS]);
    let last = u64::try_from(MANY_ROWS).unwrap() + 1;
    let place = loaded(&gateway, &seeded, &portal, ("tari.csv", &file), told(&position, [2, last])).await;
    let seen = portal.get(format!("{place}/report")).await;
    let lines: Vec<&str> = seen.is(200).text().lines().collect();
    assert_eq!(lines.len(), MANY_ROWS + 1);
    assert!(lines[1].contains("\"2\";\"loaded\"") && lines[MANY_ROWS].contains("\"rejected\""));
    // A row that came to nothing stands there as it was.
    assert!(lines[2].ends_with("\"3\";\"\";\"\";\"\";\"\";\"\""), "{}", lines[2]);
}

pub(crate) async fn a_file_that_has_gone_has_no_report(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let position = portal.make("/v1/debt-positions", &debt_position("TARI-1")).await;
    let file = table(&[RIGHT, WRONG]);
    let place = loaded(&gateway, &seeded, &portal, ("tari.csv", &file), told(&position, [2, 3])).await;
    gateway.world.pass(29 * 86_400);
    let end = async || {
        let now = gateway.world.now();
        let system = gateway.gateway.store().system();
        while system.end_import_files(now, now.plus_seconds(-86_400), 1_000).await.unwrap() > 0 {}
    };
    end().await;
    portal.get(format!("{place}/report")).await.is(200);
    gateway.world.pass(2 * 86_400);
    // From the hour on: what goes by and by is not told as if it were all.
    for gone in [false, true] {
        if gone {
            end().await;
        }
        for path in ["report", "outcomes", "rows"] {
            portal.get(format!("{place}/{path}")).await.is_problem(409, "import_file_gone");
        }
    }
    holds(&portal.get(&place).await.is(200).json(), &json!({"status": "completed", "counts": {"rejected": 1}}));
}

pub(crate) async fn a_service_has_a_template_in_two_forms_and_two_languages(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let path = "/v1/services/MENSA/import-template";
    let seen = portal.get(path).await;
    is_file(&seen, "text/csv", "MENSA.csv");
    assert!(seen.text().contains("\"codice_fiscale\"") && seen.text().contains("\"scadenza\""), "{}", seen.text());
    let english = portal.get(format!("{path}?language=en")).await;
    assert!(english.is(200).text().contains("\"debtor_tax_code\""), "{}", english.text());
    let sheet = portal.ask(Ask::get(path).header("Accept", XLSX)).await;
    is_file(&sheet, XLSX, "MENSA.xlsx");
    assert!(sheet.body.starts_with(b"PK"));
    portal.get(format!("{path}?language=de")).await.is_problem(422, "invalid_parameter");
    gateway.portal(&seeded.for_b).get(path).await.is_problem(404, "not_found");
}
