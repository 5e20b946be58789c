// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a registry is told where it stands.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

use serde_json::{Value, json};
use tramite_domain::form::registry;

fn told(input: Value) -> Vec<String> {
    let faults = registry(&serde_json::from_value(input).unwrap()).err().unwrap_or_default();
    faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

fn column(extra: Value) -> Value {
    let mut column = json!({"key": "amount", "type": "money", "required": true});
    column.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    column
}

#[test]
fn a_row_is_what_its_columns_say() {
    let with = |row: Value| told(json!({"columns": [column(json!({"max": 100}))], "rows": [row]}));
    assert!(with(json!({"code": "A", "label": {"it": "Uno"}, "amount": 100})).is_empty());
    for (row, expected) in [
        (json!({"code": "A"}), "/rows/0/amount required"),
        (json!({"code": "A", "amount": 101}), "/rows/0/amount above_maximum"),
        (json!({"code": "A", "amount": -1}), "/rows/0/amount below_minimum"),
        (json!({"code": "A", "amount": 1.5}), "/rows/0/amount wrong_type"),
        (json!({"code": "A", "amount": "1"}), "/rows/0/amount wrong_type"),
        (json!({"code": "", "amount": 1}), "/rows/0/code invalid_text"),
        (json!({"amount": 1}), "/rows/0/code invalid_text"),
        (json!({"code": "A", "amount": 1, "colour": "red"}), "/rows/0/colour unknown_field"),
        (json!({"code": "A", "amount": 1, "label": "Uno"}), "/rows/0/label wrong_type"),
        (json!({"code": "A", "amount": 1, "label": {"it": ""}}), "/rows/0/label/it invalid_text"),
    ] {
        assert_eq!(with(row.clone()), [expected], "{row}");
    }
    let twice = json!({"rows": [{"code": "A"}, {"code": "A"}]});
    assert_eq!(told(twice), ["/rows/1/code duplicate_code"]);
}

#[test]
fn a_column_is_named_once_and_typed_by_its_name() {
    let with = |columns: Vec<Value>| told(json!({"columns": columns, "rows": []}));
    for (extra, expected) in [
        (json!({"type": "integer"}), "/columns/0/type wrong_type"),
        (json!({"key": "deadline"}), "/columns/0/type wrong_type"),
        (json!({"key": "code"}), "/columns/0/key duplicate_name"),
        (json!({"key": "Amount"}), "/columns/0/key invalid_name"),
        (json!({"max_length": 3}), "/columns/0/max_length not_applicable"),
        (json!({"min": 3, "max": 2}), "/columns/0/max below_minimum"),
        (json!({"public": true, "personal": true}), "/columns/0/public personal_data_public"),
    ] {
        assert_eq!(with(vec![column(extra.clone())]), [expected], "{extra}");
    }
    assert_eq!(with(vec![column(json!({})), column(json!({}))]), ["/columns/1/key duplicate_name"]);
    let many: Vec<Value> = (0..10_001).map(|row| json!({"code": format!("R{row}")})).collect();
    assert_eq!(told(json!({"rows": many})), ["/rows too_many"]);
}
