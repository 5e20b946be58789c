// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a form is told when it is published: one fault, one code, one place (rules.md 47).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/faulty.rs"]
mod faulty;
#[path = "support/forms.rs"]
mod forms;

use faulty::put;
use forms::{Office, definition, published};
use serde_json::{Value, json};

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
    check("catasto-sportello", faulty::of_shape());
}

#[test]
fn faults_of_what_a_form_says_of_itself_are_found() {
    check("catasto-sportello", faulty::of_itself());
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
    check("catasto-sportello", faulty::of_fields());
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
    check("catasto-sportello", faulty::of_amounts());
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
    let (text, personal) = ("/remittance_template", "/remittance_template personal_data_in_text");
    check("catasto-sportello", faulty::of_texts());
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
