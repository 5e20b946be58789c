// SPDX-License-Identifier: AGPL-3.0-or-later
//! Vouchers of PDND at the real binary, with an issuer of the test on loopback (reliability.md 28).

use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tramite_testkit::{Database, Signer};
use tramite_tests::api::Api;
use tramite_tests::key_server::KeyServer;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::tokens::{now, platform, reader};

const ISSUER: &str = "interop.pagopa.it";
const PATH: &str = "/v1/debt-positions";
/// How soon keys are asked for again because a voucher names another one, and some seconds more.
const AGAIN_MAX: Duration = Duration::from_secs(90);

pub(crate) async fn checked(database: Database) {
    let town = Town::start(&database).await;
    let (served, other) = (town.serve().await, town.serve().await);
    let platform = platform(&town, &served.url).await;
    let client = reader(&town, &platform, "comune-perugia").await;
    let (first, second) = (Signer::rs256("2026-1"), Signer::rs256("2026-2"));
    let server = KeyServer::start(&[&first]).await;
    let audience = format!("{}/v1", town.gateway());
    let [purpose, producer, eservice, descriptor] = [(); 4].map(|()| Uuid::new_v4().to_string());
    let issuer = json!({
        "issuer": ISSUER, "kind": "pdnd", "jwks_url": server.url(), "audience": audience, "algorithms": ["RS256"],
        "types": ["at+jwt"],
        "eservice": {"eservice_id": eservice, "producer_id": producer, "descriptor_ids": [descriptor]},
        "callers": [{"claim": "purposeId", "value": purpose, "client_id": client.id, "scopes": ["debt-positions:read"],
            "institution_id": town.institution("comune-perugia")["id"]}],
    });
    let made = platform.api.post("/v1/trusted-issuers", &issuer).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/v1/trusted-issuers/{}", made.body["id"].as_str().unwrap());
    let caller = Uuid::new_v4().to_string();
    let voucher = |more: Value| {
        let mut claims = json!({
            "iss": ISSUER, "aud": audience, "sub": caller, "client_id": caller, "purposeId": purpose,
            "producerId": producer, "eserviceId": eservice, "descriptorId": descriptor,
            "jti": Uuid::new_v4().to_string(), "iat": now(), "nbf": now(), "exp": now() + 600,
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let good = first.token("at+jwt", &voucher(json!({})));
    let status = async |url: &str, token: &str| Api::with_token(url, token).get(PATH).await.status.as_u16();
    for url in [&served.url, &other.url] {
        until("the voucher is taken", async || status(url, &good).await == 200).await;
    }
    for name in ["aud", "producerId", "eserviceId", "descriptorId", "purposeId", "iss"] {
        let wrong = first.token("at+jwt", &voucher(json!({name: Uuid::new_v4().to_string()})));
        assert_eq!(status(&served.url, &wrong).await, 401, "another {name}");
    }
    proofs(&town, [&served.url, &other.url], &first, &voucher).await;

    // Nobody publishes keys any more: what was fetched serves, in a process that was not there before too.
    server.fall_silent();
    let third = town.serve().await;
    assert_eq!(status(&third.url, &good).await, 200);
    // The issuer changes its keys: the new one is taken once a voucher has named it, the old one no longer.
    server.publish(&[&second]);
    let begun = Instant::now();
    let next = second.token("at+jwt", &voucher(json!({})));
    while status(&served.url, &next).await != 200 {
        assert!(begun.elapsed() < AGAIN_MAX, "the new key is never known");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(status(&served.url, &good).await, 401, "the old key was withdrawn");
    assert!(server.asked() < 10, "{} times asked", server.asked());
    // The purpose is suspended.
    let mut nobody = issuer.clone();
    nobody["callers"] = json!([]);
    assert_eq!(platform.api.put(&path, &nobody).await.status, 200);
    assert_eq!(status(&served.url, &next).await, 401);
}

/// A voucher that is bound to a key is shown with a proof of its own for each request, in whatever process once.
async fn proofs(town: &Town, urls: [&str; 2], issuer: &Signer, voucher: &impl Fn(Value) -> Value) {
    let http = tramite_tests::http::client();
    let own = Signer::es256("mia");
    let jwk = own.jwk();
    let members = format!(
        r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
        jwk["x"].as_str().unwrap(),
        jwk["y"].as_str().unwrap()
    );
    let digest = |text: &str| BASE64URL_NOPAD.encode(&Sha256::digest(text.as_bytes()));
    let token = issuer.token("at+jwt", &voucher(json!({"cnf": {"jkt": digest(&members)}})));
    let proof = |address: &str| {
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let claims = json!({"jti": Uuid::new_v4().to_string(), "htm": "GET", "htu": address, "iat": now(),
            "ath": digest(&token)});
        own.sign(&header, &claims.to_string())
    };
    let shows = async |url: &str, proof: &str| {
        let asked = http.get(format!("{url}{PATH}")).header("Authorization", format!("DPoP {token}"));
        let answer = asked.header("DPoP", proof).send().await.unwrap();
        let challenge = answer.headers().get("WWW-Authenticate").map(|text| text.to_str().unwrap().to_owned());
        (answer.status(), challenge)
    };
    let refused = |came: (StatusCode, Option<String>), what: &str| {
        assert_eq!(came.0, StatusCode::UNAUTHORIZED, "{what}");
        assert!(came.1.unwrap().starts_with("DPoP error=\"invalid_token\""), "{what}");
    };
    // The address of the proof is the public one, whichever process serves it.
    let address = format!("{}{PATH}", town.gateway());
    let first = proof(&address);
    assert_eq!(shows(urls[0], &first).await.0, 200);
    refused(shows(urls[0], &first).await, "again");
    refused(shows(urls[1], &first).await, "again, at another process");
    assert_eq!(shows(urls[1], &proof(&address)).await.0, 200);
    refused(shows(urls[0], &proof("https://elsewhere.example.it/v1/debt-positions")).await, "for another address");
    let plain = Api::with_token(urls[0], &token).get(PATH).await;
    assert_eq!(plain.status, 401);
    assert!(plain.header("WWW-Authenticate").unwrap().starts_with("DPoP "), "it says what it wants");
}
