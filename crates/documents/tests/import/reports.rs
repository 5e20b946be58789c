// SPDX-License-Identifier: AGPL-3.0-or-later
//! A report is the file as it came, with what became of its rows: it is loaded again as if nothing had been added.

use std::io::{Cursor, Write};
use std::sync::Arc;

use calamine::Reader;
use proptest::prelude::*;
use serde_json::Value;
use tramite_documents::import::{
    OriginalFile, ReportInstallment, ReportKind, ReportRow, ReportWriter, RowGroup, report_format,
};
use tramite_documents::sheet::{BytesSource, Encoding, Sheet, SheetCell};
use tramite_domain::import::{FileFormat, FileLayout, RowFault, RowOutcome};
use tramite_domain::money::Cents;

use crate::support::{HEADER, Of, all, defaults, header, layout, xlsx};

fn fault(column: &str, code: &str) -> RowFault {
    RowFault { column: Some(column.to_owned()), code: code.to_owned(), detail: "told so".to_owned() }
}

pub(crate) fn rejected() -> ReportRow {
    let faults =
        vec![fault("importo", "invalid_amount"), RowFault { column: None, ..fault("", "cell_without_column") }];
    ReportRow { outcome: Some(RowOutcome::Rejected), faults, installments: vec![] }
}

pub(crate) fn loaded() -> ReportRow {
    let installment = ReportInstallment {
        reference: Some("1".to_owned()),
        iuv: Some("05000000001234586".to_owned()),
        notice_number: Some("305000000001234586".to_owned()),
        qr_code: Some("PAGOPA|002|305000000001234586|99999000013|12050".to_owned()),
        status: Some("paid".to_owned()),
        paid_at: Some("2026-09-20T10:00:00Z".parse().unwrap()),
        paid_amount: Some(Cents::new(12_050).unwrap()),
        receipt_id: Some("c110729d258c4ab1b765fe902aae41d6".to_owned()),
        psp: Some("Banca di Esempio".to_owned()),
    };
    ReportRow { outcome: Some(RowOutcome::Loaded), faults: vec![], installments: vec![installment] }
}

pub(crate) fn report_of(
    bytes: &[u8],
    format: FileFormat,
    layout: FileLayout,
    kind: ReportKind,
    row: impl Fn(u64) -> ReportRow,
) -> Vec<u8> {
    let mut file = OriginalFile::open(&BytesSource::new(bytes), format, layout).unwrap();
    let mut writer = ReportWriter::new(&file, kind, Vec::new()).unwrap();
    let mut taken = Vec::new();
    while let Some(original) = file.next_row().unwrap() {
        writer.row(&original, &row(original.line)).unwrap();
        taken.append(writer.out_mut());
    }
    taken.append(&mut writer.finish().unwrap());
    taken
}

pub(crate) fn report(bytes: &[u8], format: FileFormat, row: impl Fn(u64) -> ReportRow) -> Vec<u8> {
    report_of(bytes, format, FileLayout::Tramite, ReportKind::Loading, row)
}

pub(crate) fn rows(bytes: Vec<u8>, format: FileFormat) -> Vec<Vec<SheetCell>> {
    let mut sheet = Sheet::open(&BytesSource::new(Arc::<[u8]>::from(bytes)), format).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row().unwrap() {
        rows.push(row.cells);
    }
    rows
}

fn texts(cells: &[SheetCell]) -> Vec<String> {
    let text = |cell: &SheetCell| match cell {
        SheetCell::Empty => String::new(),
        SheetCell::Text(text) | SheetCell::Number(text) => text.clone(),
        SheetCell::Day(day) => day.to_string(),
        SheetCell::Moment(moment) => moment.to_string(),
        SheetCell::Unread(why) => why.code().to_owned(),
    };
    cells.iter().map(text).collect()
}

const ITALIAN: &str = "codice_posizione;codice_fiscale;nominativo;importo\n\
                       A-1;RSSMRA85T10A562S;Mario Rossi;120,50\nA-2;RSSMRA85T10A562S;Mario Rossi;gratis\n";

#[test]
fn a_report_adds_columns_and_changes_none() {
    let written = report(ITALIAN.as_bytes(), FileFormat::Csv, |line| if line == 2 { loaded() } else { rejected() });
    assert!(written.starts_with("\u{feff}\"codice_posizione\";\"codice_fiscale\"".as_bytes()));
    let rows = rows(written, FileFormat::Csv);
    let names = [
        "codice_posizione",
        "codice_fiscale",
        "nominativo",
        "importo",
        "riga",
        "esito",
        "iuv",
        "numero_avviso",
        "codice_qr",
        "errori",
    ];
    assert_eq!(texts(&rows[0]), names);
    let loaded = [
        "A-1",
        "RSSMRA85T10A562S",
        "Mario Rossi",
        "120,50",
        "2",
        "loaded",
        "05000000001234586",
        "305000000001234586",
        "PAGOPA|002|305000000001234586|99999000013|12050",
    ];
    assert_eq!(texts(&rows[1]), loaded);
    let rejected = [
        "A-2",
        "RSSMRA85T10A562S",
        "Mario Rossi",
        "gratis",
        "3",
        "rejected",
        "",
        "",
        "",
        "importo: invalid_amount: told so | cell_without_column: told so",
    ];
    assert_eq!(texts(&rows[2]), rejected);
}

#[test]
fn a_report_that_is_loaded_again_says_what_the_file_said() {
    let before = all(ITALIAN, FileFormat::Csv, defaults());
    let once = report(ITALIAN.as_bytes(), FileFormat::Csv, |_| rejected());
    assert_eq!(contents(all(once.clone(), FileFormat::Csv, defaults())), contents(before.clone()));
    let twice = report(&once, FileFormat::Csv, |_| rejected());
    // The columns of numbers are the file's own now, and stand before the others.
    assert_eq!(report(&twice, FileFormat::Csv, |_| rejected()), twice, "nothing is added again");
    let outcomes =
        report_of(&once, FileFormat::Csv, FileLayout::Tramite, ReportKind::Outcomes, |_| ReportRow::default());
    assert_eq!(contents(all(outcomes, FileFormat::Csv, defaults())), contents(before));
}

#[test]
fn numbers_that_were_given_come_back_as_given() {
    let once = report(ITALIAN.as_bytes(), FileFormat::Csv, |line| if line == 2 { loaded() } else { rejected() });
    let again = all(once.clone(), FileFormat::Csv, defaults());
    let installment = &again[0].content.as_ref().unwrap().body["payment_options"][0]["installments"][0];
    assert_eq!(installment["notice_number"], "305000000001234586");
    assert_eq!(installment["iuv"], "05000000001234586");
    // The columns are the file's own now, and are filled no more than once.
    let twice = report(&once, FileFormat::Csv, |_| loaded());
    let rows = rows(twice, FileFormat::Csv);
    assert_eq!(rows[0].iter().filter(|cell| **cell == SheetCell::Text("numero_avviso".to_owned())).count(), 1);
    assert_eq!(texts(&rows[2]).iter().filter(|text| *text == "305000000001234586").count(), 1);
}

#[test]
fn outcomes_are_told_beside_the_rows() {
    let written =
        report_of(ITALIAN.as_bytes(), FileFormat::Csv, FileLayout::Tramite, ReportKind::Outcomes, |_| loaded());
    let rows = rows(written, FileFormat::Csv);
    let added = [
        "riga",
        "esito",
        "iuv",
        "numero_avviso",
        "stato_pagamento",
        "pagato_il",
        "importo_pagato",
        "id_ricevuta",
        "prestatore",
    ];
    assert_eq!(texts(&rows[0])[4..], added);
    let told = [
        "2",
        "loaded",
        "05000000001234586",
        "305000000001234586",
        "paid",
        "2026-09-20T10:00:00Z",
        "120,50",
        "c110729d258c4ab1b765fe902aae41d6",
        "Banca di Esempio",
    ];
    assert_eq!(texts(&rows[1])[4..], told);
}

#[test]
fn a_report_keeps_delimiter_and_encoding() {
    let text = "external_id,tax_code,full_name,amount\nA,RSSMRA85T10A562S,Niccol\u{f2} \u{20ac},1.00\n";
    let western: Vec<u8> = text
        .chars()
        .map(|letter| if letter == '€' { 0x80 } else { u8::try_from(u32::from(letter)).unwrap() })
        .collect();
    let written = report(&western, FileFormat::Csv, |_| rejected());
    let sheet = Sheet::open(&BytesSource::new(Arc::<[u8]>::from(written.clone())), FileFormat::Csv).unwrap();
    assert_eq!((sheet.info().encoding, sheet.info().delimiter), (Some(Encoding::Windows1252), Some(',')));
    assert_eq!(texts(&rows(written, FileFormat::Csv)[1])[2], "Niccolò €");
    let unicode = report(text.as_bytes(), FileFormat::Csv, |_| rejected());
    let sheet = Sheet::open(&BytesSource::new(Arc::<[u8]>::from(unicode)), FileFormat::Csv).unwrap();
    assert_eq!(sheet.info().encoding, Some(Encoding::Utf8Bom));
}

#[test]
fn a_report_of_a_spreadsheet_is_one() {
    let names = ["external_id", "tax_code", "full_name", "amount", "due_date"];
    let row = vec![
        Of::Text("=A"),
        Of::Text("RSSMRA85T10A562S"),
        Of::Text("Mario & <Rossi>"),
        Of::Number(120.5),
        Of::Day(2026, 12, 31),
    ];
    let bytes = xlsx(&[header(&names), row]);
    let before = all(bytes.clone(), FileFormat::Xlsx, defaults());
    let written = report(&bytes, FileFormat::Xlsx, |_| rejected());
    assert_eq!(contents(all(written.clone(), FileFormat::Xlsx, defaults())), contents(before));
    let rows = rows(written, FileFormat::Xlsx);
    assert_eq!(texts(&rows[0])[5..], ["line", "outcome", "iuv", "notice_number", "qr_code", "errors"]);
    assert_eq!(rows[1][3], SheetCell::Number("120.5".to_owned()));
    assert_eq!(texts(&rows[1])[4..7], ["2026-12-31", "2", "rejected"]);
    assert_eq!(report_format(FileFormat::Xls), FileFormat::Xlsx);
    assert_eq!(report_format(FileFormat::Ods), FileFormat::Ods);
}

/// A spreadsheet of OpenDocument with these texts.
pub(crate) fn ods(rows: &[&[&str]]) -> Vec<u8> {
    let space = "urn:oasis:names:tc:opendocument:xmlns";
    let mut table = String::new();
    for cells in rows {
        table.push_str("<table:table-row>");
        for cell in *cells {
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            table.push_str(&format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>"
            ));
        }
        table.push_str("</table:table-row>");
    }
    let content = format!(
        "<office:document-content xmlns:office=\"{space}:office:1.0\" xmlns:table=\"{space}:table:1.0\" \
         xmlns:text=\"{space}:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"A\">{table}\
         </table:table></office:spreadsheet></office:body></office:document-content>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let entries = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", content.as_str()),
    ];
    for (name, text) in entries {
        let stored = options.compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_report_of_opendocument_is_one_and_opens_in_another_reader() {
    let bytes = ods(&[
        &["codice_posizione", "codice_fiscale", "nominativo", "importo"],
        &["=A", "RSSMRA85T10A562S", "Mario & <Rossi>", "120,50"],
        &["A-2", "RSSMRA85T10A562S", "Niccolò", "gratis"],
    ]);
    let before = contents(all(bytes.clone(), FileFormat::Ods, defaults()));
    assert_eq!(before.len(), 2);
    let written = report(&bytes, FileFormat::Ods, |line| if line == 2 { loaded() } else { rejected() });
    let again = report(&bytes, FileFormat::Ods, |_| rejected());
    assert_eq!(contents(all(again, FileFormat::Ods, defaults())), before);
    let mut book = calamine::Ods::new(Cursor::new(written)).unwrap();
    let sheet = book.worksheet_range("Caricamento").unwrap();
    let shown: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(shown[0][4..], ["riga", "esito", "iuv", "numero_avviso", "codice_qr", "errori"]);
    assert_eq!(shown[1][..5], ["=A", "RSSMRA85T10A562S", "Mario & <Rossi>", "120,50", "2"]);
    assert_eq!(shown[1][7], "305000000001234586");
    assert_eq!(shown[2][5], "rejected");
}

#[test]
fn errors_that_no_cell_could_hold_are_cut() {
    let many = ReportRow { faults: vec![fault(&"x".repeat(60), "invalid_amount"); 200], ..rejected() };
    let written = report(ITALIAN.as_bytes(), FileFormat::Csv, |_| many.clone());
    assert_eq!(all(written, FileFormat::Csv, defaults()).len(), 2);
}

#[test]
fn a_report_of_a_table_of_others_is_loaded_again() {
    let mypay = "IUD;codIuv;tipoIdentificativoUnivoco;codiceIdentificativoUnivoco;anagraficaPagatore;indirizzoPagatore;civicoPagatore;capPagatore;localitaPagatore;provinciaPagatore;nazionePagatore;mailPagatore;dataEsecuzionePagamento;importoDovuto;commissioneCaricoPa;tipoDovuto;tipoVersamento;causaleVersamento;datiSpecificiRiscossione;azione\n";
    let debt = "IUD-1;;F;RSSMRA85T10A562S;Mario Rossi;;;;;;;;2026-12-31;120.50;;MENSA;ALL;Mensa;9/0101101IM;I\n";
    let govpay = "idPendenza,importo,identificativoPagatore,anagraficaPagatore,numeroAvviso\nP-1,1.00,RSSMRA85T10A562S,Mario Rossi,\n";
    let files = [
        (FileLayout::MyPay10, format!("{mypay}{debt}")),
        (FileLayout::MyPay10, debt.to_owned()),
        (FileLayout::GovPay, govpay.to_owned()),
    ];
    for (layout_of, text) in files {
        let before = contents(all(text.clone(), FileFormat::Csv, layout(layout_of)));
        let once = report_of(text.as_bytes(), FileFormat::Csv, layout_of, ReportKind::Loading, |_| loaded());
        assert_eq!(contents(all(once.clone(), FileFormat::Csv, layout(layout_of))), before);
        let twice = report_of(&once, FileFormat::Csv, layout_of, ReportKind::Loading, |line| {
            if line == 2 { loaded() } else { rejected() }
        });
        assert_eq!(contents(all(twice, FileFormat::Csv, layout(layout_of))), before);
    }
}

/// The key of a position, and its body or what is wrong with its rows.
pub(crate) type Said = (Option<String>, Result<Value, Vec<(usize, String)>>);

/// What the rows say, without where they stand.
pub(crate) fn contents(groups: Vec<RowGroup>) -> Vec<Said> {
    let content = |group: RowGroup| {
        let told = |faults: Vec<tramite_documents::import::PlacedFault>| {
            faults.into_iter().map(|placed| (placed.row, placed.fault.code)).collect()
        };
        (group.external_id, group.content.map(|piece| piece.body).map_err(told))
    };
    groups.into_iter().map(content).collect()
}

fn hostile() -> impl Strategy<Value = String> {
    let beginnings = prop::sample::select(vec!["", "=", "+", "-", "@", "'", "''", "\"", ";", "a", "0", "€", "à\n"]);
    (beginnings, "[ -~àèìòù€\n]{0,20}").prop_map(|(beginning, rest)| format!("{beginning}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_stands_in_a_cell_comes_back(
        names in prop::collection::vec((hostile(), hostile()), 1..8),
        sign in prop::sample::select(vec![';', ',', '\t']),
    ) {
        let quoted = |text: &str| format!("\"{}\"", tramite_domain::cell::neutral(text).replace('"', "\"\""));
        let mut text = HEADER.replace(';', &sign.to_string());
        text.push_str(&format!("{sign}description{sign}metadata.nota\n"));
        for (row, (name, note)) in names.iter().enumerate() {
            let cells = [format!("K-{row}"), "RSSMRA85T10A562S".to_owned(), "Mario".to_owned(), "1,00".to_owned(), name.clone(), note.clone()];
            let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&format!("{}\n", cells.join(&sign.to_string())));
        }
        let before = contents(all(text.clone(), FileFormat::Csv, defaults()));
        prop_assert_eq!(before.len(), names.len());
        for ((name, _), content) in names.iter().zip(&before) {
            let body = content.1.as_ref().unwrap();
            let said = body.get("description").and_then(Value::as_str).unwrap_or_default();
            prop_assert_eq!(said, name.trim());
        }
        let once = report(text.as_bytes(), FileFormat::Csv, |_| rejected());
        prop_assert_eq!(contents(all(once, FileFormat::Csv, defaults())), before);
    }

    #[test]
    fn every_form_of_report_carries_every_text(notes in prop::collection::vec(hostile(), 1..6)) {
        let rows: Vec<Vec<Of<'_>>> = std::iter::once(header(&["external_id", "tax_code", "full_name", "amount", "description"]))
            .chain(notes.iter().map(|note| {
                vec![Of::Text("K"), Of::Text("99999000013"), Of::Text("Ditta"), Of::Number(12.34), Of::Text(note)]
            }))
            .collect();
        let bytes = xlsx(&rows);
        let before = rows_of(&bytes, FileFormat::Xlsx);
        let again = rows_of(&report(&bytes, FileFormat::Xlsx, |_| rejected()), FileFormat::Xlsx);
        prop_assert_eq!(again, before);
    }
}

/// The first five cells of each row.
fn rows_of(bytes: &[u8], format: FileFormat) -> Vec<Vec<SheetCell>> {
    let five = |mut cells: Vec<SheetCell>| {
        cells.resize(5.max(cells.len()), SheetCell::Empty);
        cells.truncate(5);
        cells
    };
    rows(bytes.to_vec(), format).into_iter().map(five).collect()
}
