// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outcome export, read back by independent readers: no cell is a formula, and each comes back as it was
//! (reliability.md 35).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use tramite_documents::{Cell, Movement, OUTCOME_COLUMNS, OutcomeLine, OutcomeTransfer, csv, xlsx};
use tramite_domain::cell::plain;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

const HOSTILE: [&str; 11] = [
    "=1+1",
    "+39 075",
    "-5",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "=HYPERLINK(\"http://a.example\",\"x\")",
    "a\",=1\r\n=2",
    "Città & <b>",
    "=cmd|' /C calc'!A0",
];

fn cents(cents: i64) -> Cents {
    Cents::new(cents).unwrap()
}

fn line(movement: Movement, name: &str) -> OutcomeLine {
    OutcomeLine {
        line_id: "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01".to_owned(),
        movement,
        recorded_at: "2026-09-20T10:00:01Z".parse().unwrap(),
        service_code: Some("TARI".to_owned()),
        external_id: Some(name.to_owned()),
        debt_position_id: None,
        installment_id: None,
        installment_reference: Some("unica".to_owned()),
        notice_number: Some("305000000001234586".to_owned()),
        iuv: Some("05000000001234586".to_owned()),
        creditor_tax_code: Some("99999000013".to_owned()),
        amount_due: Some(cents(12_050)),
        amount: Some(cents(12_050)),
        own_amount: Some(cents(11_500)),
        fee: Some(cents(150)),
        paid_at: Some("2026-09-20T10:00:00Z".parse::<Instant>().unwrap()),
        application_date: None,
        transfer_date: Some("2026-09-21".parse().unwrap()),
        channel: None,
        payment_method: Some("creditCard".to_owned()),
        psp_id: Some("ABI00001".to_owned()),
        psp_tax_code: None,
        psp_company_name: Some(name.to_owned()),
        receipt_id: Some("c110729d258c4ab1b765fe902aae41d6".to_owned()),
        tramite_receipt_id: None,
        external_reference: None,
        anomalies: vec!["stand_in", "late_reduced"],
        debtor_tax_code: Some("RSSMRA85T10A562S".to_owned()),
        debtor_full_name: Some(name.to_owned()),
        payer_tax_code: None,
        payer_full_name: None,
        description: Some(name.to_owned()),
        transfers_count: Some(1),
        transfers: vec![OutcomeTransfer {
            amount: cents(11_500),
            beneficiary_tax_code: "99999000013".to_owned(),
            iban: Some("IT60X0542811101000000123456".to_owned()),
            taxonomy_code: "0101101IM".to_owned(),
            remittance_information: name.to_owned(),
        }],
    }
}

fn at(column: &str) -> usize {
    OUTCOME_COLUMNS.iter().position(|name| *name == column).unwrap()
}

#[test]
fn a_csv_reader_finds_every_text_as_it_was_and_no_cell_that_begins_like_a_formula() {
    let rows: Vec<_> = HOSTILE.iter().map(|name| line(Movement::Payment, name).cells()).collect();
    let bytes = csv(&OUTCOME_COLUMNS, &rows).unwrap();
    assert!(bytes.starts_with(b"\"line_id\",\"movement\","), "no byte order mark, and a header");
    let mut reader = ::csv::ReaderBuilder::new().has_headers(true).from_reader(bytes.as_slice());
    assert_eq!(reader.headers().unwrap(), OUTCOME_COLUMNS.as_slice());
    let records: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), HOSTILE.len());
    for (record, name) in records.iter().zip(HOSTILE) {
        for cell in record {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
        for column in ["external_id", "debtor_full_name", "psp_company_name", "transfer_1_remittance_information"] {
            assert_eq!(plain(&record[at(column)]), name, "{column}");
        }
        assert_eq!(&record[at("amount_cents")], "12050");
        assert_eq!(&record[at("notice_number")], "305000000001234586");
        assert_eq!(&record[at("anomalies")], "stand_in late_reduced");
    }
}

#[test]
fn a_spreadsheet_holds_texts_as_texts_and_not_one_formula() {
    let mut rows: Vec<_> = HOSTILE.iter().map(|name| line(Movement::Payment, name).cells()).collect();
    rows.push(line(Movement::ExternalPaymentReversed, "back").cells());
    let bytes = xlsx("outcomes", &OUTCOME_COLUMNS, &rows).unwrap();
    let sheet = Sheet::read(&bytes);
    let text = |row: usize, column: &str| sheet.text(row, at(column));
    assert_eq!(text(0, "line_id").as_deref(), Some("line_id"));
    for (row, name) in (1..).zip(HOSTILE) {
        for column in ["external_id", "debtor_full_name", "transfer_1_remittance_information"] {
            assert_eq!(text(row, column).unwrap().replace("_x000D_", "\r"), name, "{column}");
        }
        assert_eq!(text(row, "notice_number").as_deref(), Some("305000000001234586"));
        assert_eq!(sheet.number(row, at("amount_cents")).as_deref(), Some("12050"));
        assert_eq!(text(row, "amount_cents"), None, "an amount can be summed up");
    }
    let last = HOSTILE.len() + 1;
    assert_eq!(sheet.number(last, at("amount_cents")).as_deref(), Some("-12050"));
    assert_eq!(sheet.number(last, at("own_amount_cents")).as_deref(), Some("-11500"));
    assert_eq!(sheet.number(last, at("amount_due_cents")).as_deref(), Some("12050"), "what is due stays what it is");
    assert!(part(&bytes, "xl/styles.xml").contains("quotePrefix=\"1\""), "such a text is marked as quoted");
    assert!(!part(&bytes, "xl/worksheets/sheet1.xml").contains("<f>"));
}

/// A part of a spreadsheet, as its own text.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn every_line_has_a_cell_for_every_column_and_a_text_is_cut() {
    let mut long = line(Movement::Share, &"à".repeat(300));
    long.transfers = std::iter::repeat_n(long.transfers[0].clone(), 7).collect();
    let cells = long.cells();
    assert_eq!(cells.len(), OUTCOME_COLUMNS.len());
    assert_eq!(cells[at("external_id")], Cell::Text("à".repeat(255)));
    assert_eq!(cells[at("transfer_5_amount_cents")], Cell::Number(11_500));
    let mut bare = line(Movement::ExternalPayment, "x");
    bare.transfers.clear();
    assert_eq!(bare.cells().len(), OUTCOME_COLUMNS.len());
}

/// The cells of the one sheet, read as another program would.
struct Sheet {
    strings: Vec<String>,
    /// Type and value of each cell, by row and column.
    cells: std::collections::BTreeMap<(usize, usize), (String, String)>,
}

impl Sheet {
    fn read(bytes: &[u8]) -> Self {
        let mut strings: Vec<String> = Vec::new();
        let text = part(bytes, "xl/sharedStrings.xml");
        let (mut reader, mut within) = (Reader::from_str(&text), false);
        let mut add = |within: bool, piece: &str, begins: bool| {
            if begins {
                strings.push(String::new());
            } else if within {
                strings.last_mut().unwrap().push_str(piece);
            }
        };
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) if tag.local_name().as_ref() == "t" => {
                    within = true;
                    add(within, "", true);
                }
                Event::End(tag) if tag.local_name().as_ref() == "t" => within = false,
                Event::Text(piece) => add(within, &piece.xml10_content(), false),
                Event::GeneralRef(name) => add(within, entity(&name), false),
                Event::Eof => break,
                _ => {}
            }
        }
        let mut cells = std::collections::BTreeMap::new();
        let text = part(bytes, "xl/worksheets/sheet1.xml");
        let (mut reader, mut here) = (Reader::from_str(&text), None);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                    let of = |name: &str| {
                        let found = tag.try_get_attribute(name).unwrap();
                        found.map(|one| one.value.into_owned())
                    };
                    here = Some((place(&of("r").unwrap()), of("t").unwrap_or_default()));
                }
                Event::Text(piece) => {
                    if let Some((place, kind)) = here.take() {
                        cells.insert(place, (kind, piece.xml10_content().into_owned()));
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        Self { strings, cells }
    }

    fn text(&self, row: usize, column: usize) -> Option<String> {
        let (kind, value) = self.cells.get(&(row, column))?;
        (kind == "s").then(|| self.strings[value.parse::<usize>().unwrap()].clone())
    }

    fn number(&self, row: usize, column: usize) -> Option<String> {
        let (kind, value) = self.cells.get(&(row, column))?;
        kind.is_empty().then(|| value.clone())
    }
}

fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        other => panic!("{other:?}"),
    }
}

/// Row and column of a place such as `AB12`, from zero.
fn place(name: &str) -> (usize, usize) {
    let (letters, digits) = name.split_at(name.find(|c: char| c.is_ascii_digit()).unwrap());
    let column = letters.bytes().fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1) - 1;
    (digits.parse::<usize>().unwrap() - 1, column)
}
