// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every column, in both languages and in any order.

use serde_json::{Value, json};
use tramite_documents::import::{COLUMNS, Column, ColumnKind, Target};

use crate::support::{body, groups, piece};

/// A cell for a column, and what becomes of it.
fn sample(column: &Column) -> (&'static str, Value) {
    match column.kind {
        ColumnKind::Text => ("Via dell'Acqua", json!("Via dell'Acqua")),
        ColumnKind::Code => ("C-1", json!("C-1")),
        ColumnKind::Identifier => ("99999000013", json!("99999000013")),
        ColumnKind::PostalCode => ("06121", json!("06121")),
        ColumnKind::Amount => ("1.234,56", json!(123_456)),
        ColumnKind::Cents => ("123456", json!(123_456)),
        ColumnKind::Day => ("31/12/2026", json!("2026-12-31")),
        ColumnKind::From => ("31/12/2026", json!("2026-12-30T23:00:00Z")),
        ColumnKind::Until => ("31/12/2026", json!("2026-12-31T23:00:00Z")),
        ColumnKind::Whole => ("5", json!(5)),
        ColumnKind::Flag => ("Sì", json!(true)),
        ColumnKind::Choice(words) => (words[0].0, json!(words[0].1)),
        ColumnKind::Report | ColumnKind::Budget => ("whatever", Value::Null),
    }
}

fn pointer(column: &Column) -> Option<String> {
    let installment = "/payment_options/0/installments/0";
    Some(match column.target {
        Target::Action | Target::OptionName | Target::Report => return None,
        Target::Root(member) => format!("/{member}"),
        Target::Debtor(member) => format!("/debtor/{member}"),
        Target::FirstName | Target::LastName => "/debtor/full_name".to_owned(),
        Target::Address(member) => format!("/debtor/address/{member}"),
        Target::Option(member) => format!("/payment_options/0/{member}"),
        Target::Installment(member) => format!("{installment}/{member}"),
        Target::Transfer(member) => format!("{installment}/transfers/0/{member}"),
        Target::Beneficiary(member) => format!("{installment}/transfers/0/beneficiary/{member}"),
        Target::Stamp(member) => format!("{installment}/transfers/0/stamp/{member}"),
        Target::Chapter => format!("{installment}/transfers/0/accounting/0/chapter"),
    })
}

#[test]
fn every_name_of_every_column_goes_to_its_place() {
    let mut names = 0;
    for column in COLUMNS {
        let (cell, value) = sample(column);
        for name in column.english.iter().chain(column.italian) {
            let name = name.replace("{n}", "4");
            // A table of cancellations needs no debtor: so the action alone lets the others be left out.
            let text = match column.target {
                Target::Root("external_id") => format!("action;{name}\n;{cell}\n"),
                // It is known beside the marks of a report, and a mark beside the other.
                Target::Report => {
                    let marks = ["line", "outcome"].iter().filter(|mark| column.english.first() != Some(mark));
                    let marks: String = marks.map(|mark| format!("{mark};")).collect();
                    format!("action;external_id;{marks}{name}\n;A-1;{}{cell}\n", marks.replace(char::is_alphabetic, ""))
                }
                _ => format!("action;external_id;{name}\n;A-1;{cell}\n"),
            };
            if column.target == Target::Action {
                assert_eq!(piece(&format!("external_id;{name}\nA-1;annulla\n")).action.name(), "cancel");
                continue;
            }
            let body = body(&text);
            if let Some(pointer) = pointer(column) {
                assert_eq!(body.pointer(&pointer), Some(&value), "{name}: {body}");
            }
            names += 1;
        }
    }
    assert!(names > 150, "{names}");
}

#[test]
fn a_table_means_the_same_in_both_languages_and_in_any_order() {
    let columns: Vec<(String, String, &str)> = COLUMNS
        .iter()
        .filter(|column| {
            !matches!(column.target, Target::FirstName | Target::LastName | Target::Report)
                && column.kind != ColumnKind::Cents
        })
        .map(|column| {
            let name = |names: &[&str]| names.first().copied().unwrap_or(column.english[0]).replace("{n}", "1");
            (name(column.english), name(column.italian), sample(column).0)
        })
        .collect();
    let table = |columns: &[(String, String, &str)], italian: bool, sign: &str| {
        let header: Vec<&str> =
            columns.iter().map(|column| if italian { column.1.as_str() } else { column.0.as_str() }).collect();
        let cells: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.2)).collect();
        body(&format!("{}\n{}\n", header.join(sign), cells.join(sign)))
    };
    let expected = table(&columns, false, ";");
    let mut turned = columns;
    for place in 0..turned.len() {
        turned.rotate_left(place);
        assert_eq!(table(&turned, true, ";"), expected);
        turned.reverse();
        assert_eq!(table(&turned, false, ","), expected);
        assert_eq!(table(&turned, place % 2 == 0, "\t"), expected);
    }
}

#[test]
fn the_body_is_the_long_form() {
    let text = "codice posizione;Codice Fiscale;Nominativo;Importo (€);Data scadenza;CAUSALE;e-mail;Città;CAP\n\
                TARI-1;RSSMRA85T10A562S;Mario Rossi;€ 120,50;31/12/2026;TARI 2026;mario@example.it;Città di Castello;06012\n";
    assert_eq!(
        body(text),
        json!({
            "external_id": "TARI-1",
            "service_code": "TARI",
            "description": "TARI 2026",
            "publish": true,
            "debtor": {
                "tax_code": "RSSMRA85T10A562S",
                "full_name": "Mario Rossi",
                "email": "mario@example.it",
                "address": {"city": "Città di Castello", "postal_code": "06012"},
            },
            "payment_options": [{
                "kind": "single",
                "installments": [{"amount": 12_050, "due_date": "2026-12-31"}],
            }],
        })
    );
}

#[test]
fn pairs_keep_their_keys() {
    let text = "external_id;codice_fiscale;nome;cognome;importo;metadata.Protocollo N;Payment Metadata.RIF_PRATICA;metadati.anno\n\
                A;RSSMRA85T10A562S;Mario;Rossi;1;4711;P-1;2026\n";
    let body = body(text);
    let installment = &body["payment_options"][0]["installments"][0];
    assert_eq!(installment["metadata"], json!({"Protocollo N": "4711", "anno": "2026"}));
    assert_eq!(installment["payment_metadata"], json!({"RIF_PRATICA": "P-1"}));
    assert_eq!(body["debtor"]["full_name"], "Mario Rossi");
}

#[test]
fn a_name_may_be_long_or_stand_on_two_lines() {
    let key = "k".repeat(64);
    let text = format!(
        "external_id;tax_code;full_name;amount;\"Data\nscadenza\";payment_metadata.{key}\nA;RSSMRA85T10A562S;Mario Rossi;1;31/12/2026;x\n"
    );
    let body = body(&text);
    let installment = &body["payment_options"][0]["installments"][0];
    assert_eq!(installment["payment_metadata"][key.as_str()], "x");
    assert_eq!(installment["due_date"], "2026-12-31");
}

#[test]
fn a_service_may_be_said_by_the_row_or_by_default() {
    let text = "external_id;service_code;publish;tax_code;full_name;amount\n\
                A;IMU;no;RSSMRA85T10A562S;Mario Rossi;1\nA;;;RSSMRA85T10A562S;Mario Rossi;1\n";
    let groups = groups(text);
    let services: Vec<_> = groups.iter().map(|group| group.service_code.clone().unwrap()).collect();
    assert_eq!(services, ["IMU", "TARI"], "one key in two services is two positions");
    let published: Vec<Value> =
        groups.into_iter().map(|group| group.content.unwrap().body["publish"].clone()).collect();
    assert_eq!(published, [json!(false), json!(true)]);
}

#[test]
fn transfers_stand_in_the_order_of_their_numbers() {
    let text = "external_id;tax_code;full_name;amount;transfer_3_amount;transfer_3_beneficiary_iban;transfer_3_beneficiary_tax_code;transfer_3_beneficiary_company_name;quota_1_importo;quota_1_conto;quota_1_capitolo\n\
                A;RSSMRA85T10A562S;Mario Rossi;10;4,00;IT60X0542811101000000123456;99999000013;Provincia;6,00;main;3101\n";
    assert_eq!(
        body(text)["payment_options"][0]["installments"][0]["transfers"],
        json!([
            {"amount": 600, "account_id": "main", "accounting": [{"chapter": "3101", "amount": 600}]},
            {"amount": 400, "beneficiary": {
                "iban": "IT60X0542811101000000123456", "tax_code": "99999000013", "company_name": "Provincia",
            }},
        ])
    );
}
