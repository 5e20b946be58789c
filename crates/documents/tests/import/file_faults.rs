// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a whole file.

use tramite_documents::import::ImportDefaults;
use tramite_domain::import::{FileEncoding, FileFormat, FileLayout};

use crate::support::{HEADER, defaults, file_fault, layout, try_open};

fn told(text: &str, defaults: ImportDefaults) -> (&'static str, Option<String>) {
    let fault = file_fault(text, FileFormat::Csv, defaults);
    (fault.code, fault.column)
}

#[test]
fn columns_that_are_not_as_they_must_be_are_named() {
    let no_service = ImportDefaults { service_code: None, ..defaults() };
    let cases = [
        (format!("{HEADER};colore\n"), defaults(), "unknown_column", Some("colore")),
        (format!("{HEADER};transfer_6_amount\n"), defaults(), "unknown_column", Some("transfer_6_amount")),
        (format!("{HEADER};amount\n"), defaults(), "duplicate_column", Some("amount")),
        (format!("{HEADER};Importo\n"), defaults(), "duplicate_column", Some("Importo")),
        (format!("{HEADER};riga;esito;outcome\n"), defaults(), "duplicate_column", Some("outcome")),
        (format!("{HEADER};metadata.a;metadata.a\n"), defaults(), "duplicate_column", Some("metadata.a")),
        ("tax_code;full_name;amount\n".to_owned(), defaults(), "missing_column", Some("external_id")),
        ("cf;nominativo;importo\n".to_owned(), defaults(), "missing_column", Some("codice_posizione")),
        (HEADER.to_owned(), no_service, "missing_column", Some("service_code")),
        ("external_id;full_name;amount\n".to_owned(), defaults(), "missing_column", Some("debtor_tax_code")),
        ("external_id;tax_code;nome;amount\n".to_owned(), defaults(), "missing_column", Some("debtor_full_name")),
    ];
    for (text, defaults, code, column) in cases {
        assert_eq!(told(&text, defaults), (code, column.map(ToOwned::to_owned)), "{text}");
    }
}

#[test]
fn a_first_row_that_is_no_header_is_not_repeated() {
    let fault = file_fault("A-1;RSSMRA85T10A562S;Mario Rossi;120,50\n", FileFormat::Csv, defaults());
    assert_eq!((fault.code, fault.column.as_deref(), fault.line), ("no_header", None, Some(1)));
    assert!(!fault.detail.contains("Rossi"));
}

#[test]
fn unknown_columns_are_told_all_at_once() {
    let fault = file_fault(format!("{HEADER};colore;altezza\n"), FileFormat::Csv, defaults());
    assert!(fault.detail.contains("colore, altezza"), "{}", fault.detail);
}

#[test]
fn the_encoding_of_a_csv_is_told_and_two_in_one_file_are_refused() {
    let with = |name: &[u8]| [format!("{HEADER}\nA;RSSMRA85T10A562S;").as_bytes(), name, b";1\n"].concat();
    let encoding = |name: &[u8]| {
        let file = try_open(with(name), FileFormat::Csv, defaults()).unwrap_or_else(|error| panic!("{error}"));
        file.encoding()
    };
    assert_eq!(encoding("Niccolò".as_bytes()), Some(FileEncoding::Utf8));
    assert_eq!(encoding(b"Niccol\xF2"), Some(FileEncoding::Windows1252));
    let fault = file_fault(with(b"Niccol\xC3\xB2 Citt\xE0"), FileFormat::Csv, defaults());
    assert_eq!((fault.code, fault.line), ("mixed_encoding", Some(2)));
}

#[test]
fn a_header_alone_is_a_file_of_no_rows() {
    let mut file = try_open(format!("{HEADER}\n"), FileFormat::Csv, defaults()).unwrap();
    assert_eq!(file.rows_total(), 0);
    assert!(file.next_group().unwrap().is_none());
    assert!(file.next_group().unwrap().is_none());
}

#[test]
fn lines_of_json_have_no_layout_of_others() {
    let fault = file_fault("{}\n", FileFormat::Ndjson, layout(FileLayout::GovPay));
    assert_eq!(fault.code, "layout_not_for_format");
}
