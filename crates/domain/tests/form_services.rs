// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every service of `examples/services` is published, with its own test cases (rules.md 46–48).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests state what they expect")]

#[path = "support/forms.rs"]
mod forms;

use forms::{Office, definition, definitions, published};
use serde_json::json;
use tramite_domain::form::{json_schema, presentation, public_rows};

#[test]
fn every_service_of_the_catalogue_is_published_and_answers_its_own_cases() {
    let office = Office::new();
    let (mut cases, mut refused) = (0, Vec::new());
    for (name, bytes) in definitions() {
        match published(&office, &bytes) {
            Ok(form) => cases += form.definition().tests.len(),
            Err(faults) => refused.push((name, faults)),
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(cases > 50, "{cases}");
}

#[test]
fn a_form_is_shown_with_what_is_entered_and_nothing_that_is_worked_out() {
    let office = Office::new();
    let form = published(&office, &serde_json::to_vec(&definition("ztl-rinnovo")).unwrap()).unwrap();
    let schema = json_schema(&form, "en");
    assert_eq!(schema["title"], "Renewal of a limited-traffic permit");
    assert_eq!(schema["properties"]["category"]["enum"][4], "disabled");
    assert_eq!(schema["properties"]["plates"]["items"]["required"], json!(["plate"]));
    assert!(schema["properties"].get("ends_on").is_none(), "worked out");
    let required = schema["required"].as_array().unwrap();
    assert!(required.contains(&json!("plates")) && !required.contains(&json!("email")));
    let shown = presentation(&form, "it");
    assert_eq!(shown["fields"][4]["label"], "Numero del permesso");
    assert_eq!(shown["fields"].as_array().unwrap().len(), form.definition().fields.len());
}

#[test]
fn a_registry_shows_its_public_columns_alone() {
    let office = Office::new();
    let rows = public_rows(office.registries.get("doctoral_courses").unwrap(), "en");
    let fee = json!({"code": "D101", "label": "Physics", "cycle": "XLII", "amount": 2000, "deadline": "2026-07-15T10:00:00Z"});
    assert_eq!(rows[1], fee);
}
