// SPDX-License-Identifier: AGPL-3.0-or-later
//! Ended delegation, revoked client, suspended institution (reliability.md 45).

use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::json;
use tramite_domain::ids::InstitutionId;
use tramite_storage::Scope;
use tramite_testkit::{Database, Signer};

use crate::issuers::{DPOP, Place, proof, thumbprint, with};
use crate::support::seed::Known;
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

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

    revoke(&gateway, &operator, &seeded.for_b).await;
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

/// Says that a client is revoked.
pub(super) async fn revoke(gateway: &TestGateway, operator: &str, client: &Known) {
    let revocation = json!({"display_name": "Un client", "status": "revoked"});
    let path = format!("/v1/clients/{}", client.id);
    gateway.ask(Ask::put(path).token(operator).json(&revocation)).await.is(200);
}

/// A file is sent, and once some of it is here a minute passes: what it is answered. Nothing of it is left.
async fn a_minute_passes_over(gateway: &TestGateway, process: &TestGateway, to: InstitutionId, upload: Ask) -> Seen {
    let (store, scope) = (gateway.gateway.store(), Scope::of_worker(to));
    let bytes = vec![b'x'; FILE_BYTES];
    let upload = upload.file(&[("service_code", "TARI")], "tari.csv", &bytes).key("k");
    let a_minute_passes = async {
        let begun = Instant::now();
        while store.import_room(&scope).await.unwrap().kept_bytes == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "the file does not come");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        gateway.world.pass(60);
    };
    let (seen, ()) = join(process.ask(upload), a_minute_passes).await;
    let usage = store.import_room(&scope).await.unwrap();
    assert_eq!((usage.lanes.len(), usage.kept_bytes), (0, 0), "what had come of it is not kept");
    seen
}

pub(crate) async fn who_is_revoked_while_a_file_comes_has_it_not_taken(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let twin = gateway.twin().await;
    let operator = gateway.token(&seeded.operator).await;
    let token = gateway.token(&seeded.for_b).await;
    twin.ask(Ask::get("/v1/services").token(&token)).await.is(200);
    revoke(&gateway, &operator, &seeded.for_b).await;
    // The other process does not know of it yet, and lets the first byte in.
    let upload = Ask::post("/v1/imports").token(&token);
    let seen = a_minute_passes_over(&gateway, &twin, seeded.b.id, upload).await;
    seen.is_problem(401, "invalid_token");
    assert_eq!(seen.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
}

pub(crate) async fn who_showed_a_proof_and_is_revoked_while_a_file_comes_is_told_so_as_it_asked(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let place = Place::new(&gateway, &seeded).await;
    let mut issuer = place.issuer("sub", "portale");
    issuer["callers"][0]["scopes"] = json!(["services:read", "imports:write", "debt-positions:write"]);
    place.add(&issuer).await.is(201);
    place.fetch(&[&place.key]).await;
    let own = Signer::es256("mia");
    let bound = with(&place.claims(), "cnf", json!({"jkt": thumbprint(&own)}));
    let token = place.key.token("at+jwt", &bound);
    let shown = |ask: Ask, method: &str, path: &str| {
        let proof = proof(&own, &token, place.now(), |_, claims| {
            claims["htm"] = json!(method);
            claims["htu"] = json!(format!("{PUBLIC_URL}{path}"));
        });
        ask.header("Authorization", format!("DPoP {token}")).header("DPoP", proof)
    };
    let twin = gateway.twin().await;
    twin.ask(shown(Ask::get("/v1/services"), "GET", "/v1/services")).await.is(200);
    revoke(&gateway, &operator, &seeded.for_both).await;
    let upload = shown(Ask::post("/v1/imports"), "POST", "/v1/imports");
    let seen = a_minute_passes_over(&gateway, &twin, seeded.a.id, upload).await;
    seen.is_problem(401, "invalid_token");
    assert_eq!(seen.header("www-authenticate"), Some(DPOP));
}

/// A beneficiary as it is asked for: its times are not the caller's to say.
pub(super) fn named(shown: &serde_json::Value) -> serde_json::Value {
    json!({
        "id": shown["id"], "tax_code": shown["tax_code"], "company_name": shown["company_name"], "iban": shown["iban"],
    })
}
