// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cells that a spreadsheet took for numbers or dates.

use tramite_documents::sheet::SheetCell;
use tramite_domain::import::FileFormat;

use crate::reports::{rejected, report, rows};
use crate::support::{Of, all, defaults, file_fault, header, told, xlsx};

const NAMES: [&str; 4] = ["external_id", "codice_fiscale", "nominativo", "importo"];

/// A row with one column more.
fn content(name: &str, cell: Of<'_>) -> Result<serde_json::Value, Vec<(usize, Option<String>, String)>> {
    let names: Vec<&str> = NAMES.into_iter().chain([name]).collect();
    let row = vec![Of::Text("A-1"), Of::Text("RSSMRA85T10A562S"), Of::Text("Mario Rossi"), Of::Number(120.5), cell];
    let group = all(xlsx(&[header(&names), row]), FileFormat::Xlsx, defaults()).remove(0);
    group.content.map(|piece| piece.body).map_err(told)
}

#[test]
fn codes_that_became_numbers_are_refused_and_never_cut() {
    let cases = [
        ("numero_avviso", Of::Number(3.05e17), "number_instead_of_text"),
        ("iuv", Of::Number(5e15), "number_instead_of_text"),
        ("trasferimento_1_codice_fiscale", Of::Number(999_990_000.0), "number_instead_of_text"),
        ("trasferimento_1_iban", Of::Number(6.0), "number_instead_of_text"),
        ("cap", Of::Number(6121.0), "number_instead_of_text"),
        ("rata", Of::Number(1.5), "number_instead_of_text"),
        ("rata", Of::Number(1e16), "number_instead_of_text"),
        ("rata", Of::Day(2026, 3, 1), "date_instead_of_text"),
        ("civico", Of::Day(2026, 3, 12), "date_instead_of_text"),
        ("importo_centesimi", Of::Number(1.5), "invalid_amount"),
        ("importo_centesimi", Of::Day(2026, 3, 12), "date_instead_of_text"),
        ("scadenza", Of::Number(31_122_026.0), "invalid_date"),
        ("scadenza", Of::Hour(31, 12), "invalid_date"),
        ("rata", Of::Hour(31, 12), "date_instead_of_text"),
        ("pagabile_dal", Of::Number(46_000.0), "invalid_instant"),
        ("disponibile_giorni", Of::Number(1.5), "invalid_number"),
        ("pubblica", Of::Number(7.0), "invalid_flag"),
        ("tipo_debitore", Of::Number(1.0), "unknown_value"),
    ];
    for (name, cell, code) in cases {
        let told = content(name, cell).unwrap_err();
        assert!(told.contains(&(0, Some(name.to_owned()), code.to_owned())), "{name}: {told:?}");
    }
    let tax_code = vec![Of::Text("A"), Of::Number(99_999_000_013.0), Of::Text("Ditta"), Of::Number(1.0)];
    let group = all(xlsx(&[header(&NAMES), tax_code]), FileFormat::Xlsx, defaults()).remove(0);
    let expected = vec![(0, Some("codice_fiscale".to_owned()), "number_instead_of_text".to_owned())];
    assert_eq!(told(group.content.unwrap_err()), expected);
}

#[test]
fn whole_numbers_are_taken_where_they_are_what_they_look_like() {
    let body = |name: &str, cell: Of<'_>| content(name, cell).unwrap();
    let installment = "/payment_options/0/installments/0";
    let at = |body: serde_json::Value, pointer: &str| body.pointer(pointer).cloned().unwrap();
    assert_eq!(at(body("civico", Of::Number(12.0)), "/debtor/address/number"), "12");
    assert_eq!(at(body("cap", Of::Number(61_121.0)), "/debtor/address/postal_code"), "61121");
    assert_eq!(at(body("rata", Of::Number(3.0)), &format!("{installment}/reference")), "3");
    assert_eq!(at(body("pubblica", Of::Number(0.0)), "/publish"), false);
    assert_eq!(at(body("disponibile_giorni", Of::Number(5.0)), "/payment_options/0/available_days"), 5);
    assert_eq!(at(body("scadenza", Of::Day(2026, 12, 31)), &format!("{installment}/due_date")), "2026-12-31");
    let until = at(body("pagabile_fino_al", Of::Day(2026, 12, 31)), &format!("{installment}/expires_at"));
    assert_eq!(until, "2026-12-31T23:00:00Z");
    assert_eq!(at(body("pagabile_dal", Of::Day(2026, 7, 1)), "/valid_from"), "2026-06-30T22:00:00Z");
    let until = at(body("pagabile_fino_al", Of::Hour(31, 12)), &format!("{installment}/expires_at"));
    assert_eq!(until, "2026-12-31T11:00:00Z", "the hour in Rome");
    for (cell, instant) in
        [(Of::Hour(31, 0), "2026-12-31T23:00:00Z"), (Of::Text("31/12/2026 00:00"), "2026-12-30T23:00:00Z")]
    {
        let until = at(body("pagabile_fino_al", cell), &format!("{installment}/expires_at"));
        assert_eq!(until, instant, "a date at 00:00 is the day alone, and a text is what it says");
    }
    assert_eq!(at(body("scadenza", Of::Nothing), &format!("{installment}/amount")), 12_050);
}

#[test]
fn a_key_of_digits_is_one_key_in_a_spreadsheet() {
    let row = |key: Of<'static>| vec![key, Of::Text("RSSMRA85T10A562S"), Of::Text("Mario Rossi"), Of::Number(1.0)];
    let rows = [header(&NAMES), row(Of::Number(4711.0)), row(Of::Text("4711"))];
    let groups = all(xlsx(&rows), FileFormat::Xlsx, defaults());
    assert_eq!(groups.len(), 1);
    assert_eq!((groups[0].external_id.as_deref(), groups[0].lines.as_slice()), (Some("4711"), [2, 3].as_slice()));
    let long = all(xlsx(&[header(&NAMES), row(Of::Number(1e17))]), FileFormat::Xlsx, defaults()).remove(0);
    assert_eq!(long.external_id, None);
    assert_eq!(
        told(long.content.unwrap_err()),
        [(0, Some("external_id".to_owned()), "number_instead_of_text".to_owned())]
    );
}

#[test]
fn a_key_that_is_shown_with_noughts_has_them() {
    let row = |key: Of<'static>| vec![key, Of::Text("RSSMRA85T10A562S"), Of::Text("Mario Rossi"), Of::Noughts(120.0)];
    let rows = [header(&NAMES), row(Of::Noughts(123.0)), row(Of::Text("000123"))];
    let groups = all(xlsx(&rows), FileFormat::Xlsx, defaults());
    assert_eq!(groups.len(), 1, "it is the key that a CSV of the same sheet has");
    assert_eq!(groups[0].external_id.as_deref(), Some("000123"));
    let body = &groups[0].content.as_ref().unwrap().body;
    assert_eq!(body.pointer("/payment_options/0/installments/0/amount"), Some(&serde_json::json!(12_000)));
}

#[test]
fn a_key_that_is_not_read_stops_the_file_for_nobody_knows_of_which_position_its_row_is() {
    let file = xlsx(&[header(&NAMES), vec![Of::Formula("=A2")]]);
    let fault = file_fault(file, FileFormat::Xlsx, defaults());
    assert_eq!((fault.code, fault.line, fault.column.as_deref()), ("formula_in_cell", Some(2), Some(NAMES[0])));
}

#[test]
fn a_cell_that_is_not_read_makes_its_row_wrong_and_no_other() {
    let row = |key: &'static str, amount: Of<'static>| {
        vec![Of::Text(key), Of::Text("RSSMRA85T10A562S"), Of::Text("Mario Rossi"), amount]
    };
    let file = xlsx(&[header(&NAMES), row("A-1", Of::Formula("=1+1")), row("A-2", Of::Number(1.0))]);
    let groups = all(file.clone(), FileFormat::Xlsx, defaults());
    let expected = vec![(0, Some("importo".to_owned()), "formula_in_cell".to_owned())];
    assert_eq!(told(groups[0].content.clone().unwrap_err()), expected);
    assert!(groups[1].content.is_ok());

    // The report shows nothing of it, and what stands beyond its columns keeps the row wrong.
    let written = report(&file, FileFormat::Xlsx, |_| rejected());
    let last = rows(written.clone(), FileFormat::Xlsx)[1].last().cloned();
    assert_eq!(last, Some(SheetCell::Text("formula_in_cell".to_owned())));
    let again = all(written, FileFormat::Xlsx, defaults());
    let expected = vec![(0, None, "cell_without_column".to_owned())];
    assert_eq!(told(again[0].content.clone().unwrap_err()), expected);

    let long = format!("external_id;cf;nominativo;importo\nA;RSSMRA85T10A562S;{};1\n", "x".repeat(4_001));
    let group = all(long, FileFormat::Csv, defaults()).remove(0);
    let expected = vec![(0, Some("nominativo".to_owned()), "cell_too_long".to_owned())];
    assert_eq!(told(group.content.unwrap_err()), expected);
}
