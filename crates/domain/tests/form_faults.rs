// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a form is told when it is published: one fault, one code, one place (rules.md 47).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use forms::{Office, definition, published};
use serde_json::{Value, json};

/// Puts a value at a place of a definition; null takes away what stands there.
fn put(whole: &mut Value, pointer: &str, value: Value) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match whole.pointer_mut(parent).unwrap_or_else(|| panic!("{parent}")) {
        Value::Object(map) if value.is_null() => drop(map.remove(last)),
        Value::Object(map) => drop(map.insert(last.to_owned(), value)),
        Value::Array(list) if value.is_null() => drop(list.remove(last.parse::<usize>().unwrap())),
        Value::Array(list) if last == "-" => list.push(value),
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        _ => panic!("{parent} holds nothing"),
    }
}

/// What is told of a service after some changes, as `pointer code`.
fn told(office: &Office, service: &str, changes: &[(&str, Value)]) -> Vec<String> {
    let mut whole = definition(service);
    for (pointer, value) in changes {
        put(&mut whole, pointer, value.clone());
    }
    let faults = published(office, &serde_json::to_vec(&whole).unwrap()).err().unwrap_or_default();
    assert!(faults.iter().all(|fault| !fault.detail.is_empty()), "{faults:#?}");
    faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

/// Each changes one thing, and is told of that alone.
fn check(service: &str, table: Vec<(&str, Value, &str)>) {
    let office = Office::new();
    let mut wrong = Vec::new();
    for (pointer, value, expected) in table {
        let found = told(&office, service, &[(pointer, value.clone())]);
        if found != [expected] {
            wrong.push(format!("{pointer} = {value}: expected {expected}, told {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn faults_of_shape_stand_where_they_are() {
    check(
        "catasto-sportello",
        vec![
            ("/fields/8/type", json!("unknown"), "/fields/8 unknown_value"),
            ("/fields/8/label", Value::Null, "/fields/8/label required"),
            ("/fields/8/colour", json!("red"), "/fields/8/colour unknown_field"),
            ("/fields/8/required", json!("yes"), "/fields/8 wrong_type"),
            ("/fields", json!({}), "/fields wrong_type"),
            ("/amount", Value::Null, "/amount required"),
            ("/amount/rule", json!("guess"), "/amount unknown_value"),
            ("/surprise", json!(1), "/surprise unknown_field"),
            ("/tests/0/values/kind", json!([null]), "/tests/0/values/kind/0 null_value"),
            ("/rules", json!(vec![json!({"assert": "true", "code": "a", "message": {}}); 101]), "/rules too_many"),
        ],
    );
}

#[test]
fn faults_of_what_a_form_says_of_itself_are_found() {
    check(
        "catasto-sportello",
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
        ],
    );
}

#[test]
fn faults_of_expressions_are_found() {
    let at = "/fields/8/visible_if";
    let deep = format!("{}kind == 'map'{}", "(".repeat(40), ")".repeat(40));
    let long = format!("kind == 'map'{}", " ".repeat(1_000));
    let chain = format!("surveys{} > 1", "+1".repeat(400));
    let table = [
        ("kind == 'proprty'", "unknown_choice"),
        ("kind in ['map', 'maps']", "unknown_choice"),
        ("knd == 'property'", "unknown_name"),
        ("row.code == 'a'", "unknown_name"),
        ("kind", "type_mismatch"),
        ("kind > 'map'", "type_mismatch"),
        ("kind == 3", "type_mismatch"),
        ("surveys == cents(3)", "type_mismatch"),
        ("kind.code == 'a'", "type_mismatch"),
        ("kind ? true : false", "type_mismatch"),
        ("surveys > 2 ? true : 3 ", "type_mismatch"),
        ("surveys + today() > 3", "type_mismatch"),
        ("kind in 'map'", "type_mismatch"),
        ("kind = 'map'", "expression_syntax"),
        ("(kind == 'map'", "expression_syntax"),
        ("kind == 'map", "expression_syntax"),
        ("kind == \"map\"", "expression_syntax"),
        ("surveys == 1.2.3", "expression_syntax"),
        ("1 < surveys < 3", "expression_syntax"),
        ("", "expression_syntax"),
        ("length(kind, 1) > 2", "wrong_arguments"),
        ("days(kind, today()) > 2", "wrong_arguments"),
        ("eval(kind)", "unknown_function"),
        ("surveys / 0 > 1", "divisor_not_constant"),
        ("1 / surveys > 1", "divisor_not_constant"),
        (&deep, "expression_too_deep"),
        (&chain, "expression_too_deep"),
        (&long, "expression_too_long"),
    ];
    let expected: Vec<String> = table.iter().map(|(_, code)| format!("{at} {code}")).collect();
    let rows = table.iter().zip(&expected).map(|((text, _), expected)| (at, json!(text), expected.as_str()));
    check("catasto-sportello", rows.collect());
}

#[test]
fn texts_that_grow_by_being_joined_are_refused_before_they_are_made() {
    let message = json!({"it": "No.", "en": "No."});
    let joined = |count: usize| {
        json!([{"assert": format!("{} == 'x'", vec!["last_name"; count].join(" + ")),
        "code": "long", "message": message}])
    };
    // Thirty-five characters each.
    check("catasto-sportello", vec![("/rules", joined(58), "/rules/0/assert text_may_be_too_long")]);
    let mut short = definition("catasto-sportello");
    short["rules"] = joined(57);
    short["tests"] = json!([]);
    assert!(published(&Office::new(), &serde_json::to_vec(&short).unwrap()).is_ok());
}

#[test]
fn faults_of_fields_and_tables_are_found() {
    check(
        "catasto-sportello",
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
        ],
    );
    check(
        "cds-verbale",
        vec![
            ("/fields/10/computed", json!("'within6'"), "/fields/10/computed type_mismatch"),
            ("/fields/8/min", json!("number"), "/fields/8/min type_mismatch"),
        ],
    );
    check(
        "ztl-rinnovo",
        vec![
            ("/fields/7/max_rows", json!(51), "/fields/7/max_rows out_of_bounds"),
            ("/fields/7/fields/0/type", json!("group"), "/fields/7/fields/0/type nested_group"),
            ("/fields/7/fields/0/visible_if", json!("count(plates) > 1"), "/fields/7 cycle"),
        ],
    );
}

#[test]
fn faults_of_registries_are_found() {
    check("suape-diritti", vec![("/fields/5/registry", json!("nope"), "/fields/5/registry unknown_registry")]);
    check(
        "unipg-dott",
        vec![
            ("/fields/9/filter", json!("row.year == 2026"), "/fields/9/filter unknown_column"),
            ("/fields/9/filter", json!("row.cycle"), "/fields/9/filter type_mismatch"),
            ("/remittance_template", json!("Dottorato {course.contact}"), "/remittance_template personal_data_in_text"),
            ("/amount/column", json!("capacity"), "/amount/field type_mismatch"),
        ],
    );
    let line = "/amount/lines/0/amount";
    check(
        "cup-osp-temp",
        vec![
            (line, json!("lookup('nope', street.category).amount"), "/amount/lines/0/amount unknown_registry"),
            (line, json!("lookup('streets', area).daily"), "/amount/lines/0/amount type_mismatch"),
            (line, json!("lookup('streets', street.category).daily"), "/amount/lines/0/amount may_be_absent"),
        ],
    );
}

#[test]
fn amounts_that_a_form_cannot_mean_are_found() {
    let line = "/amount/lines/0/amount";
    check(
        "catasto-sportello",
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
        ],
    );
    check(
        "oneri-urb",
        vec![
            ("/transfers/0/amount", json!("cents(1)"), "/transfers rest_missing"),
            ("/transfers/1/amount", Value::Null, "/transfers rest_twice"),
            (
                "/transfers/1/amount",
                json!("cents(5) - sum(items, item_amount)"),
                "/transfers/1/amount amount_may_be_negative",
            ),
            ("/transfers/1/account_id", json!("x"), "/transfers/1/account_id unknown_account"),
            ("/transfers/1/taxonomy_code", json!("x"), "/transfers/1/taxonomy_code invalid_taxonomy_code"),
            ("/transfers/1/accounting/0/chapter", json!(""), "/transfers/1/accounting/0/chapter invalid_text"),
            ("/transfers/1/accounting/0/year", json!(1), "/transfers/1/accounting/0/year out_of_bounds"),
            ("/rules/0/assert", json!("count(items, item == 'urb9') <= 1"), "/rules/0/assert unknown_choice"),
            ("/rules/0/assert", json!("count(title) > 1"), "/rules/0/assert type_mismatch"),
            ("/rules/0/assert", json!("sum(items, item) > 1"), "/rules/0/assert type_mismatch"),
            ("/rules/0/at", json!("nowhere"), "/rules/0/at unknown_name"),
            ("/rules/0/code", json!("Bad Code"), "/rules/0/code invalid_name"),
        ],
    );
    check(
        "suape-diritti",
        vec![
            ("/stamp/taxonomy_code", json!("bollo"), "/stamp/taxonomy_code invalid_taxonomy_code"),
            ("/stamp/province", json!("province"), "/stamp/province may_be_absent"),
            ("/stamp/when", json!("document"), "/stamp/when type_mismatch"),
            ("/stamp/amount", json!(0), "/stamp/amount invalid_amount"),
        ],
    );
}

#[test]
fn personal_data_never_stands_in_a_text_that_leaves() {
    let text = "/remittance_template";
    let personal = "/remittance_template personal_data_in_text";
    let long = format!("{}{{surveys}}", "x".repeat(135));
    check(
        "catasto-sportello",
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
        ],
    );
    check("ztl-rinnovo", vec![(text, json!("ZTL {plates}"), "/remittance_template type_mismatch")]);
    check("cds-verbale", vec![(text, json!("Verbale {plate}"), personal)]);
}

#[test]
fn what_is_worked_out_of_personal_data_is_personal() {
    let office = Office::new();
    for computed in ["last_name", "'sig. ' + last_name", "surveys > 1 ? last_name : 'x'", "coalesce(sheet, last_name)"]
    {
        let field = json!({"name": "sub", "type": "text", "label": {"it": "a", "en": "b"}, "computed": computed});
        let found = told(
            &office,
            "catasto-sportello",
            &[("/fields/8", field), ("/remittance_template", json!("Visura {sub}"))],
        );
        assert_eq!(found, ["/remittance_template personal_data_in_text"], "{computed}");
    }
}

#[test]
fn a_circle_is_told_once_with_all_that_stand_in_it() {
    let office = Office::new();
    let changes = [
        ("/fields/6/visible_if", json!("parcel != null")),
        ("/fields/7/visible_if", json!("sub != null")),
        ("/fields/8/visible_if", json!("sheet != null")),
        ("/rules", json!([{"assert": "sub != sheet", "code": "same", "message": {"it": "a", "en": "b"}}])),
    ];
    assert_eq!(told(&office, "catasto-sportello", &changes), ["/fields/6 cycle"]);
}

#[test]
fn a_form_that_would_cost_too_much_is_not_published() {
    let office = Office::new();
    let nested = format!("{}installment{} > 0", "sum(items, ".repeat(10), ")".repeat(10));
    let found = told(&office, "oneri-urb", &[("/rules/0/assert", json!(nested))]);
    assert_eq!(found, [" too_costly"]);
}

#[test]
fn all_faults_are_told_at_once() {
    let office = Office::new();
    let changes = [
        ("/account_id", json!("nowhere")),
        ("/fields/8/visible_if", json!("knd == 'map'")),
        ("/amount/lines/0/amount", json!("tariff * 1.5")),
        ("/remittance_template", json!("{tax_code}")),
    ];
    assert_eq!(told(&office, "catasto-sportello", &changes).len(), 4);
}
