// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a form may read, and what trying it may cost: up to its limit it is published, and beyond it is refused.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use forms::{Office, definition};
use serde_json::{Value, json};
use tramite_domain::form::limits::{
    CASES_MAX, FORM_ROWS_MAX, GROUP_ROWS_MAX, REGISTRY_ROWS_MAX, STEPS_MAX, TEST_STEPS_MAX,
};
use tramite_domain::form::{Known, Registries, publish, read, registry};

/// The plainest form with these fields beside its own.
fn with(fields: &[Value]) -> Value {
    let mut form = definition("bianco-base");
    form["fields"].as_array_mut().unwrap().extend_from_slice(fields);
    form["tests"] = json!([]);
    form
}

fn told(form: &Value, registries: &Registries) -> Vec<String> {
    let office = Office::new();
    let known = Known { accounts: &office.accounts, registries };
    let read = read(&serde_json::to_vec(form).unwrap()).unwrap();
    let faults = publish(&read, 1, known).err().unwrap_or_default();
    faults.into_iter().map(|fault| format!("{} {}", fault.pointer, fault.code)).collect()
}

#[test]
fn a_form_reads_so_many_rows_and_not_one_more() {
    let of = |rows: usize| {
        let rows: Vec<Value> = (0..rows).map(|row| json!({"code": format!("R{row}")})).collect();
        registry(&serde_json::from_value(json!({"rows": rows})).unwrap()).unwrap()
    };
    let full = FORM_ROWS_MAX / REGISTRY_ROWS_MAX;
    let all = (0..full).fold(Registries::new(), |all, at| all.with(&format!("full_{at}"), of(REGISTRY_ROWS_MAX)));
    let all = all.with("one", of(1));
    let field =
        |name: &str| json!({"name": name, "type": "registry", "registry": name, "label": {"it": name, "en": name}});
    let mut fields: Vec<Value> = (0..full).map(|at| field(&format!("full_{at}"))).collect();
    assert_eq!(told(&with(&fields), &all), [""; 0]);
    fields.push(field("one"));
    assert_eq!(told(&with(&fields), &all), [" too_many_rows"]);
}

#[test]
fn trying_a_form_costs_so_much_and_no_more() {
    let sum = vec!["n"; 31].join(" + ");
    let number = |name: String| json!({"name": name, "type": "integer", "label": {"it": "Numero", "en": "Number"}});
    let worked_out = |at: usize| {
        let mut field = number(format!("c{at}"));
        field["computed"] = json!(sum);
        field
    };
    let mut entered = number("n".to_owned());
    entered["min"] = json!(0);
    entered["max"] = json!(10);
    let group = |count: usize| {
        let fields: Vec<Value> = std::iter::once(entered.clone()).chain((0..count).map(worked_out)).collect();
        json!({"name": "rows", "type": "group", "label": {"it": "Righe", "en": "Rows"}, "min_rows": 0, "max_rows": GROUP_ROWS_MAX, "fields": fields})
    };
    let none = Registries::new();
    let mut form = with(&[group(12)]);
    assert_eq!(told(&form, &none), [""; 0]);
    // One case is tried; as many as there may be would cost more than all of them may together.
    let case = definition("bianco-base")["tests"][0].clone();
    let steps = u64::try_from(CASES_MAX).unwrap() * STEPS_MAX;
    assert!(steps > TEST_STEPS_MAX, "else this limit would say nothing");
    form["tests"] = json!([case]);
    assert_eq!(told(&form, &none), [""; 0]);
    form["tests"] = Value::Array(vec![case; CASES_MAX]);
    assert_eq!(told(&form, &none), ["/tests too_costly"]);
    // One that costs too much by itself is refused whatever its cases.
    form = with(&[group(190)]);
    assert_eq!(told(&form, &none), [" too_costly"]);
}
