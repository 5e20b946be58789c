// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts that no database takes: none of them gets as far as one.

use serde_json::{Value, json};
use tramite_gateway::{PLACEHOLDER_URL, contract};
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

pub(crate) async fn a_nul_in_a_name_or_in_a_form_is_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let mut position = crate::support::debt_position("TARI-1");
    let maps = [json!({"\u{0}": "x"}), json!({"x": "\u{0}"}), json!({"à": "x"}), json!({"": "x"})];
    for (at, map) in maps.iter().enumerate() {
        let session = json!({
            "line_items": [{"debt_position": position}], "return_url": "https://portale.example.it/", "metadata": map,
        });
        let key = format!("k{at}");
        let seen = gateway.ask(Ask::post("/v1/checkout-sessions").token(&token).json(&session).key(&key)).await;
        seen.is_problem(422, "validation_failed");
    }
    let right = json!({
        "line_items": [{"debt_position": position}], "return_url": "https://portale.example.it/",
        "metadata": {"Numero di pratica": "2026/4711 è qui"},
    });
    let made = gateway.ask(Ask::post("/v1/checkout-sessions").token(&token).json(&right).key("right")).await;
    assert_eq!(made.is(201).json()["metadata"], right["metadata"]);
    position.as_object_mut().unwrap().remove("amount");
    for field in ["metadata", "payment_metadata"] {
        position["payment_options"] =
            json!([{"kind": "single", "installments": [{"amount": 100, field: {"\u{0}": "x"}}]}]);
        let seen = gateway.ask(Ask::post("/v1/debt-positions").token(&token).json(&position).key(field)).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults()[0].1, "wrong_member_name", "{}", seen.text());
    }
    for institution in ["%00", "comune-a%00", "%F0%9F%92%B6", "' OR 1=1"] {
        let seen = gateway.ask_token(&seeded.for_a, &format!("&institution={institution}")).await;
        assert_eq!((seen.status, seen.json()["error"].as_str()), (400, Some("invalid_target")), "{institution}");
    }
    gateway.ask_token(&seeded.for_a, "&institution=comune-a").await.is(200);
    let search = json!({"debtor_tax_code": "RSSMRA85T10A562S"});
    gateway.ask(Ask::post("/v1/debt-positions/search").token(&token).json(&search)).await.is(200);
}

/// A text that a request can bring and that may hold NUL would be a failure of PostgreSQL: the contract excludes it for
/// each, so that no handler has to think of it.
pub(crate) fn no_text_of_a_request_may_hold_a_nul() {
    let document = contract(PLACEHOLDER_URL).unwrap();
    let mut texts = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let in_query = operation["parameters"].as_array().into_iter().flatten();
            let schemas = in_query.map(|one| resolved(&document, one)).filter(|one| one["in"] == "query");
            for parameter in schemas {
                collect(&document, &parameter["schema"], path, &mut texts);
            }
            collect(&document, &operation["requestBody"]["content"]["application/json"]["schema"], path, &mut texts);
        }
    }
    assert!(texts.len() > 100, "{}", texts.len());
    for (place, schema) in texts {
        let told = schema.get("enum").is_some() || schema["format"].as_str().is_some_and(|format| format != "uri");
        let pattern = schema["pattern"].as_str().unwrap_or(".*");
        let alone = json!({"type": "string", "pattern": pattern});
        let takes = |text: &str| jsonschema::is_valid(&alone, &Value::from(text));
        assert!(told || !(takes("\u{0}") || takes("a\u{0}") || takes("https://a\u{0}")), "{place}: {schema}");
    }
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

fn collect(document: &Value, schema: &Value, place: &str, texts: &mut Vec<(String, Value)>) {
    let schema = resolved(document, schema);
    if schema["type"] == "string" || schema.get("pattern").is_some() {
        texts.push((place.to_owned(), schema.clone()));
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        collect(document, inner, &format!("{place}/{name}"), texts);
    }
    for name in ["items", "additionalProperties", "propertyNames"] {
        if schema[name].is_object() {
            collect(document, &schema[name], &format!("{place}/{name}"), texts);
        }
    }
}
