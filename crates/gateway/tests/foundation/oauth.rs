// SPDX-License-Identifier: AGPL-3.0-or-later
//! The token endpoint.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::Value;
use tramite_testkit::Database;

use crate::support::seed::Known;
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

#[track_caller]
fn refused(seen: &Seen, status: u16, error: &str) {
    assert_eq!((seen.status, seen.json()["error"].as_str()), (status, Some(error)), "{}", seen.text());
    assert_eq!(seen.header("cache-control"), Some("no-store"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
}

pub(crate) async fn a_client_proves_itself_in_two_ways_and_gets_a_token_for_its_institution(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let client = &seeded.for_a;
    let basic = BASE64.encode(format!("{}:{}", client.id, client.secret).as_bytes());
    let by_header = Ask::post("/oauth2/token")
        .header("Authorization", format!("Basic {basic}"))
        .form("grant_type=client_credentials&scope=services:read%20receipts:read");
    for seen in [gateway.ask(by_header).await, gateway.ask_token(client, "&scope=services:read+receipts:read").await] {
        seen.is(200);
        assert_eq!(seen.header("cache-control"), Some("no-store"));
        let body = seen.json();
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &900.into()));
        assert_eq!(body["scope"], "receipts:read services:read");
        assert_eq!(body["institution"]["code"], "comune-a");
        assert_eq!(body["institution"]["tax_code"], seeded.a.tax_code.to_string());
        let claims = claims(body["access_token"].as_str().unwrap());
        assert_eq!(claims["institution"], seeded.a.id.to_string());
        assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some(PUBLIC_URL), claims["client_id"].as_str()));
        assert!(claims.get("services").is_none());
    }
    let narrow = gateway.token(&seeded.narrow).await;
    assert_eq!(claims(&narrow)["services"], serde_json::json!(["MENSA"]));
    let operator = gateway.ask_token(&seeded.operator, "").await.json();
    assert_eq!(operator["scope"], "platform:read platform:write platform:support");
    assert!(operator.get("institution").is_none());
}

pub(crate) async fn a_client_that_does_not_prove_itself_learns_nothing(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let unknown = Known { id: tramite_domain::ids::ClientId::new(uuid::Uuid::new_v4()), ..seeded.for_a.clone() };
    let wrong = Known { secret: seeded.for_b.secret.clone(), ..seeded.for_a.clone() };
    let mut shapes = Vec::new();
    for client in [&unknown, &wrong] {
        let seen = gateway.ask_token(client, "").await;
        refused(&seen, 401, "invalid_client");
        assert!(seen.header("www-authenticate").unwrap().starts_with("Basic "));
        shapes.push(seen.json());
    }
    assert_eq!(shapes[0], shapes[1]);
    let anonymous = Ask::post("/oauth2/token").form("grant_type=client_credentials");
    refused(&gateway.ask(anonymous).await, 401, "invalid_client");
    let json = Ask::post("/oauth2/token").json(&serde_json::json!({"grant_type": "client_credentials"}));
    refused(&gateway.ask(json).await, 400, "invalid_request");
    let twice = gateway.ask_token(&seeded.for_a, "&grant_type=client_credentials").await;
    refused(&twice, 400, "invalid_request");
    let huge = Ask::post("/oauth2/token").form("a".repeat(10_000));
    gateway.ask(huge).await.is_problem(413, "body_too_large");
}

pub(crate) async fn scopes_are_what_was_asked_and_delegated(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    refused(&gateway.ask_token(&seeded.for_a, "&scope=platform:read").await, 400, "invalid_scope");
    refused(&gateway.ask_token(&seeded.for_a, "&scope=everything").await, 400, "invalid_scope");
    refused(&gateway.ask_token(&seeded.operator, "&scope=receipts:read").await, 400, "invalid_scope");
    let some = gateway.ask_token(&seeded.for_a, "&scope=platform:read%20receipts:read").await;
    assert_eq!(some.json()["scope"], "receipts:read");
    let all = gateway.ask_token(&seeded.for_a, "").await.json();
    assert!(!all["scope"].as_str().unwrap().contains("platform"));
}

pub(crate) async fn a_client_of_several_institutions_says_which(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let client = &seeded.for_both;
    refused(&gateway.ask_token(client, "").await, 400, "invalid_request");
    for name in [seeded.b.id.to_string(), seeded.b.code.to_string(), seeded.b.tax_code.to_string()] {
        let seen = gateway.ask_token(client, &format!("&institution={name}")).await;
        assert_eq!(seen.json()["institution"]["code"], "comune-b");
    }
    let stranger = gateway.ask_token(&seeded.for_a, "&institution=comune-b").await;
    let nothing = gateway.ask_token(&seeded.for_a, "&institution=comune-z").await;
    refused(&stranger, 400, "invalid_target");
    assert_eq!(stranger.json(), nothing.json());
    let for_all = gateway.ask_token(client, "&scope=events:read%20webhooks:write").await.json();
    assert!(for_all.get("institution").is_none());
    assert!(claims(for_all["access_token"].as_str().unwrap()).get("institution").is_none());
    refused(&gateway.ask_token(client, "&scope=events:read%20receipts:read").await, 400, "invalid_request");
    refused(&gateway.ask_token(&seeded.operator, "&institution=comune-a").await, 400, "invalid_target");
}

pub(crate) async fn keys_and_endpoints_are_published_and_verify_our_tokens(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let metadata = gateway.ask(Ask::get("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(metadata["issuer"], PUBLIC_URL);
    assert_eq!(metadata["token_endpoint"], format!("{PUBLIC_URL}/oauth2/token"));
    let jwks = gateway.ask(Ask::get("/.well-known/jwks.json")).await;
    assert_eq!(jwks.header("cache-control"), Some("public, max-age=300"));
    let token = gateway.token(&seeded.for_a).await;
    let (message, signature) = token.rsplit_once('.').unwrap();
    let header = BASE64URL_NOPAD.decode(token.split('.').next().unwrap().as_bytes()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    let keys = jwks.json();
    let ours: Vec<&Value> = keys["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == header["kid"]).collect();
    assert_eq!(ours.len(), 1);
    assert!(ours[0].get("d").is_none(), "a private part is published");
    let key = DecodingKey::from_ec_components(ours[0]["x"].as_str().unwrap(), ours[0]["y"].as_str().unwrap()).unwrap();
    assert!(crypto::verify(signature, message.as_bytes(), &key, Algorithm::ES256).unwrap());
    // Another process of the same Tramite has the same keys.
    let twin = gateway.twin().await;
    twin.ask(Ask::get("/v1/services").token(&token)).await.is(200);
    assert_eq!(twin.ask(Ask::get("/.well-known/jwks.json")).await.json(), keys);
}
