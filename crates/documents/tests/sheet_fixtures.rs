// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables as LibreOffice saves them (`fixtures/make.py`): each form gives the rows that were typed, to the last digit, and an
//! independent reader agrees (rules.md 42).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

use std::io::Cursor;

use calamine::{Data, Ods, Reader, Xls, Xlsx, open_workbook_from_rs};
use chrono::NaiveDate;
use tramite_documents::sheet::{BytesSource, Encoding, Sheet, SheetCell, SheetInfo, SheetRow};
use tramite_domain::import::FileFormat;

const XLSX: &[u8] = include_bytes!("fixtures/positions.xlsx");
const XLS: &[u8] = include_bytes!("fixtures/positions.xls");
const ODS: &[u8] = include_bytes!("fixtures/positions.ods");
const CSV_UTF8: &[u8] = include_bytes!("fixtures/positions-utf8.csv");
const CSV_UTF8_BOM: &[u8] = include_bytes!("fixtures/positions-utf8bom.csv");
const CSV_WINDOWS_1252: &[u8] = include_bytes!("fixtures/positions-windows1252.csv");

const SPREADSHEETS: [(&[u8], FileFormat); 3] =
    [(XLSX, FileFormat::Xlsx), (XLS, FileFormat::Xls), (ODS, FileFormat::Ods)];
const COLUMNS: [&str; 10] = [
    "external_id",
    "debtor_tax_code",
    "debtor_full_name",
    "amount",
    "due_date",
    "description",
    "notice_number",
    "postal_code",
    "fraction",
    "flag",
];
const NAMES: [&str; 6] =
    ["Niccolò Città", "Anna D'Angelo", "Zoë Müller", "Società “Aurora” s.r.l. – €", "Mario Rossi", "'Ndrangola Ines"];
const DESCRIPTIONS: [&str; 6] =
    ["TARI 2026", "prima riga\nseconda; riga", "detto \"il vecchio\"", "a,b;c", "", "  due  blanks "];
const FRACTIONS: [&str; 8] =
    ["0.1", "0.3", "1234.56", "-0.01", "99999.99", "0.000123", "123456789.12345", "1000000000000000"];

fn read(bytes: &[u8], format: FileFormat) -> (SheetInfo, Vec<SheetRow>) {
    let mut sheet = Sheet::open(&BytesSource::new(bytes), format).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        rows.push(row);
    }
    (sheet.info().clone(), rows)
}

fn text(text: &str) -> SheetCell {
    if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text.to_owned()) }
}

fn amount(number: usize) -> String {
    match number % 100 {
        0 => format!("{number}"),
        cents if cents % 10 == 0 => format!("{number}.{}", cents / 10),
        cents => format!("{number}.{cents:02}"),
    }
}

fn day(number: usize) -> NaiveDate {
    let part = |part: usize| u32::try_from(part).unwrap();
    let year = i32::try_from(2026 + number % 3).unwrap();
    NaiveDate::from_ymd_opt(year, part(1 + number % 12), part(1 + number % 28)).unwrap()
}

/// What was typed: a header, 299 rows, an empty one, and one row twice.
fn typed() -> Vec<SheetRow> {
    let mut rows = vec![SheetRow { line: 1, width: COLUMNS.len(), cells: COLUMNS.map(text).to_vec() }];
    for (line, number) in (2..=300).zip(1..300).chain([(302, 300), (303, 300)]) {
        let cells = vec![
            SheetCell::Text(format!("TARI-{number:05}")),
            text("RSSMRA80A01H501U"),
            text(NAMES[number % 6]),
            SheetCell::Number(amount(number)),
            SheetCell::Day(day(number)),
            text(DESCRIPTIONS[number % 6]),
            SheetCell::Text(format!("3050000000{number:08}")),
            SheetCell::Text(format!("{number:05}")),
            SheetCell::Number(FRACTIONS[number % 8].to_owned()),
            text(if number % 2 == 1 { "true" } else { "false" }),
        ];
        rows.push(SheetRow { line, width: cells.len(), cells });
    }
    rows
}

#[test]
fn each_spreadsheet_gives_what_was_typed_to_the_last_digit() {
    for (bytes, format) in SPREADSHEETS {
        let (info, rows) = read(bytes, format);
        assert_eq!(info, SheetInfo { encoding: None, delimiter: None, sheet: Some("Posizioni".to_owned()) });
        assert_eq!(rows.len(), 302);
        for (row, typed) in rows.iter().zip(typed()) {
            assert_eq!(*row, typed, "{format:?}");
        }
    }
}

#[test]
fn each_csv_gives_what_was_typed_whatever_its_encoding_and_delimiter() {
    let files = [
        (CSV_UTF8, Encoding::Utf8, ';'),
        (CSV_WINDOWS_1252, Encoding::Windows1252, ','),
        (CSV_UTF8_BOM, Encoding::Utf8Bom, '\t'),
    ];
    for (bytes, encoding, delimiter) in files {
        let (info, rows) = read(bytes, FileFormat::Csv);
        assert_eq!(info, SheetInfo { encoding: Some(encoding), delimiter: Some(delimiter), sheet: None });
        assert_eq!(rows.len(), 302);
        assert_eq!(rows[0].cells, COLUMNS.map(text));
        for (row, typed) in rows.iter().zip(typed()).skip(1) {
            let SheetCell::Day(day) = typed.cells[4] else { panic!("a day was typed") };
            let SheetCell::Text(name) = &typed.cells[2] else { panic!("a name was typed") };
            for column in [0, 1, 5, 6, 7] {
                assert_eq!(row.cells[column], typed.cells[column], "{encoding:?}, line {}", row.line);
            }
            assert_eq!(row.cells[2], text(name.strip_prefix('\'').unwrap_or(name)));
            assert_eq!(row.cells[4], SheetCell::Text(day.format("%d/%m/%Y").to_string()));
        }
        // Every sixth row has a line break within its quotes, and the line is the one where a row begins.
        let at = |place: usize| bytes.split(|byte| *byte == b'\n').nth(place).unwrap();
        for row in &rows {
            let SheetCell::Text(first) = &row.cells[0] else { panic!("each row has a key") };
            assert!(at(usize::try_from(row.line).unwrap() - 1).windows(first.len()).any(|key| key == first.as_bytes()));
        }
    }
}

/// A cell as the other reader has it, in our words.
fn as_ours(cell: &Data) -> SheetCell {
    match cell {
        Data::Empty => SheetCell::Empty,
        Data::String(of) => text(of),
        Data::Bool(is) => text(if *is { "true" } else { "false" }),
        Data::Int(number) => SheetCell::Number(number.to_string()),
        Data::Float(number) => SheetCell::Number(number.to_string()),
        Data::DateTimeIso(day) => SheetCell::Day(day.get(..10).unwrap().parse().unwrap()),
        Data::DateTime(at) => {
            let days = chrono::Days::new(at.as_f64().to_string().parse().unwrap());
            SheetCell::Day(NaiveDate::from_ymd_opt(1899, 12, 30).unwrap() + days)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_independent_reader_agrees() {
    for (bytes, format) in SPREADSHEETS {
        let stream = Cursor::new(bytes);
        let range = match format {
            FileFormat::Xlsx => {
                open_workbook_from_rs::<Xlsx<_>, _>(stream).unwrap().worksheet_range("Posizioni").unwrap()
            }
            FileFormat::Xls => {
                open_workbook_from_rs::<Xls<_>, _>(stream).unwrap().worksheet_range("Posizioni").unwrap()
            }
            _ => open_workbook_from_rs::<Ods<_>, _>(stream).unwrap().worksheet_range("Posizioni").unwrap(),
        };
        let theirs: Vec<Vec<SheetCell>> = range.rows().map(|row| row.iter().map(as_ours).collect()).collect();
        let (_, ours) = read(bytes, format);
        for row in &ours {
            let line = usize::try_from(row.line).unwrap();
            assert_eq!(row.cells, theirs[line - 1], "{format:?}, row {line}");
        }
        assert_eq!(ours.len(), theirs.iter().filter(|row| row.iter().any(|cell| *cell != SheetCell::Empty)).count());
    }
}

#[test]
fn a_file_of_one_form_given_as_another_is_refused() {
    let files = [
        (XLSX, FileFormat::Xlsx),
        (XLS, FileFormat::Xls),
        (ODS, FileFormat::Ods),
        (CSV_UTF8, FileFormat::Csv),
        (b"%PDF-1.7 not a table".as_slice(), FileFormat::Ndjson),
    ];
    for (bytes, own) in files {
        for format in [FileFormat::Xlsx, FileFormat::Xls, FileFormat::Ods, FileFormat::Csv] {
            if format == own {
                continue;
            }
            let refused = Sheet::open(&BytesSource::new(bytes), format).err().unwrap().to_string();
            assert!(refused.starts_with("wrong_format"), "{own:?} as {format:?}: {refused}");
        }
    }
}

#[test]
fn lines_of_json_are_no_table() {
    let refused = Sheet::open(&BytesSource::new(*b"{}"), FileFormat::Ndjson).err().unwrap().to_string();
    assert!(refused.starts_with("not_a_table"), "{refused}");
}

#[test]
fn a_spreadsheet_that_is_cut_or_damaged_is_refused_and_never_read_in_part() {
    for (bytes, format) in SPREADSHEETS {
        let whole = typed();
        for cut in (0..bytes.len()).step_by(bytes.len() / 97) {
            // The last piece of an XLS may hold nothing of the sheet.
            if let Ok(mut sheet) = Sheet::open(&BytesSource::new(&bytes[..cut]), format) {
                assert!(format == FileFormat::Xls && cut > bytes.len() - 1024, "{format:?} cut at {cut}");
                for row in &whole {
                    assert_eq!(sheet.next_row().unwrap().as_ref(), Some(row));
                }
            }
        }
        for place in (0..bytes.len()).step_by(bytes.len() / 149) {
            let mut damaged = bytes.to_vec();
            damaged[place] ^= 0x5A;
            // It may be read where the byte says nothing; what matters is that it ends, and without a panic.
            if let Ok(mut sheet) = Sheet::open(&BytesSource::new(damaged), format) {
                while let Ok(Some(_)) = sheet.next_row() {}
            }
        }
    }
}
