// SPDX-License-Identifier: AGPL-3.0-or-later
//! Changes of `catasto-sportello` that make it wrong: what stands at a place then, and what is told, as `pointer code`. Each is told of
//! by itself.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "tests state what they expect"
)]

use serde_json::{Value, json};

/// A place, what is put there (null takes away what stands there), and what is told.
pub(crate) type Fault = (&'static str, Value, &'static str);

/// Puts a value at a place of a definition; null takes away what stands there.
pub(crate) fn put(whole: &mut Value, pointer: &str, value: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
        Value::Object(map) if value.is_null() => drop(map.remove(last)),
        Value::Object(map) => drop(map.insert(last.replace("~1", "/"), value)),
        Value::Array(list) if value.is_null() => drop(list.remove(last.parse::<usize>().unwrap())),
        Value::Array(list) if last == "-" => list.push(value),
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        _ => panic!("{parent} holds nothing"),
    }
}

/// Its shape.
pub(crate) fn of_shape() -> Vec<Fault> {
    vec![
        ("/fields/8/type", json!("unknown"), "/fields/8 unknown_value"),
        ("/fields/8/label", Value::Null, "/fields/8/label required"),
        ("/fields/8/colour", json!("red"), "/fields/8/colour unknown_field"),
        ("/fields/8/required", json!("yes"), "/fields/8 wrong_type"),
        ("/fields", json!({}), "/fields wrong_type"),
        ("/amount", Value::Null, "/amount required"),
        ("/amount/rule", json!("guess"), "/amount unknown_value"),
        ("/surprise", json!(1), "/surprise unknown_field"),
        ("/a~1b", json!(1), "/a~1b unknown_field"),
        ("/tests/0/values/kind", json!([null]), "/tests/0/values/kind/0 null_value"),
        ("/rules", json!(vec![json!({"assert": "true", "code": "a", "message": {}}); 101]), "/rules too_many"),
    ]
}

/// What it says of itself.
pub(crate) fn of_itself() -> Vec<Fault> {
    vec![
        ("/code", json!("X Y"), "/code invalid_code"),
        ("/languages", json!(["it", "en", "en"]), "/languages/2 duplicate_value"),
        ("/title", json!({"it": "Visure"}), "/title label_missing"),
        ("/title/de", json!("Auszug"), "/title/de unknown_language"),
        ("/title/it", json!("due\nrighe"), "/title/it invalid_text"),
        ("/taxonomy_code", json!("9/0103101AP/"), "/taxonomy_code invalid_taxonomy_code"),
        ("/collection_kind", json!(5), "/collection_kind unknown_value"),
        ("/account_id", json!("nowhere"), "/account_id unknown_account"),
        ("/due_date", json!("surveys"), "/due_date type_mismatch"),
        ("/expires_at", json!("kind"), "/expires_at type_mismatch"),
        ("/unique", json!(["nothing"]), "/unique/0 unknown_name"),
        ("/quotas", json!([{"name": "q", "limit": "kind"}]), "/quotas/0/limit type_mismatch"),
        ("/window", json!({"opens_at": "yesterday"}), "/window/opens_at invalid_instant"),
        (
            "/window",
            json!({"opens_at": "2026-05-02T00:00:00Z", "closes_at": "2026-05-01T00:00:00Z"}),
            "/window/closes_at below_minimum",
        ),
        (
            "/lookup",
            json!({"service": "X", "by": ["today()"], "on_hit": "refuse", "on_miss": "allow"}),
            "/lookup/by/0 type_mismatch",
        ),
        ("/debtor/tax_code", json!("sub"), "/debtor/tax_code may_be_absent"),
        ("/debtor/full_name", json!("last_name + ' ' + last_name"), "/debtor/full_name text_may_be_too_long"),
        ("/debtor/email", json!("surveys"), "/debtor/email type_mismatch"),
        ("/tests/0/expect/amount", json!(1), "/tests/0 test_failed"),
        ("/tests/1/expect/errors/0/code", json!("other"), "/tests/1 test_failed"),
    ]
}

/// Its fields and tables.
pub(crate) fn of_fields() -> Vec<Fault> {
    vec![
        ("/fields/8/name", json!("Sub-1"), "/fields/8/name invalid_name"),
        ("/fields/8/name", json!("in"), "/fields/8/name invalid_name"),
        ("/fields/8/name", json!("sheet"), "/fields/8/name duplicate_name"),
        ("/fields/8/name", json!("tariff"), "/tables/0/name duplicate_name"),
        ("/fields/8/computed", json!("sub"), "/fields/8 cycle"),
        ("/fields/8/min", json!(3), "/fields/8/min not_applicable"),
        ("/fields/8/max_length", json!(0), "/fields/8/max_length out_of_bounds"),
        ("/fields/8/min_length", json!(9), "/fields/8/max_length below_minimum"),
        ("/fields/8/read_only", json!(true), "/fields/8/read_only not_applicable"),
        ("/fields/8/computed_if", json!("true"), "/fields/8/computed_if not_applicable"),
        ("/fields/5/pattern", json!("("), "/fields/5/pattern invalid_pattern"),
        ("/fields/5/pattern", json!("(a)\\1"), "/fields/5/pattern invalid_pattern"),
        ("/fields/5/pattern", json!("a".repeat(201)), "/fields/5/pattern invalid_pattern"),
        ("/fields/9/pattern", json!("a"), "/fields/9/pattern not_applicable"),
        ("/fields/9/max", json!(0), "/fields/9/max below_minimum"),
        ("/fields/9/max", json!("kind"), "/fields/9/max type_mismatch"),
        ("/fields/9/default", json!("three"), "/fields/9/default wrong_type"),
        ("/fields/4/options/-", json!("map"), "/fields/4/options/3 duplicate_value"),
        ("/tables/0/by", json!(["surveys"]), "/tables/0/by/0 type_mismatch"),
        ("/tables/0/by", json!([]), "/tables/0/by too_many"),
        ("/tables/0/rows/2", Value::Null, "/tables/0/rows table_incomplete"),
        ("/tables/0/rows/0/when", json!(["nothing"]), "/tables/0/rows/0/when/0 unknown_choice"),
        ("/tables/0/rows/1/when", json!(["subject"]), "/tables/0/rows/1/when duplicate_value"),
        ("/tables/0/rows/1/when", json!([]), "/tables/0/rows/1/when wrong_arguments"),
        ("/tables/0/rows/0/value", json!("x"), "/tables/0/rows/0/value wrong_type"),
        ("/tables/0/type", json!("text"), "/tables/0/type type_mismatch"),
    ]
}

/// What is due.
pub(crate) fn of_amounts() -> Vec<Fault> {
    let line = "/amount/lines/0/amount";
    vec![
        (line, json!("tariff * surveys - cents(10000)"), "/amount amount_may_be_negative"),
        (line, json!("tariff * surveys * 1000000"), "/amount amount_may_be_too_large"),
        (line, json!("tariff * surveys / 3"), "/amount/lines/0/amount rounding_required"),
        (line, json!("tariff * 1.5"), "/amount/lines/0/amount rounding_required"),
        (line, json!("surveys"), "/amount/lines/0/amount type_mismatch"),
        (line, json!("tariff * kind"), "/amount/lines/0/amount type_mismatch"),
        (line, json!("0"), "/amount amount_always_zero"),
        ("/amount", json!({"rule": "fixed", "amount": 0}), "/amount/amount invalid_amount"),
        ("/amount", json!({"rule": "free", "field": "sheet"}), "/amount/field type_mismatch"),
        ("/amount", json!({"rule": "registry", "field": "kind"}), "/amount/field type_mismatch"),
        ("/amount", json!({"rule": "table", "table": "nope"}), "/amount/table unknown_name"),
        ("/amount/lines", json!([]), "/amount/lines too_many"),
    ]
}

/// Texts that leave.
pub(crate) fn of_texts() -> Vec<Fault> {
    let text = "/remittance_template";
    let personal = "/remittance_template personal_data_in_text";
    let long = format!("{}{{surveys}}", "x".repeat(135));
    vec![
        (text, json!("Visura {tax_code}"), personal),
        (text, json!("Visura {email}"), personal),
        (text, json!("Visura di {last_name}"), personal),
        (text, json!("Visura RSSMRA85T10A562S"), personal),
        (text, json!("Visura {surveys"), "/remittance_template template_syntax"),
        (text, json!("Visura surveys}"), "/remittance_template template_syntax"),
        (text, json!("{kind == 'map'}"), "/remittance_template template_syntax"),
        (text, json!("Visura {nothing}"), "/remittance_template unknown_name"),
        (text, json!("  "), "/remittance_template invalid_text"),
        (text, json!("{sheet} {parcel}"), "/remittance_template text_may_be_empty"),
        (text, json!(long), "/remittance_template text_may_be_too_long"),
        ("/payment_metadata", json!({"CF": "{tax_code}"}), "/payment_metadata/CF personal_data_in_text"),
        (
            "/payment_metadata",
            json!({"RSSMRA85T10A562S": "x"}),
            "/payment_metadata/RSSMRA85T10A562S personal_data_in_text",
        ),
    ]
}
