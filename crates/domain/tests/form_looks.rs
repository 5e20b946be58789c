// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form while somebody fills it in: what there is to fill in next (rules.md 48).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use forms::{Office, definition, definitions, published};
use serde_json::{Map, Value as Json, json};
use tramite_domain::form::{FieldLook, Form, Look, Offered, look, submit};
use tramite_domain::time::Instant;

fn of(office: &Office, name: &str) -> Form {
    published(office, &serde_json::to_vec(&definition(name)).unwrap()).unwrap()
}

fn looked(office: &Office, form: &Form, values: &Json) -> Look {
    let now: Instant = "2026-06-10T10:00:00Z".parse().unwrap();
    look(form, &office.registries, values.as_object().unwrap(), now)
}

fn field<'a>(look: &'a Look, name: &str) -> &'a FieldLook {
    look.fields.iter().find(|field| field.name == name).unwrap()
}

fn offered(look: &FieldLook) -> Vec<&str> {
    match &look.offered {
        Offered::Rows(rows) => rows.iter().map(|row| row.code()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_field_is_there_once_what_it_depends_on_is_known() {
    let office = Office::new();
    let form = of(&office, "unipg-dott");
    let empty = looked(&office, &form, &json!({}));
    assert!(!field(&empty, "tax_code").visible && !field(&empty, "foreign_id").visible);
    assert!(field(&empty, "last_name").visible && field(&empty, "last_name").required);
    assert!(!field(&empty, "application").required);
    let foreign = looked(&office, &form, &json!({"id_kind": "foreign", "tax_code": "RSSMRA85T10A562S"}));
    assert!(!field(&foreign, "tax_code").visible && field(&foreign, "foreign_id").visible);
    assert_eq!(field(&foreign, "tax_code").value, None, "what is not there has no value");
}

#[test]
fn a_registry_offers_the_rows_that_fit_what_was_given_and_none_before() {
    let office = Office::new();
    let form = of(&office, "unipg-dott");
    let empty = looked(&office, &form, &json!({}));
    assert!(offered(field(&empty, "course")).is_empty());
    assert!(!offered(field(&empty, "citizenship")).is_empty());
    let chosen = looked(&office, &form, &json!({"cycle": "XLI"}));
    assert_eq!(offered(field(&chosen, "course")), ["D050"]);
}

#[test]
fn defaults_and_what_is_worked_out_are_shown_as_they_would_be_entered() {
    let office = Office::new();
    let form = of(&office, "cds-verbale");
    let look = looked(&office, &form, &json!({}));
    let shown: Vec<_> = look.fields.iter().filter(|field| field.value.is_some()).map(|field| &field.name).collect();
    assert!(!shown.is_empty(), "it has defaults");
    let permit = of(&office, "ztl-rinnovo");
    let look = looked(&office, &permit, &json!({"plates": [{"plate": "ab123cd"}, {}], "starts_on": "2026-07-01"}));
    let plates = field(&look, "plates");
    assert!(plates.required && plates.rows.len() == 2);
    assert_eq!(plates.rows[0][0].value, Some(json!("AB123CD")), "as it is written down");
    assert_eq!(plates.rows[1][0].value, None);
    assert!(!field(&look, "ends_on").entered);
}

#[test]
fn a_look_decides_as_a_submission_does_for_every_case_of_the_catalogue() {
    let office = Office::new();
    for (name, bytes) in definitions() {
        let form = published(&office, &bytes).unwrap();
        let inputs = form.definition().fields.iter().map(|field| &field.name);
        for case in &form.definition().tests {
            let values: &Map<String, Json> = &case.values;
            let look = look(&form, &office.registries, values, case.at);
            assert_eq!(look.outcome, submit(&form, &office.registries, values, case.at), "{name}: {}", case.name);
            assert!(look.fields.iter().map(|field| &field.name).eq(inputs.clone()), "{name}");
            let Ok(_) = look.outcome else { continue };
            for field in look.fields.iter().filter(|field| values.contains_key(&field.name) && !field.visible) {
                assert_eq!(field.value, None, "{name}: {}", field.name);
            }
        }
    }
}
