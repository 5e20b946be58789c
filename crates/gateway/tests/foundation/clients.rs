// SPDX-License-Identifier: AGPL-3.0-or-later
//! Clients, their secrets and delegations.

use serde_json::json;
use tramite_domain::access::ClientKind;
use tramite_testkit::Database;

use crate::support::seed::Known;
use crate::support::{Ask, TestGateway};

pub(crate) async fn a_secret_is_changed_without_a_pause(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let client = &seeded.for_a;
    let path = format!("/v1/clients/{}/secrets", client.id);
    let add = |key: &str| Ask::post(&path).token(&token).json(&json!({})).key(key);
    let added = gateway.ask(add("one")).await;
    added.is(201);
    let second = Known { id: client.id, secret: added.json()["client_secret"].as_str().unwrap().to_owned() };
    assert_eq!(gateway.ask(add("one")).await.json()["secret_shown"], true);
    gateway.ask(add("two")).await.is_problem(409, "secrets_full");
    for known in [client, &second] {
        gateway.ask_token(known, "").await.is(200);
    }
    let shown = gateway.ask(Ask::get(format!("/v1/clients/{}", client.id)).token(&token)).await.json();
    let entries = shown["secrets"].as_array().unwrap();
    let old = entries.iter().find(|entry| entry["id"] != added.json()["id"]).unwrap()["id"].as_str().unwrap();
    for _ in 0..2 {
        gateway.ask(Ask::delete(format!("{path}/{old}")).token(&token)).await.is(204);
    }
    gateway.ask_token(client, "").await.is(401);
    gateway.ask_token(&second, "").await.is(200);
    gateway.ask(add("two")).await.is(201);
    let nothing = Ask::delete(format!("{path}/{}", uuid::Uuid::new_v4())).token(&token);
    gateway.ask(nothing).await.is_problem(404, "not_found");
}

pub(crate) async fn a_delegation_is_given_changed_and_ended(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let client = &seeded.for_a;
    let path = format!("/v1/clients/{}/delegations/{}", client.id, seeded.b.id);
    let put = |body: &serde_json::Value| Ask::put(&path).token(&token).json(body);
    let wrong = gateway
        .ask(put(&json!({"scopes": ["platform:write"], "status": "active",
            "return_origins": ["https://portale.example.it:443", "http://portale.example.it"]})))
        .await;
    wrong.is_problem(422, "validation_failed");
    assert_eq!(wrong.faults().len(), 3, "{}", wrong.text());
    let terms = json!({"scopes": ["services:read"], "service_codes": ["TARI"], "status": "active"});
    gateway.ask(put(&terms)).await.is(201);
    gateway.ask(put(&terms)).await.is(200);
    let at_b = gateway.token_with(client, "&institution=comune-b").await;
    gateway.ask(Ask::get("/v1/services/TARI").token(&at_b)).await.is(200);
    gateway.ask(put(&json!({"scopes": ["services:read"], "status": "ended"}))).await.is(200);
    gateway.ask(Ask::get("/v1/services/TARI").token(&at_b)).await.is_problem(401, "invalid_token");
    gateway.ask_token(client, "&institution=comune-b").await.is(400);
    let all = json!({"display_name": "Un client", "status": "active", "delegations": []});
    let replaced = gateway.ask(Ask::put(format!("/v1/clients/{}", client.id)).token(&token).json(&all)).await;
    let rows = replaced.is(200).json()["delegations"].clone();
    assert!(rows.as_array().unwrap().iter().all(|row| row["status"] == "ended") && rows.as_array().unwrap().len() == 2);
    gateway.ask_token(client, "").await.is(400);
}

pub(crate) async fn the_last_operator_stays(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.operator).await;
    let path = format!("/v1/clients/{}", seeded.operator.id);
    let revoke = || Ask::put(&path).token(&token).json(&json!({"display_name": "x", "status": "revoked"}));
    gateway.ask(revoke()).await.is_problem(409, "last_operator");
    let shown = gateway.ask(Ask::get(&path).token(&token)).await.json();
    let entry = shown["secrets"][0]["id"].as_str().unwrap();
    let end = Ask::delete(format!("{path}/secrets/{entry}")).token(&token);
    gateway.ask(end).await.is_problem(409, "last_operator");
    gateway.client(ClientKind::Operator, &[]).await;
    gateway.ask(revoke()).await.is(200);
    gateway.ask(Ask::get(&path).token(&token)).await.is_problem(401, "invalid_token");
    let added = json!({"kind": "operator", "display_name": "Operatore", "delegations": [
        {"institution_id": seeded.a.id.to_string(), "scopes": ["services:read"]}]});
    let other = gateway.client(ClientKind::Operator, &[]).await;
    let token = gateway.token(&other).await;
    let post = |body: &serde_json::Value, key: &str| Ask::post("/v1/clients").token(&token).json(body).key(key);
    gateway.ask(post(&added, "one")).await.is_problem(422, "validation_failed");
    let plain = json!({"kind": "operator", "display_name": "Operatore"});
    let made = gateway.ask(post(&plain, "two")).await;
    assert_eq!(made.is(201).json()["secret"]["expires_at"], "2026-11-30T08:00:00Z");
}
