// SPDX-License-Identifier: AGPL-3.0-or-later
//! Institutions.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::seed::{IBAN, OTHER_IBAN, STATION};
use crate::support::{Ask, TestGateway};

fn institution() -> Value {
    json!({
        "code": "comune-nuovo", "tax_code": "77777777777", "display_name": "Comune Nuovo", "status": "active",
        "stations": [{"station_id": STATION, "aux_digit": 3, "segregation_code": "07", "issuing": true}],
        "accounts": [{"id": "main", "iban": IBAN}],
    })
}

pub(crate) async fn an_institution_is_registered_shown_and_changed_with_its_history(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let station = json!({"broker_tax_code": "99999000039", "version": 2, "primitive_version": 2});
    gateway.ask(Ask::put("/v1/stations/other").token(&token).json(&station)).await.is(201);
    gateway.ask(Ask::put("/v1/stations/other").token(&token).json(&station)).await.is(200);
    let added = gateway.ask(Ask::post("/v1/institutions").token(&token).json(&institution()).key("k")).await;
    added.is(201);
    assert_eq!(added.json()["warnings"][0]["pointer"], "/tax_code");
    let path = added.header("location").unwrap().to_owned();
    assert_eq!(gateway.ask(Ask::get(&path).token(&token)).await.json(), added.json());

    gateway.world.pass(600);
    let mut body = institution();
    body["accounts"] = json!([{"id": "main", "iban": OTHER_IBAN}]);
    body["stations"] = json!([{"station_id": "other", "aux_digit": 3, "segregation_code": "08", "issuing": true}]);
    let put = Ask::put(&path).token(&token).json(&body).header("If-Match", added.header("etag").unwrap());
    let changed = gateway.ask(put).await;
    changed.is(200);
    let shown = gateway.ask(Ask::get(&path).token(&token)).await.json();
    assert_eq!(shown, changed.json());
    let accounts = shown["accounts"].as_array().unwrap();
    assert_eq!((&accounts[0]["iban"], &accounts[0]["valid_to"]), (&json!(IBAN), &accounts[1]["valid_from"]));
    assert_eq!((&accounts[1]["iban"], accounts[1].get("valid_to")), (&json!(OTHER_IBAN), None));
    let stations = shown["stations"].as_array().unwrap();
    assert_eq!((stations.len(), &stations[0]["valid_to"]), (2, &stations[1]["valid_from"]));

    body["accounts"] = json!([]);
    body["stations"][0]["station_id"] = json!("unknown");
    let wrong = gateway.ask(Ask::put(&path).token(&token).json(&body)).await;
    wrong.is_problem(422, "validation_failed");
    let expected = [("/stations/0/station_id", "unknown_station"), ("/accounts", "account_missing")];
    assert_eq!(wrong.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let renamed = json!({"code": "altro", "tax_code": "77777777777", "display_name": "x", "status": "active",
        "accounts": [{"id": "main", "iban": OTHER_IBAN}]});
    gateway.ask(Ask::put(&path).token(&token).json(&renamed)).await.is_problem(422, "immutable_field");
}

pub(crate) async fn code_and_tax_code_belong_to_one_institution(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    for (key, member, value) in [("a", "code", "comune-a"), ("b", "tax_code", seeded.b.tax_code.as_str())] {
        let mut body = institution();
        body[member] = json!(value);
        let seen = gateway.ask(Ask::post("/v1/institutions").token(&token).json(&body).key(key)).await;
        seen.is_problem(409, "institution_taken");
    }
}

pub(crate) async fn a_tenant_sees_its_own_institution_and_no_other(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let tenant = gateway.token(&seeded.for_a).await;
    let own = gateway.ask(Ask::get(format!("/v1/institutions/{}", seeded.a.id)).token(&tenant)).await;
    assert_eq!(own.is(200).json()["code"], "comune-a");
    let other = gateway.ask(Ask::get(format!("/v1/institutions/{}", seeded.b.id)).token(&tenant)).await;
    other.is_problem(404, "not_found");
    gateway.ask(Ask::get("/v1/institutions").token(&tenant)).await.is_problem(403, "insufficient_scope");
    let operator = gateway.token(&seeded.operator).await;
    let first = gateway.ask(Ask::get("/v1/institutions?limit=1").token(&operator)).await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = gateway.ask(Ask::get(format!("/v1/institutions?limit=1&cursor={next}")).token(&operator)).await.json();
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    assert!(second.get("next_cursor").is_none());
    let stations = gateway.ask(Ask::get(format!("/v1/stations?cursor={next}")).token(&operator)).await;
    stations.is_problem(422, "invalid_cursor");
}
