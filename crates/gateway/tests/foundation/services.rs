// SPDX-License-Identifier: AGPL-3.0-or-later
//! Services.

use serde_json::json;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

pub(crate) async fn a_service_is_defined_changed_and_retired(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let mut body = json!({
        "title": {"it": "Mensa scolastica", "de": "Schulmensa"}, "taxonomy_code": "0101101IM", "account_id": "main",
        "kind": "spontaneous", "amount": {"rule": "free", "least": 100, "most": 10000}, "status": "draft",
        "due_date_required": true,
    });
    let put = |body: &serde_json::Value| Ask::put("/v1/services/NUOVO").token(&token).json(body);
    let made = gateway.ask(put(&body)).await;
    made.is(201);
    assert_eq!((&made.json()["collection_kind"], &made.json()["version"]), (&json!(9), &json!(1)));
    body["status"] = json!("active");
    assert_eq!(gateway.ask(put(&body)).await.is(200).json()["version"], 2);
    body["status"] = json!("draft");
    gateway.ask(put(&body)).await.is_problem(422, "validation_failed");
    body["status"] = json!("retired");
    let retired = gateway.ask(put(&body)).await;
    assert_eq!(retired.is(200).json()["status"], "retired");
    gateway.ask(Ask::delete("/v1/services/NUOVO").token(&token)).await.is_problem(405, "method_not_allowed");
    let list = gateway.ask(Ask::get("/v1/services").token(&token)).await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}

pub(crate) async fn a_token_for_some_services_knows_no_others(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let narrow = gateway.token(&seeded.narrow).await;
    gateway.ask(Ask::get("/v1/services/MENSA").token(&narrow)).await.is(200);
    let theirs = gateway.ask(Ask::get("/v1/services/TARI").token(&narrow)).await;
    let nothing = gateway.ask(Ask::get("/v1/services/NIENTE").token(&narrow)).await;
    theirs.is_problem(404, "not_found");
    assert_eq!(theirs.without_instance(), nothing.without_instance());
    let list = gateway.ask(Ask::get("/v1/services").token(&narrow)).await.json();
    let codes: Vec<&str> = list["items"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["MENSA"]);
    let body = json!({
        "title": {"it": "x"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "fixed", "amount": 1}, "status": "active",
    });
    for code in ["TARI", "NUOVO"] {
        let put = Ask::put(format!("/v1/services/{code}")).token(&narrow).json(&body);
        gateway.ask(put).await.is_problem(404, "not_found");
    }
    gateway.ask(Ask::put("/v1/services/MENSA").token(&narrow).json(&body)).await.is(200);
}

pub(crate) async fn a_service_says_how_it_is_demanded_and_no_two_by_the_same_codes(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let put = |code: &str, body: &serde_json::Value| {
        let ask = Ask::put(format!("/v1/services/{code}")).token(&token).json(body);
        gateway.ask(ask)
    };
    let demand = json!({
        "service_id": "00009", "subject_id": "00035", "namespace": "http://example.org/TassaAuto", "root": "tassaAuto",
        "key": ["veicolo/targa", "anno"], "debtor": {"tax_code": "codice", "full_name": "nome"}, "amount": "importo",
    });
    let mut body = json!({
        "title": {"it": "Bollo auto"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "spontaneous",
        "amount": {"rule": "free", "least": 100, "most": 100_000}, "status": "active", "demand": demand,
    });
    assert_eq!(put("BOLLO", &body).await.is(201).json()["demand"], demand);
    let shown = gateway.ask(Ask::get("/v1/services/BOLLO").token(&token)).await;
    assert_eq!(shown.is(200).json()["demand"], demand);
    put("ALTRO", &body).await.is_problem(409, "demand_taken");
    // Another institution may have the same codes: they are of its own entry in the catalogue.
    let theirs = gateway.token(&seeded.for_b).await;
    gateway.ask(Ask::put("/v1/services/BOLLO").token(&theirs).json(&body)).await.is(201);

    for (change, pointer, code) in [
        (json!({"kind": "preloaded"}), "/demand", "not_spontaneous"),
        (json!({"due_date_required": true}), "/demand", "due_date_required"),
        (json!({"amount": {"rule": "fixed", "amount": 100}}), "/demand/amount", "not_allowed"),
        (json!({"demand": {"key": ["anno", "anno"]}}), "/demand/key", "repeated_item"),
        (json!({"demand": {"key": ["1anno"]}}), "/demand/key/0", "wrong_pattern"),
        (json!({"demand": {"key": []}}), "/demand/key", "too_few_items"),
        (json!({"demand": {"root": "1auto"}}), "/demand/root", "wrong_pattern"),
        (json!({"demand": {"debtor": null}}), "/demand/debtor", "required"),
        (json!({"demand": {"amount": null}}), "/demand/amount", "required"),
    ] {
        let mut wrong = body.clone();
        for (name, value) in change.as_object().unwrap() {
            match (value.as_object(), name.as_str()) {
                (Some(fields), "demand") => {
                    for (field, value) in fields {
                        let demand = wrong["demand"].as_object_mut().unwrap();
                        if value.is_null() { drop(demand.remove(field)) } else { demand[field] = value.clone() }
                    }
                }
                _ => wrong[name] = value.clone(),
            }
        }
        let refused = put("BOLLO", &wrong).await;
        assert_eq!(refused.is(422).faults(), [(pointer.to_owned(), code.to_owned())], "{change}");
    }
    body.as_object_mut().unwrap().remove("demand");
    assert_eq!(put("BOLLO", &body).await.is(200).json().get("demand"), None);
    body["demand"] = demand;
    put("ALTRO", &body).await.is(201);
}
