// SPDX-License-Identifier: AGPL-3.0-or-later
//! Clients that prove themselves with a key of their own (RFC 7523).

use serde_json::{Value, json};
use tramite_domain::access::ClientKind;
use tramite_domain::given::World;
use tramite_domain::ids::ClientId;
use tramite_testkit::{Database, Signer};
use uuid::Uuid;

use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn form(assertion: &str) -> Ask {
    Ask::post("/oauth2/token")
        .form(format!("grant_type=client_credentials&client_assertion_type={KIND}&client_assertion={assertion}"))
}

/// Good claims of a client.
fn claims(gateway: &TestGateway, client: ClientId) -> Value {
    let now = gateway.world.now().datetime().timestamp();
    json!({
        "iss": client.to_string(), "sub": client.to_string(), "aud": PUBLIC_URL, "jti": Uuid::new_v4().to_string(),
        "iat": now, "exp": now + 120,
    })
}

async fn registered(gateway: &TestGateway, operator: &str, client: ClientId, key: &Value) -> Seen {
    let path = format!("/v1/clients/{client}/keys");
    let body = json!({"public_key": key});
    gateway.ask(Ask::post(path).token(operator).json(&body).key(&Uuid::new_v4().to_string())).await
}

pub(crate) async fn a_client_proves_itself_with_its_key_and_each_proof_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let client = seeded.for_a.id;
    let (point, rsa, pss) = (Signer::es256("uno"), Signer::rs256("due"), Signer::ps256("tre"));
    for key in [&point, &rsa] {
        let made = registered(&gateway, &operator, client, &key.jwk()).await;
        made.is(201);
        assert_eq!((&made.json()["id"], &made.json()["algorithm"]), (&json!(key.kid), &json!(key.algorithm())));
        assert!(made.header("location").unwrap().ends_with(&format!("/keys/{}", key.kid)));
    }
    registered(&gateway, &operator, client, &pss.jwk()).await.is_problem(409, "client_keys_full");
    let twin = gateway.twin().await;
    for key in [&point, &rsa] {
        for kind in ["JWT", "client-authentication+jwt"] {
            let assertion = key.token(kind, &claims(&gateway, client));
            let seen = gateway.ask(form(&assertion)).await;
            seen.is(200);
            let token = seen.json()["access_token"].as_str().unwrap().to_owned();
            gateway.ask(Ask::get("/v1/services").token(&token)).await.is(200);
            // Shown again it proves nothing, in no process.
            for again in [&gateway, &twin] {
                again.ask(form(&assertion)).await.is(401);
            }
        }
    }
    let mut listed = claims(&gateway, client);
    listed["aud"] = json!([PUBLIC_URL]);
    let untyped = json!({"alg": "ES256", "kid": "uno"});
    gateway.ask(form(&point.sign(&untyped, &listed.to_string()))).await.is(200);

    // The old key ends, and another takes its place; its name is never given again.
    let ended = Ask::delete(format!("/v1/clients/{client}/keys/uno")).token(&operator);
    gateway.ask(ended).await.is(204);
    gateway.ask(form(&point.token("JWT", &claims(&gateway, client)))).await.is(401);
    registered(&gateway, &operator, client, &Signer::es256("uno").jwk()).await.is_problem(409, "key_id_taken");
    registered(&gateway, &operator, client, &pss.jwk()).await.is(201);
    gateway.ask(form(&pss.token("JWT", &claims(&gateway, client)))).await.is(200);
    let shown = gateway.ask(Ask::get(format!("/v1/clients/{client}")).token(&operator)).await.json();
    let live = |name: &str| {
        let keys = shown["keys"].as_array().unwrap();
        keys.iter().find(|key| key["id"] == name).unwrap()["live"].clone()
    };
    assert_eq!([live("uno"), live("due"), live("tre")], [json!(false), json!(true), json!(true)]);
    let nothing = Ask::delete(format!("/v1/clients/{client}/keys/quattro")).token(&operator);
    gateway.ask(nothing).await.is_problem(404, "not_found");
    let metadata = gateway.ask(Ask::get("/.well-known/oauth-authorization-server")).await.json();
    assert!(metadata["token_endpoint_auth_methods_supported"].as_array().unwrap().contains(&json!("private_key_jwt")));
    let algorithms = json!(["ES256", "RS256", "PS256"]);
    assert_eq!(metadata["token_endpoint_auth_signing_alg_values_supported"], algorithms);
}

pub(crate) async fn no_other_assertion_proves_anything_and_all_are_refused_in_one_shape(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let (client, other) = (seeded.for_a.id, seeded.for_b.id);
    let (key, theirs, stranger) = (Signer::rs256("uno"), Signer::es256("uno"), Signer::rs256("uno"));
    registered(&gateway, &operator, client, &key.jwk()).await.is(201);
    registered(&gateway, &operator, other, &theirs.jwk()).await.is(201);
    let good = claims(&gateway, client);
    let now = gateway.world.now().datetime().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        key.token("JWT", &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        key.token("JWT", &claims)
    };
    let head = |name: &str, value: Value| {
        let mut header = key.header("JWT");
        header[name] = value;
        key.sign(&header, &good.to_string())
    };
    let twice = good.to_string().replacen('{', "{\"aud\":\"https://elsewhere.example.it\",", 1);
    let refused = [
        ("another key", stranger.token("JWT", &good)),
        ("the key of another client", theirs.token("JWT", &good)),
        ("another client, by this key", with("sub", json!(other.to_string()))),
        ("another issuer", with("iss", json!(other.to_string()))),
        ("a client that is not", with("sub", json!(Uuid::new_v4().to_string()))),
        ("another audience", with("aud", json!(format!("{PUBLIC_URL}/oauth2/token")))),
        ("two audiences", with("aud", json!([PUBLIC_URL, "https://elsewhere.example.it"]))),
        ("no audience", without("aud")),
        ("no end", without("exp")),
        ("an end too far", with("exp", json!(now + 301))),
        ("an end that is past", with("exp", json!(now - 61))),
        ("an end that is text", with("exp", json!((now + 60).to_string()))),
        ("not yet", with("nbf", json!(now + 61))),
        ("from the future", with("iat", json!(now + 61))),
        ("no id", without("jti")),
        ("an empty id", with("jti", json!(""))),
        ("a huge id", with("jti", json!("j".repeat(257)))),
        ("a claim twice", key.sign(&key.header("JWT"), &twice)),
        ("another algorithm of the same key", head("alg", json!("PS256"))),
        ("none", head("alg", json!("none"))),
        ("HS256", head("alg", json!("HS256"))),
        ("another type", head("typ", json!("at+jwt"))),
        ("no key", head("kid", Value::Null)),
        ("an unknown key", head("kid", json!("due"))),
        ("crit", head("crit", json!(["exp"]))),
        ("nothing signed", "e30.e30.".to_owned()),
        ("nonsense", "x".to_owned()),
    ];
    let mut shape = None;
    for (name, assertion) in refused {
        let seen = gateway.ask(form(&assertion)).await;
        assert_eq!(seen.status, 401, "{name}: {}", seen.text());
        assert_eq!(*shape.get_or_insert_with(|| seen.json()), seen.json(), "{name}");
    }
    assert_eq!(shape.unwrap()["error"], "invalid_client");
    // None of them used up the id, and what a header brings along is not looked at.
    gateway.ask(form(&head("jku", json!("http://127.0.0.1:9/keys")))).await.is(200);
    let both = Ask::post("/oauth2/token").form(format!(
        "grant_type=client_credentials&client_assertion_type={KIND}&client_assertion={}&client_id={client}&client_secret={}",
        key.token("JWT", &claims(&gateway, client)),
        seeded.for_a.secret
    ));
    assert_eq!(gateway.ask(both).await.json()["error"], "invalid_request");
    // A client that was revoked proves nothing with its key either.
    let revoked = json!({"display_name": "x", "status": "revoked"});
    gateway.ask(Ask::put(format!("/v1/clients/{client}")).token(&operator).json(&revoked)).await.is(200);
    gateway.ask(form(&key.token("JWT", &claims(&gateway, client)))).await.is(401);
}

pub(crate) async fn only_public_keys_are_registered(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let good = Signer::es256("uno").jwk();
    let with = |name: &str, value: &str| {
        let mut key = good.clone();
        key[name] = json!(value);
        key
    };
    let octet = json!({"kty": "oct", "k": "AAAA"});
    let off_curve = with("y", good["x"].as_str().unwrap());
    for (key, code) in [
        (with("d", "AAAA"), "private_key"),
        (with("x5u", "https://example.it/cert"), "not_allowed"),
        (with("crv", "P-521"), "unknown_value"),
        (with("kid", "a/b"), "invalid_key_id"),
        (octet, "symmetric_key"),
        (off_curve, "invalid_key"),
        (json!({"kty": "RSA", "n": "wcHB", "e": "AQAB"}), "invalid_key"),
    ] {
        let seen = registered(&gateway, &operator, seeded.for_a.id, &key).await;
        seen.is_problem(422, "validation_failed");
        assert!(seen.text().contains(&format!("\"code\":\"{code}\"")), "{key}: {}", seen.text());
        assert!(!seen.text().contains("AAAA"), "no value is repeated");
    }
    let listed = json!({"kty": "EC", "x5c": ["AA"]});
    registered(&gateway, &operator, seeded.for_a.id, &listed).await.is_problem(422, "validation_failed");
    // An operator's key ends as its secrets do, and while it lives the secret may end.
    let operator_key = registered(&gateway, &operator, seeded.operator.id, &good).await;
    assert_eq!(operator_key.is(201).json()["expires_at"], "2026-11-30T08:00:00Z");
    let shown = gateway.ask(Ask::get(format!("/v1/clients/{}", seeded.operator.id)).token(&operator)).await.json();
    let secret = shown["secrets"][0]["id"].as_str().unwrap();
    let path = format!("/v1/clients/{}", seeded.operator.id);
    gateway.ask(Ask::delete(format!("{path}/secrets/{secret}")).token(&operator)).await.is(204);
    let last = Ask::delete(format!("{path}/keys/uno")).token(&operator);
    gateway.ask(last).await.is_problem(409, "last_operator");
    gateway.client(ClientKind::Operator, &[]).await;
    gateway.ask(Ask::delete(format!("{path}/keys/uno")).token(&operator)).await.is(204);
}
