// SPDX-License-Identifier: AGPL-3.0-or-later
//! Ended delegation, revoked client, suspended institution (reliability.md 45).

use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::json;
use tramite_storage::Scope;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

/// Of a file that does not come at once.
const FILE_BYTES: usize = 16 << 20;

pub(crate) async fn what_a_token_stood_for_ends_it_within_a_minute_in_every_process(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let twin = gateway.twin().await;
    let operator = gateway.token(&seeded.operator).await;
    let (revoked, ended) = (gateway.token(&seeded.for_b).await, gateway.token(&seeded.other_for_a).await);
    let suspended = gateway.token(&seeded.for_a).await;
    let list = |token: &str| Ask::get("/v1/services").token(token);
    for token in [&revoked, &ended, &suspended] {
        gateway.ask(list(token)).await.is(200);
        twin.ask(list(token)).await.is(200);
    }

    let revocation = json!({"display_name": "Un client", "status": "revoked"});
    let path = format!("/v1/clients/{}", seeded.for_b.id);
    gateway.ask(Ask::put(path).token(&operator).json(&revocation)).await.is(200);
    let path = format!("/v1/clients/{}/delegations/{}", seeded.other_for_a.id, seeded.a.id);
    let end = json!({"scopes": ["services:read"], "status": "ended"});
    gateway.ask(Ask::put(path).token(&operator).json(&end)).await.is(200);
    gateway.ask(list(&revoked)).await.is_problem(401, "invalid_token");
    gateway.ask(list(&ended)).await.is_problem(401, "invalid_token");
    twin.ask(list(&revoked)).await.is(200);

    gateway.world.pass(60);
    twin.ask(list(&revoked)).await.is_problem(401, "invalid_token");
    twin.ask(list(&ended)).await.is_problem(401, "invalid_token");
    let refused = gateway.ask_token(&seeded.for_b, "").await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")));

    let path = format!("/v1/institutions/{}", seeded.a.id);
    let shown = gateway.ask(Ask::get(&path).token(&operator)).await;
    let body = json!({
        "code": "comune-a", "tax_code": seeded.a.tax_code.to_string(), "display_name": "Comune di Esempio",
        "status": "suspended", "accounts": [{"id": "main", "iban": shown.json()["accounts"][0]["iban"]}],
        "beneficiaries": [named(&shown.json()["beneficiaries"][0])],
    });
    gateway.ask(Ask::put(&path).token(&operator).json(&body)).await.is(200);
    gateway.ask(list(&suspended)).await.is_problem(401, "invalid_token");
    twin.world.pass(60);
    twin.ask(list(&suspended)).await.is_problem(401, "invalid_token");
    assert_eq!(gateway.ask_token(&seeded.for_a, "").await.json()["error"], "invalid_target");
}

pub(crate) async fn who_is_revoked_while_a_file_comes_has_it_not_taken(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let twin = gateway.twin().await;
    let operator = gateway.token(&seeded.operator).await;
    let token = gateway.token(&seeded.for_b).await;
    twin.ask(Ask::get("/v1/services").token(&token)).await.is(200);
    let revocation = json!({"display_name": "Un client", "status": "revoked"});
    let path = format!("/v1/clients/{}", seeded.for_b.id);
    gateway.ask(Ask::put(path).token(&operator).json(&revocation)).await.is(200);

    let (store, scope) = (gateway.gateway.store(), Scope::of_worker(seeded.b.id));
    let bytes = vec![b'x'; FILE_BYTES];
    let upload = Ask::post("/v1/imports").file(&[("service_code", "TARI")], "tari.csv", &bytes).key("k").token(&token);
    let a_minute_passes = async {
        let begun = Instant::now();
        while store.import_usage(&scope).await.unwrap().kept_bytes == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "the file does not come");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        gateway.world.pass(60);
    };
    // The other process does not know of it yet, and lets the first byte in.
    let (seen, ()) = join(twin.ask(upload), a_minute_passes).await;
    seen.is_problem(401, "invalid_token");
    assert_eq!(store.import_usage(&scope).await.unwrap().running, 0);
}

/// A beneficiary as it is asked for: its times are not the caller's to say.
fn named(shown: &serde_json::Value) -> serde_json::Value {
    json!({
        "id": shown["id"], "tax_code": shown["tax_code"], "company_name": shown["company_name"], "iban": shown["iban"],
    })
}
