// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every kind of fault of a row, with its row, its column and its code.

use serde_json::json;
use tramite_domain::violation::Violation;

use crate::support::{HEADER, ROW, body, faults, groups};

/// One row of [`HEADER`] with further columns.
fn with(columns: &str, cells: &str) -> Vec<(usize, Option<String>, String)> {
    faults(&format!("{HEADER};{columns}\n{ROW};{cells}\n"))
}

#[test]
fn every_fault_of_a_cell_is_told_at_its_column() {
    let cases = [
        ("due_date", "31/02/2026", "invalid_date"),
        ("due_date", "12/31/2026", "invalid_date"),
        ("due_date", "31/12/26", "invalid_date"),
        ("Scadenza", "domani", "invalid_date"),
        ("due_date", "2026/12/31", "invalid_date"),
        ("due_date", "46022", "invalid_date"),
        ("expires_at", "2026-12-31 25:00", "invalid_instant"),
        ("valid_from", "subito", "invalid_instant"),
        ("available_until", "31/12/2026 ore 10", "invalid_instant"),
        ("available_days", "cinque", "invalid_number"),
        ("available_days", "-5", "invalid_number"),
        ("available_days", "5,0", "invalid_number"),
        ("publish", "forse", "invalid_flag"),
        ("expires_after_due_date", "2", "invalid_flag"),
        ("debtor_type", "X", "unknown_value"),
        ("option_kind", "mensile", "unknown_value"),
        ("action", "distruggi", "unknown_value"),
        ("notice_number", "3,05E+17", "number_instead_of_text"),
        ("iuv", "5E+15", "number_instead_of_text"),
        ("reference", "1.5E+10", "number_instead_of_text"),
        ("transfer_1_beneficiary_iban", "6,05E+26", "number_instead_of_text"),
        ("cap", "6121", "number_instead_of_text"),
        ("transfer_2_amount", "1.234", "ambiguous_amount"),
        ("transfer_2_amount", "1,005", "ambiguous_amount"),
        ("transfer_2_amount", "0,005", "too_many_decimals"),
        ("transfer_2_amount", "gratis", "invalid_amount"),
        ("transfer_2_amount", "-1", "negative_amount"),
        ("transfer_2_amount_cents", "1,50", "invalid_amount"),
        ("amount_cents", "12050", "two_columns_for_one_value"),
    ];
    for (column, cell, code) in cases {
        let expected = vec![(0, Some(column.to_owned()), code.to_owned())];
        assert_eq!(with(column, &format!("\"{cell}\"")), expected, "{column} {cell}");
    }
}

#[test]
fn faults_of_the_required_columns_are_told_there() {
    let one = |row: &str| faults(&format!("{HEADER}\n{row}\n"));
    let at = |column: &str, code: &str| vec![(0, Some(column.to_owned()), code.to_owned())];
    assert_eq!(one(";RSSMRA85T10A562S;Mario Rossi;1"), at("external_id", "required"));
    assert_eq!(one("1,2E+20;RSSMRA85T10A562S;Mario Rossi;1"), at("external_id", "number_instead_of_text"));
    assert_eq!(one("A;9,99E+10;Mario Rossi;1"), at("debtor_tax_code", "number_instead_of_text"));
    assert_eq!(one("A;99999000013;Mario Rossi;1.000"), at("amount", "ambiguous_amount"));
    assert_eq!(one("A;99999000013;Mario Rossi;1;2"), vec![(0, None, "cell_without_column".to_owned())]);
    let nameless = "external_id;tax_code;full_name;;amount\nA;99999000013;Mario Rossi;x;1\n";
    assert_eq!(faults(nameless), vec![(0, None, "cell_without_column".to_owned())]);
}

#[test]
fn a_row_without_its_service_is_told_so() {
    let defaults = tramite_documents::import::ImportDefaults { service_code: None, ..crate::support::defaults() };
    let text = "external_id;servizio;cf;denominazione;importo\nA;;99999000013;Ditta;1\n";
    let group = crate::support::all(text, tramite_domain::import::FileFormat::Csv, defaults).remove(0);
    assert_eq!((group.external_id.as_deref(), group.service_code), (Some("A"), None));
    let expected = vec![(0, Some("servizio".to_owned()), "required".to_owned())];
    assert_eq!(crate::support::told(group.content.unwrap_err()), expected);
}

#[test]
fn a_short_postal_code_is_right_elsewhere() {
    assert_eq!(with("cap;nazione", "6121;it"), vec![(0, Some("cap".to_owned()), "number_instead_of_text".to_owned())]);
    let body = body(&format!("{HEADER};cap;nazione\n{ROW};1010;AT\n"));
    assert_eq!(body["debtor"]["address"]["postal_code"], "1010");
}

#[test]
fn a_name_is_said_once() {
    let told = with("nome;cognome", "Mario;Rossi");
    assert_eq!(told, vec![(0, Some("nome".to_owned()), "two_columns_for_one_value".to_owned())]);
}

#[test]
fn rows_of_a_position_agree_on_what_belongs_to_it() {
    let columns = [
        ("debtor_email", "a@example.it", "b@example.it"),
        ("description", "TARI", "IMU"),
        ("publish", "sì", "no"),
        ("debtor_city", "Perugia", "Terni"),
        ("debtor_type", "F", "G"),
        ("valid_from", "2026-01-01", "2026-01-02"),
        ("expires_after_due_date", "vero", "falso"),
        ("available_until", "2026-01-01", "2026-01-02"),
        ("action", "insert", "update"),
    ];
    for (column, one, other) in columns {
        let text = format!("{HEADER};{column}\n{ROW};{one}\n{ROW};{one}\n{ROW};{other}\n");
        let expected = vec![(2, Some(column.to_owned()), "differs_between_rows".to_owned())];
        assert_eq!(faults(&text), expected, "{column}");
        let agreed = format!("{HEADER};{column}\n{ROW};{one}\n{ROW};\n{ROW};{one}\n");
        if column != "action" {
            assert!(groups(&agreed)[0].content.is_ok(), "{column}: an empty cell says nothing");
        }
    }
    let names = "external_id;tax_code;nome;cognome;importo\nA;RSSMRA85T10A562S;Mario;Rossi;1\nA;RSSMRA85T10A562S;Mario;Bianchi;1\n";
    assert_eq!(faults(names), vec![(1, Some("cognome".to_owned()), "differs_between_rows".to_owned())]);
}

#[test]
fn every_fault_of_every_row_is_told() {
    let text = format!("{HEADER};due_date\nA;RSSMRA85T10A562S;Mario;x;y\nA;RSSMRA85T10A562S;Luigi;1,234;z\n");
    let told: Vec<(usize, String)> = faults(&text).into_iter().map(|(row, _, code)| (row, code)).collect();
    let expected = [
        (0, "invalid_amount"),
        (0, "invalid_date"),
        (1, "ambiguous_amount"),
        (1, "invalid_date"),
        (1, "differs_between_rows"),
    ];
    assert_eq!(told, expected.map(|(row, code)| (row, code.to_owned())));
}

#[test]
fn no_fault_repeats_what_stands_in_the_cell() {
    let secret = "QQSECRETQQ";
    let columns = "due_date;available_days;publish;debtor_type;valid_from;action";
    let text = format!(
        "{HEADER};{columns}\nA;9,99E+10;{secret};{secret};{secret};{secret};{secret};{secret};{secret};{secret}\n"
    );
    let told = groups(&text).remove(0).content.unwrap_err();
    assert_eq!(told.len(), 8);
    assert!(!format!("{told:?}").contains(secret));
}

#[test]
fn what_cannot_be_read_hides_nothing_of_the_rest() {
    let text = format!(
        "{HEADER};due_date;reference\nA;XX;Mario Rossi;1,2,3;31/12/2026;1\nA;XX;Mario Rossi;10,00;32/12/2026;2\n;XX;Rossi;ten;;\n"
    );
    let groups = groups(&text);
    let [first, second] = groups.as_slice() else { panic!("{groups:?}") };
    let rest = &first.rest.as_ref().unwrap().body();
    assert_eq!((&rest["external_id"], &rest["debtor"]["tax_code"]), (&json!("A"), &json!("XX")));
    let installments = &rest["payment_options"][0]["installments"];
    assert_eq!(installments[0], json!({"due_date": "2026-12-31", "reference": "1"}), "without what could not be read");
    assert_eq!(installments[1], json!({"amount": 1_000, "reference": "2"}));
    let rest = &second.rest.as_ref().unwrap().body();
    assert_eq!((rest.get("external_id"), &rest["service_code"]), (None, &json!("TARI")));
    // What is missing only for that is not told, be it said by another row or in another column; what is missing besides is.
    let required =
        |pointer: &str| Violation { pointer: pointer.into(), code: "required", detail: "must be there".into() };
    let other = |text: &str, pointers: &[&str]| {
        let group = self::groups(text).remove(0);
        let violations: Vec<Violation> = pointers.iter().map(|pointer| required(pointer)).collect();
        let (told, rest) = (group.content.unwrap_err(), group.rest.unwrap());
        crate::support::told(rest.faults(&violations, &told))
    };
    let text =
        "external_id;debtor_tax_code;debtor_full_name;amount;reference\nA;;Mario Rossi;10,00;1\nA;9,99E+10;;10,00;2\n";
    assert_eq!(other(text, &["/debtor/tax_code"]), []);
    let text = "external_id;debtor_tax_code;debtor_full_name;amount_cents;amount\nA;XX;Mario Rossi;;ten\n";
    assert_eq!(other(text, &["/payment_options/0/installments/0/amount"]), []);
    let text = format!("{HEADER};reference\nA;XX;Mario Rossi;ten;1\nA;XX;Mario Rossi;;2\n");
    let amounts = ["/payment_options/0/installments/0/amount", "/payment_options/0/installments/1/amount"];
    assert_eq!(other(&text, &amounts), [(1, Some("amount".to_owned()), "required".to_owned())]);
    // Nobody knows what a row has to say of which nobody knows what it asks for.
    let text = format!("{HEADER};action\n{ROW};distruggi\n");
    assert_eq!(self::groups(&text)[0].rest, None);
    assert_eq!(self::groups(&format!("{HEADER}\n{ROW}\n"))[0].rest, None, "nothing is wrong");
}

#[test]
fn days_and_instants_are_read_as_they_are_written() {
    let days = ["31/12/2026", "31-12-2026", "31.12.2026", "2026-12-31", " 31/12/2026 "];
    for day in days {
        let text = format!("{HEADER};due_date;expires_at;valid_from\n{ROW};{day};{day};{day}\n");
        let body = body(&text);
        let installment = &body["payment_options"][0]["installments"][0];
        assert_eq!(installment["due_date"], "2026-12-31");
        assert_eq!(installment["expires_at"], "2026-12-31T23:00:00Z", "the end of the day in Rome");
        assert_eq!(body["valid_from"], "2026-12-30T23:00:00Z", "its beginning");
    }
    for (written, instant) in [
        ("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"),
        ("2026-07-01T12:00:00+02:00", "2026-07-01T10:00:00Z"),
        ("01/07/2026 12:00", "2026-07-01T10:00:00Z"),
        ("1/7/2026 12:00:30", "2026-07-01T10:00:30Z"),
        ("2026-07-01T12:00:00", "2026-07-01T10:00:00Z"),
    ] {
        let body = body(&format!("{HEADER};expires_at\n{ROW};{written}\n"));
        assert_eq!(body["payment_options"][0]["installments"][0]["expires_at"], instant, "{written}");
    }
}
