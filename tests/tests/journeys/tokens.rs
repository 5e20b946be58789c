// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hostile tokens at the real binary (reliability.md 27): forged ones of ours, and such as somebody signed who may sign others.
//! All are refused in one shape, and nothing is fetched.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tramite_testkit::{Database, Signer, message};
use tramite_tests::api::{Api, Came};
use tramite_tests::key_server::KeyServer;
use tramite_tests::platform::{Credentials, Platform};
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ISSUER: &str = "https://idp.example.it";
const READ: &str = "/v1/debt-positions?limit=1";
const REFUSED: &str = "Bearer error=\"invalid_token\"";

/// A hostile token, and what is wrong with it.
type Case = (String, String);

pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

pub(crate) async fn platform(town: &Town, url: &str) -> Platform {
    Platform::open(url, &town.text("/operator/client_id"), &town.text("/operator/client_secret")).await
}

/// A client of its own of a town's institution, which may see what debtors owe.
pub(crate) async fn reader(town: &Town, platform: &Platform, institution: &str) -> Credentials {
    let delegation = json!({"institution_id": town.institution(institution)["id"],
        "scopes": ["debt-positions:read", "services:read"], "return_origins": []});
    platform.client(institution, &delegation).await
}

pub(crate) async fn hostile(database: Database) {
    let town = Town::start(&database).await;
    let served = town.serve().await;
    let platform = platform(&town, &served.url).await;
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let trap = format!("http://{}/keys", canary.local_addr().unwrap());

    let good = town.api_at(&served.url, "comune-perugia").await;
    assert_eq!(good.get(READ).await.status, 200);
    let keys = tramite_tests::http::get(format!("{}/.well-known/jwks.json", served.url)).await.unwrap();
    let forged = forged(good.token(), &keys.json().await.unwrap(), &trap);
    let client = reader(&town, &platform, "comune-perugia").await;
    let trusted = of_a_trusted_issuer(&town, &platform, &served, &client, &trap).await;
    let mut shape = None;
    for (name, token) in forged.into_iter().chain(trusted) {
        let came = Api::with_token(&served.url, &token).get(READ).await;
        assert_eq!(came.problem(), (401, "invalid_token"), "{name}: {}", came.body);
        assert_eq!(came.header("WWW-Authenticate"), Some(REFUSED), "{name}");
        same(&mut shape, &name, came.without_instance());
    }
    assertions(&town, &platform, &served, &client, &trap).await;
    assert_eq!(good.get(READ).await.status, 200);
    let came = tokio::time::timeout(Duration::from_millis(200), canary.accept()).await;
    assert!(came.is_err(), "somebody followed an address in a token");
}

fn same(shape: &mut Option<Value>, name: &str, body: Value) {
    assert_eq!(*shape.get_or_insert_with(|| body.clone()), body, "{name}");
}

fn part(token: &str, at: usize) -> Value {
    let bytes = BASE64URL_NOPAD.decode(token.split('.').nth(at).unwrap().as_bytes()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut changed = object.clone();
    changed[name] = value;
    changed
}

fn without(object: &Value, name: &str) -> Value {
    let mut changed = object.clone();
    changed.as_object_mut().unwrap().remove(name);
    changed
}

/// Everything that somebody without our key makes of a good token.
fn forged(good: &str, keys: &Value, trap: &str) -> Vec<Case> {
    let (header, claims) = (part(good, 0), part(good, 1).to_string());
    let (head_and_claims, _) = good.rsplit_once('.').unwrap();
    let signer = Signer::es256(header["kid"].as_str().unwrap());
    let unsigned = |algorithm: &str| format!("{}.", message(&with(&header, "alg", json!(algorithm)), &claims));
    let by_ours = |name: &str, value: Value| signer.sign(&with(&header, name, value), &claims);
    let symmetric = message(&with(&header, "alg", json!("HS256")), &claims);
    let hs256 = |secret: &[u8]| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(symmetric.as_bytes());
        format!("{symmetric}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    };
    let own = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let x = BASE64URL_NOPAD.decode(own["x"].as_str().unwrap().as_bytes()).unwrap();
    let foreign = Signer::rs256("altra");
    let brought = |name: &str, value: Value| {
        let mut header = foreign.header("at+jwt");
        header[name] = value;
        foreign.sign(&header, &claims)
    };
    let cases = [
        ("none", unsigned("none")),
        ("None", unsigned("None")),
        ("nOnE", unsigned("nOnE")),
        ("no signature", head_and_claims.to_owned()),
        ("an empty signature", format!("{head_and_claims}.")),
        ("a zero signature", format!("{head_and_claims}.{}", BASE64URL_NOPAD.encode(&[0; 64]))),
        ("padding", format!("{good}==")),
        ("a tail", format!("{good}.x")),
        ("HS256 with the public key", hs256(own.to_string().as_bytes())),
        ("HS256 with its coordinate", hs256(&x)),
        ("HS256 with nothing", hs256(b"")),
        ("another key of the same name", by_ours("alg", json!("ES256"))),
        ("another type", by_ours("typ", json!("JWT"))),
        ("RS256 of a key that is not known", foreign.token("at+jwt", &part(good, 1))),
        ("a path as key", by_ours("kid", json!("../../dev/null"))),
        ("a query as key", by_ours("kid", json!("' OR 1=1"))),
        ("a zero byte in the key", by_ours("kid", json!("\0"))),
        ("a huge key", by_ours("kid", json!("k".repeat(7_000)))),
        ("no key", by_ours("kid", Value::Null)),
        ("jku", brought("jku", json!(trap))),
        ("x5u", brought("x5u", json!(trap))),
        ("jwk", brought("jwk", foreign.jwk())),
        ("crit", brought("crit", json!(["exp"]))),
        ("another issuer, which says where it is", foreign.token("at+jwt", &with(&part(good, 1), "iss", json!(trap)))),
        ("no JSON", format!("{}.AAAA.AAAA", good.split('.').next().unwrap())),
        ("dots", "..".to_owned()),
    ];
    cases.into_iter().map(|(name, token)| (name.to_owned(), token)).collect()
}

/// An issuer on loopback whose tokens are taken, and everything that its own key signs and that is wrong all the same.
async fn of_a_trusted_issuer(
    town: &Town,
    platform: &Platform,
    served: &Served,
    client: &Credentials,
    trap: &str,
) -> Vec<Case> {
    let key = Signer::es256("uno");
    let server = KeyServer::start(&[&key]).await;
    let audience = format!("{}/v1", town.gateway());
    let issuer = json!({
        "issuer": ISSUER, "kind": "oidc", "jwks_url": server.url(), "audience": audience, "algorithms": ["ES256"],
        "types": ["at+jwt"],
        "callers": [{"claim": "sub", "value": "portale", "client_id": client.id, "scopes": ["debt-positions:read"],
            "institution_id": town.institution("comune-perugia")["id"]}],
    });
    let made = platform.api.post("/v1/trusted-issuers", &issuer).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let claims = json!({"iss": ISSUER, "aud": audience, "sub": "portale", "iat": now(), "exp": now() + 600});
    let good = Api::with_token(&served.url, &key.token("at+jwt", &claims));
    until("the keys are fetched", async || good.get(READ).await.status == 200).await;
    assert_eq!(good.get("/v1/services").await.problem(), (403, "insufficient_scope"));
    let by = |name: &str, value: Value| key.token("at+jwt", &with(&claims, name, value));
    let head = |name: &str, value: Value| key.sign(&with(&key.header("at+jwt"), name, value), &claims.to_string());
    let twice =
        |claim: &str| key.sign(&key.header("at+jwt"), &claims.to_string().replacen('{', &format!("{{{claim},"), 1));
    let cases = [
        ("another audience", by("aud", json!("https://elsewhere.example.it/v1"))),
        ("our own name", by("iss", json!(town.gateway()))),
        ("over", by("exp", json!(now() - 61))),
        ("not yet", by("nbf", json!(now() + 120))),
        ("of the future", by("iat", json!(now() + 120))),
        ("endless", key.token("at+jwt", &without(&claims, "exp"))),
        ("an end beyond numbers", by("exp", json!(1e300))),
        ("an end that is text", by("exp", json!("never"))),
        ("somebody else", by("sub", json!("altro"))),
        ("a caller that is a query", by("sub", json!("' OR 1=1"))),
        ("the audience twice", twice("\"aud\":\"https://elsewhere.example.it\"")),
        ("the caller twice", twice("\"sub\":\"altro\"")),
        ("typ of another token", key.token("dpop+jwt", &claims)),
        ("another algorithm", head("alg", json!("RS256"))),
        ("another key", head("kid", json!("due"))),
        ("where its keys would be", head("kid", json!(trap))),
        ("crit", head("crit", json!(["exp"]))),
    ];
    // The key that the token brings along is not the issuer's, whatever the header says of it.
    let stranger = Signer::es256("uno");
    let mut cases: Vec<Case> = cases.into_iter().map(|(name, token)| (format!("trusted: {name}"), token)).collect();
    for name in ["jku", "x5u"] {
        let header = with(&stranger.header("at+jwt"), name, json!(trap));
        cases.push((format!("trusted: {name}"), stranger.sign(&header, &claims.to_string())));
    }
    let header = with(&stranger.header("at+jwt"), "jwk", stranger.jwk());
    cases.push(("trusted: jwk".to_owned(), stranger.sign(&header, &claims.to_string())));
    cases
}

async fn proved(http: &Client, served: &Served, assertion: &str) -> (u16, Value) {
    let form =
        [("grant_type", "client_credentials"), ("client_assertion_type", ASSERTION), ("client_assertion", assertion)];
    let answer = http.post(format!("{}/oauth2/token", served.url)).form(&form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// A client proves itself with its key, in whatever process once, and with nothing else.
async fn assertions(town: &Town, platform: &Platform, served: &Served, client: &Credentials, trap: &str) {
    let (http, key) = (tramite_tests::http::client(), Signer::ps256("uno"));
    let keys = format!("/v1/clients/{}/keys", client.id);
    let added: Came = platform.api.post(&keys, &json!({"public_key": key.jwk()})).await;
    assert_eq!(added.status, 201, "{}", added.body);
    let claims = json!({"iss": client.id, "sub": client.id, "aud": town.gateway(), "jti": Uuid::new_v4().to_string(),
        "exp": now() + 120});
    let by = |name: &str, value: Value| key.token("JWT", &with(&claims, name, value));
    let head = |name: &str, value: Value| key.sign(&with(&key.header("JWT"), name, value), &claims.to_string());
    let mut shape = None;
    for (name, assertion) in [
        ("another audience", by("aud", json!(trap))),
        ("an end too far", by("exp", json!(now() + 900))),
        ("over", by("exp", json!(now() - 61))),
        ("endless", key.token("JWT", &without(&claims, "exp"))),
        ("no id", key.token("JWT", &without(&claims, "jti"))),
        ("another algorithm", head("alg", json!("RS256"))),
        ("none", head("alg", json!("none"))),
        ("a path as key", head("kid", json!("../../dev/null"))),
        ("another key", Signer::ps256("uno").sign(&with(&key.header("JWT"), "jku", json!(trap)), &claims.to_string())),
        ("our own token", town.api_at(&served.url, "comune-perugia").await.token().to_owned()),
    ] {
        let (status, body) = proved(&http, served, &assertion).await;
        assert_eq!((status, &body["error"]), (401, &json!("invalid_client")), "{name}");
        same(&mut shape, name, body);
    }
    // Of twenty who show one proof at once, at two processes, one gets a token.
    let other = town.serve().await;
    let proof = key.token("JWT", &claims);
    let mut shown = tokio::task::JoinSet::new();
    for at in 0..20 {
        let (http, proof) = (http.clone(), proof.clone());
        let url = format!("{}/oauth2/token", if at % 2 == 0 { &served.url } else { &other.url });
        shown.spawn(async move {
            let form = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION),
                ("client_assertion", proof.as_str()),
            ];
            let answer = http.post(url).form(&form).send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        });
    }
    let all = shown.join_all().await;
    let good: Vec<&Value> = all.iter().filter(|(status, _)| *status == 200).map(|(_, body)| body).collect();
    assert_eq!(good.len(), 1, "{all:?}");
    let api = Api::with_token(&other.url, good[0]["access_token"].as_str().unwrap());
    assert_eq!(api.get(READ).await.status, 200);
}
