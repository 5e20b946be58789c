// SPDX-License-Identifier: AGPL-3.0-or-later
//! Templates open in a reader, and are tables of no rows.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use tramite_documents::import::{Template, csv_template, xlsx_template};
use tramite_domain::import::FileFormat;

use crate::support::{defaults, try_open};

fn template(italian: bool) -> Template {
    Template { italian, due_date_required: true, amount_required: true, metadata: vec!["protocollo".to_owned()] }
}

#[test]
fn a_template_is_a_table_of_no_rows() {
    for italian in [true, false] {
        let template = template(italian);
        let files = [(csv_template(&template), FileFormat::Csv), (xlsx_template(&template).unwrap(), FileFormat::Xlsx)];
        for (bytes, format) in files {
            let mut file = try_open(bytes, format, defaults()).unwrap();
            assert_eq!(file.rows_total(), 0);
            assert!(file.next_group().unwrap().is_none());
        }
    }
}

#[test]
fn a_template_opens_in_another_reader() {
    let mut book = Xlsx::new(Cursor::new(xlsx_template(&template(true)).unwrap())).unwrap();
    assert_eq!(book.sheet_names(), ["Posizioni", "Istruzioni"]);
    let sheet = book.worksheet_range("Posizioni").unwrap();
    let names: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(names.first().map(String::as_str), Some("codice_posizione"));
    assert_eq!(names.last().map(String::as_str), Some("metadati.protocollo"));
    for name in ["codice_fiscale", "debitore", "importo", "scadenza", "rata", "numero_avviso", "cap"] {
        assert!(names.iter().any(|one| one == name), "{name}");
    }
    let notes = book.worksheet_range("Istruzioni").unwrap();
    let note = notes.rows().find(|row| row[0] == Data::String("importo".to_owned())).unwrap();
    assert!(note[1].to_string().starts_with("obbligatorio"), "{}", note[1]);
}

#[test]
fn what_is_filled_in_is_checked() {
    let bytes = xlsx_template(&template(false)).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    zip.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
    assert_eq!(sheet.matches("<dataValidation ").count(), 7);
    for rule in ["type=\"decimal\" operator=\"greaterThan\"", "type=\"date\"", "\"load,insert,update,cancel\""] {
        let rule = rule.replace("\"load,insert,update,cancel\"", "load,insert,update,cancel");
        assert!(sheet.contains(&rule), "{rule}: {sheet}");
    }
}
