// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows that belong together: installments, options, cancellations, and rows that stand apart.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use tramite_domain::import::{FileFormat, RowAction};

use crate::support::{HEADER, ROW, defaults, faults, groups, piece, told, try_open};

fn references(body: &Value) -> Vec<Vec<String>> {
    let one = |installment: &Value| installment["reference"].as_str().unwrap_or("-").to_owned();
    let option = |option: &Value| option["installments"].as_array().unwrap().iter().map(one).collect();
    body["payment_options"].as_array().unwrap().iter().map(option).collect()
}

#[test]
fn one_row_is_single_and_several_are_installments() {
    let body = piece(&format!("{HEADER}\n{ROW}\n")).body;
    assert_eq!(body["payment_options"][0]["kind"], "single");
    assert_eq!(references(&body), [["-"]]);
    let body = piece(&format!("{HEADER}\n{ROW}\n{ROW}\n{ROW}\n")).body;
    assert_eq!(body["payment_options"][0]["kind"], "installments");
    assert_eq!(references(&body), [["1", "2", "3"]]);
}

#[test]
fn options_are_named_or_told_by_their_kind() {
    let named = format!("{HEADER};opzione;rata\n{ROW};unica;U\n{ROW};rate;R1\n{ROW};rate;R2\n");
    let piece_named = piece(&named);
    assert_eq!(references(&piece_named.body), [vec!["U"], vec!["R1", "R2"]]);
    let kinds: Vec<&Value> =
        piece_named.body["payment_options"].as_array().unwrap().iter().map(|option| &option["kind"]).collect();
    assert_eq!(kinds, ["single", "installments"]);
    assert_eq!(piece_named.places.row_of_installment(1, 1), Some(2));
    assert_eq!(piece_named.places.row_of_installment(1, 2), None);
    let by_kind =
        format!("{HEADER};tipo_opzione;disponibile_giorni\n{ROW};ridotta;5\n{ROW};rate;\n{ROW};unica;\n{ROW};rate;\n");
    let body = piece(&by_kind).body;
    assert_eq!(references(&body), [vec!["1"], vec!["2", "4"], vec!["3"]]);
    assert_eq!(body["payment_options"][0]["kind"], "reduced");
    assert_eq!(body["payment_options"][0]["available_days"], 5);
}

#[test]
fn an_option_that_one_row_says_is_said_by_all() {
    let required = |row: usize, column: &str| (row, Some(column.to_owned()), "required".to_owned());
    let first_alone = format!("{HEADER};tipo_opzione\n{ROW};rate\n{ROW};\n{ROW};\n");
    assert_eq!(faults(&first_alone), [required(1, "tipo_opzione"), required(2, "tipo_opzione")]);
    let named = format!("{HEADER};opzione\n{ROW};\n{ROW};piano\n");
    assert_eq!(faults(&named), [required(0, "opzione")]);
    // One names it and the other says its kind: nobody knows whether they are the same.
    let mixed = format!("{HEADER};opzione;tipo_opzione\n{ROW};piano;\n{ROW};;rate\n");
    assert_eq!(faults(&mixed), [required(1, "opzione")]);
    // What is taken back belongs to no option.
    let taken = format!("{HEADER};tipo_opzione;rata;azione\n{ROW};rate;1;\n{ROW};;2;annulla\n");
    assert_eq!(references(&piece(&taken).body), [["1"]]);
    // The kind of a named option is said once.
    let kind = format!("{HEADER};opzione;tipo_opzione\n{ROW};piano;rate\n{ROW};piano;\n");
    assert_eq!(references(&piece(&kind).body), [["1", "2"]]);
}

#[test]
fn an_installment_is_not_asked_for_and_taken_back_at_once() {
    let fault = |row: usize, code: &str| (row, Some("rata".to_owned()), code.to_owned());
    let both = format!("{HEADER};azione;rata\n{ROW};;1\n{ROW};annulla;1\n");
    assert_eq!(faults(&both), [fault(0, "differs_between_rows")]);
    // The number of a row is a name too, where the row says none.
    let numbered = format!("{HEADER};azione;rata\n{ROW};;\n{ROW};annulla;1\n");
    assert_eq!(faults(&numbered), [fault(0, "differs_between_rows")]);
    let nameless = format!("{HEADER};azione;rata\n{ROW};;1\n{ROW};annulla;\n");
    assert_eq!(faults(&nameless), [fault(1, "required")]);
}

#[test]
fn rows_of_a_position_may_stand_apart() {
    let row = |key: &str, amount: u32| format!("{key};RSSMRA85T10A562S;Mario Rossi;{amount}\n");
    let text = format!("{HEADER}\n{}{}{}{}{}", row("A", 1), row("B", 2), row("C", 3), row("A", 4), row("B", 5));
    let groups = groups(&text);
    let lines: Vec<Vec<u64>> = groups.iter().map(|group| group.lines.clone()).collect();
    assert_eq!(lines, [vec![4], vec![2, 5], vec![3, 6]], "a position is given with its last row");
    let amounts: Vec<Vec<i64>> = groups
        .iter()
        .map(|group| {
            let body = &group.content.as_ref().unwrap().body;
            let installments = body["payment_options"][0]["installments"].as_array().unwrap();
            installments.iter().map(|one| one["amount"].as_i64().unwrap()).collect()
        })
        .collect();
    assert_eq!(amounts, [vec![300], vec![100, 400], vec![200, 500]]);
}

#[test]
fn quoted_lines_count_where_they_begin() {
    let text = format!("{HEADER};description\n{ROW};\"una\ndue\"\nB;RSSMRA85T10A562S;Mario Rossi;1;x\n");
    let lines: Vec<Vec<u64>> = groups(&text).into_iter().map(|group| group.lines).collect();
    assert_eq!(lines, [vec![2], vec![4]]);
}

#[test]
fn positions_are_passed_over() {
    let mut text = format!("{HEADER}\n");
    for key in ["A", "B", "A", "C", "D"] {
        text.push_str(&format!("{key};RSSMRA85T10A562S;Mario Rossi;1\n"));
    }
    let expected = groups(&text);
    assert_eq!(expected.len(), 4);
    for skipped in 0..6 {
        let mut file = try_open(text.as_bytes(), FileFormat::Csv, defaults()).unwrap();
        assert_eq!(file.rows_total(), 5);
        assert_eq!(file.skip_groups(skipped).unwrap(), skipped.min(4));
        let next = file.next_group().unwrap();
        assert_eq!(next.as_ref(), expected.get(usize::try_from(skipped).unwrap()));
    }
}

#[test]
fn a_row_that_cancels_looks_at_nothing_but_its_key() {
    let text = format!("{HEADER};azione;scadenza\nA-1;9,9E+10;;gratis;Annulla;mai\n");
    let piece = piece(&text);
    assert_eq!(piece.action, RowAction::Cancel);
    assert!(piece.withdrawn.is_empty(), "all of it");
    assert_eq!(piece.body["external_id"], "A-1");
    assert_eq!(piece.body["service_code"], "TARI");
    assert_eq!(piece.body["payment_options"][0]["installments"], json!([{"amount": 1}]));
    for word in ["cancel", "DELETE", "elimina"] {
        let text = format!("external_id;action\nA-1;{word}\n");
        assert_eq!(crate::support::piece(&text).action, RowAction::Cancel, "{word}");
    }
}

#[test]
fn a_row_that_cancels_is_told_what_is_wrong_with_its_key_however_much_else_is_wrong() {
    // Sixty cells without a column stand before the key: no row is told of so many faults.
    let (unnamed, wrong) = (";".repeat(60), ";x".repeat(60));
    for (column, cell) in [("reference", "1.5E+10"), ("external_id", "1,2E+20")] {
        let other = if column == "reference" { "external_id" } else { "reference" };
        let text = format!("{other};action{unnamed};{column}\nA-1;cancel{wrong};\"{cell}\"\n");
        let expected = vec![(0, Some(column.to_owned()), "number_instead_of_text".to_owned())];
        assert_eq!(crate::support::faults(&text), expected, "{column}");
    }
}

#[test]
fn rows_of_a_position_may_be_taken_back() {
    let some = format!("{HEADER};azione;rata\n{ROW};;R1\n{ROW};annulla;R2\n{ROW};;R3\n");
    let taken = piece(&some);
    assert_eq!(taken.action, RowAction::Load);
    assert_eq!(taken.withdrawn, BTreeSet::from(["R2".to_owned()]));
    assert_eq!(references(&taken.body), [["R1", "R3"]]);
    assert_eq!(taken.places.row_of_installment(0, 1), Some(2));
    let unnamed = format!("{HEADER};azione\n{ROW};\n{ROW};annulla\n{ROW};\n");
    let every = format!("{HEADER};azione\n{ROW};annulla\n{ROW};annulla\n");
    for (text, rows) in [(unnamed, vec![1]), (every, vec![0, 1])] {
        let faults = groups(&text).remove(0).content.unwrap_err();
        let told: Vec<(usize, &str)> = faults.iter().map(|one| (one.row, one.fault.code.as_str())).collect();
        let expected: Vec<(usize, &str)> = rows.into_iter().map(|row| (row, "required")).collect();
        assert_eq!(told, expected, "where rows were sorted or cut, a place in the file names nothing");
    }
    let one = piece(&format!("{HEADER};azione\n{ROW};annulla\n"));
    assert_eq!((one.action, one.withdrawn.len()), (RowAction::Cancel, 0));
}

#[test]
fn each_action_is_known_in_both_languages() {
    for (word, action) in [
        ("load", RowAction::Load),
        ("carica", RowAction::Load),
        ("insert", RowAction::Insert),
        ("Inserisci", RowAction::Insert),
        ("update", RowAction::Update),
        ("AGGIORNA", RowAction::Update),
        ("", RowAction::Load),
    ] {
        assert_eq!(piece(&format!("{HEADER};azione\n{ROW};{word}\n")).action, action, "{word}");
    }
}

#[test]
fn a_position_of_too_many_rows_is_refused_and_the_others_are_not() {
    let mut text = format!("{HEADER}\nB;RSSMRA85T10A562S;Mario Rossi;1\n");
    for _ in 0..1_001 {
        text.push_str(ROW);
        text.push('\n');
    }
    let groups = groups(&text);
    assert!(groups[0].content.is_ok());
    // What is refused is given row by row: nothing is held of it, and one piece is written at a time.
    assert_eq!(groups.len(), 1_002);
    for (line, group) in (3..).zip(&groups[1..]) {
        assert_eq!(group.lines, [line]);
        assert_eq!((group.external_id.as_deref(), group.service_code.as_deref()), (Some("A-1"), Some("TARI")));
        let told = told(group.content.clone().unwrap_err());
        assert_eq!(told, [(0, None, "too_many_rows".to_owned())]);
    }
    let mut file = try_open(text.as_bytes(), FileFormat::Csv, defaults()).unwrap();
    assert_eq!(file.skip_groups(1_001).unwrap(), 1_001);
    assert_eq!(file.next_group().unwrap().as_ref(), groups.last());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_row_is_given_once_and_with_its_position(keys in prop::collection::vec(0_u8..8, 1..60)) {
        let mut text = format!("{HEADER}\n");
        for key in &keys {
            text.push_str(&format!("K{key};RSSMRA85T10A562S;Mario Rossi;1\n"));
        }
        let given = groups(&text);
        let mut seen = BTreeSet::new();
        for group in &given {
            let key = group.external_id.clone().unwrap();
            prop_assert!(group.lines.is_sorted());
            for line in &group.lines {
                prop_assert!(seen.insert(*line));
                let place = usize::try_from(*line).unwrap() - 2;
                prop_assert_eq!(format!("K{}", keys[place]), key.clone());
            }
        }
        prop_assert_eq!(seen.len(), keys.len());
        prop_assert_eq!(given.len(), keys.iter().collect::<BTreeSet<_>>().len());
        prop_assert!(given.iter().map(|group| group.lines.last()).is_sorted());
        prop_assert_eq!(groups(&text), given);
    }
}
