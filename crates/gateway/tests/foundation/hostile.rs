// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forged tokens (reliability.md 27): one answer for all, and nothing is fetched.

use std::net::TcpListener;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_storage::KeyPurpose;
use tramite_testkit::Database;
use uuid::Uuid;

use crate::support::seed::Seeded;
use crate::support::{Ask, PUBLIC_URL, TestGateway};

/// A forger who has even our key.
struct Forger {
    kid: String,
    key: EncodingKey,
    claims: Value,
}

impl Forger {
    async fn new(gateway: &TestGateway, seeded: &Seeded) -> Self {
        let keys = gateway.gateway.store().system().signing_keys().await.unwrap();
        let kid = gateway.gateway.keys().public_jwks()["keys"][0]["kid"].as_str().unwrap().to_owned();
        let ours = keys.into_iter().find(|key| key.purpose == KeyPurpose::AccessToken).unwrap();
        let now = gateway.world.now().datetime().timestamp();
        let client = seeded.for_a.id.to_string();
        let claims = json!({
            "iss": PUBLIC_URL, "sub": client, "aud": format!("{PUBLIC_URL}/v1"), "client_id": client,
            "iat": now, "exp": now + 900, "jti": Uuid::new_v4().to_string(), "scope": "services:read",
            "institution": seeded.a.id.to_string(),
        });
        Self { kid, key: EncodingKey::from_ec_der(ours.private.expose()), claims }
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": "ES256", "kid": self.kid})
    }

    /// Signed by our own key, whatever the header says.
    fn signed(&self, header: &Value, claims: &str) -> String {
        let message = message(header, claims);
        let signature = crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        let mut header = self.header();
        header[name] = value;
        self.signed(&header, &self.claims.to_string())
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        let mut claims = self.claims.clone();
        claims[name] = value;
        self.signed(&self.header(), &claims.to_string())
    }

    fn without_claim(&self, name: &str) -> String {
        let mut claims = self.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        self.signed(&self.header(), &claims.to_string())
    }
}

fn message(header: &Value, claims: &str) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}", encode(&header.to_string()), encode(claims))
}

fn by_algorithm(forger: &Forger, public: &Value) -> Vec<(&'static str, String)> {
    let claims = forger.claims.to_string();
    let unsigned = |algorithm: &str| {
        format!("{}.", message(&json!({"typ": "at+jwt", "alg": algorithm, "kid": forger.kid}), &claims))
    };
    let symmetric = json!({"typ": "at+jwt", "alg": "HS256", "kid": forger.kid});
    let text = message(&symmetric, &claims);
    let key = EncodingKey::from_secret(public.to_string().as_bytes());
    let with_public_key = crypto::sign(text.as_bytes(), &key, Algorithm::HS256).unwrap();
    let good = forger.signed(&forger.header(), &claims);
    let (body, _) = good.rsplit_once('.').unwrap();
    vec![
        ("none", unsigned("none")),
        ("None", unsigned("None")),
        ("nOnE", unsigned("nOnE")),
        ("no signature", body.to_owned()),
        ("an empty signature", format!("{body}.")),
        ("a zero signature", format!("{body}.{}", BASE64URL_NOPAD.encode(&[0; 64]))),
        ("HS256 with the public key", format!("{text}.{with_public_key}")),
        ("RS256 in the header", forger.with_header("alg", json!("RS256"))),
        ("no algorithm", forger.with_header("alg", json!(null))),
        ("a list of algorithms", forger.with_header("alg", json!(["ES256"]))),
    ]
}

fn by_header(forger: &Forger, canary: &str) -> Vec<(&'static str, String)> {
    let other = jsonwebtoken::EncodingKey::from_ec_der(
        aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(
            &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            &aws_lc_rs::rand::SystemRandom::new(),
        )
        .unwrap()
        .as_ref(),
    );
    let foreign = |name: &str, value: Value| {
        let mut header = forger.header();
        header[name] = value;
        header["kid"] = json!("mine");
        let text = message(&header, &forger.claims.to_string());
        let signature = crypto::sign(text.as_bytes(), &other, Algorithm::ES256).unwrap();
        format!("{text}.{signature}")
    };
    vec![
        ("an unknown key", forger.with_header("kid", json!(Uuid::new_v4().to_string()))),
        ("a path as key", forger.with_header("kid", json!("../../dev/null"))),
        ("a query as key", forger.with_header("kid", json!("' OR 1=1"))),
        ("a huge key", forger.with_header("kid", json!("k".repeat(10_000)))),
        ("no key", forger.with_header("kid", json!(null))),
        ("jku", foreign("jku", json!(format!("http://{canary}/jwks.json")))),
        ("x5u", foreign("x5u", json!(format!("http://{canary}/cert.pem")))),
        ("jwk", foreign("jwk", json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}))),
        ("typ JWT", forger.with_header("typ", json!("JWT"))),
        ("typ of a return token", forger.with_header("typ", json!("checkout-return+jwt"))),
        ("no typ", forger.with_header("typ", json!(null))),
        ("crit", forger.with_header("crit", json!(["exp"]))),
        ("zip", forger.with_header("zip", json!("DEF"))),
    ]
}

fn by_claim(forger: &Forger, seeded: &Seeded, now: i64) -> Vec<(&'static str, String)> {
    let twice = forger.claims.to_string().replacen('{', "{\"scope\":\"services:write\",", 1);
    vec![
        ("another audience", forger.with_claim("aud", json!("https://elsewhere.example.it/v1"))),
        ("another issuer", forger.with_claim("iss", json!("https://elsewhere.example.it"))),
        ("over", forger.with_claim("exp", json!(now - 61))),
        ("not yet", forger.with_claim("nbf", json!(now + 61))),
        ("from the future", forger.with_claim("iat", json!(now + 61))),
        ("endless", forger.without_claim("exp")),
        ("without issuer", forger.without_claim("iss")),
        ("without audience", forger.without_claim("aud")),
        ("without client", forger.without_claim("client_id")),
        ("another subject", forger.with_claim("sub", json!(seeded.for_b.id.to_string()))),
        ("a claim twice", forger.signed(&forger.header(), &twice)),
        ("an end that is text", forger.with_claim("exp", json!("never"))),
        ("an end beyond numbers", forger.with_claim("exp", json!(1e300))),
        ("an institution that is not the client's", forger.with_claim("institution", json!(seeded.b.id.to_string()))),
        ("an institution that is not", forger.with_claim("institution", json!(Uuid::new_v4().to_string()))),
        ("no claims", forger.signed(&forger.header(), "[]")),
        ("no JSON", forger.signed(&forger.header(), "claims")),
    ]
}

pub(crate) async fn no_forged_token_opens_anything_and_all_are_refused_in_one_shape(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let forger = Forger::new(&gateway, &seeded).await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let canary = listener.local_addr().unwrap().to_string();
    let jwks = gateway.gateway.keys().public_jwks();
    let good = forger.signed(&forger.header(), &forger.claims.to_string());
    gateway.ask(Ask::get("/v1/services").token(&good)).await.is(200);

    let mut forged = by_algorithm(&forger, &jwks["keys"][0]);
    forged.extend(by_header(&forger, &canary));
    forged.extend(by_claim(&forger, &seeded, gateway.world.now().datetime().timestamp()));
    let hint = gateway.gateway.keys().sign_return_token(&forger.claims, gateway.world.now()).unwrap();
    forged.push(("a return token", hint));
    forged.push(("dots", "..".to_owned()));
    forged.push(("a token with a tail", format!("{good}.x")));
    forged.push(("a token without end", "a".repeat(100_000)));
    forged.push(("padding", format!("{good}==")));

    let mut shape = None;
    for (name, token) in forged {
        let seen = gateway.ask(Ask::get("/v1/services").token(&token)).await;
        assert_eq!((seen.status, seen.code().as_str()), (401, "invalid_token"), "{name}: {}", seen.text());
        assert_eq!(seen.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{name}");
        let body = seen.without_instance();
        assert_eq!(*shape.get_or_insert_with(|| body.clone()), body, "{name}");
    }
    let twice = Ask::get("/v1/services").token(&good).token(&good);
    gateway.ask(twice).await.is_problem(401, "invalid_token");
    // What is no bearer token is no token at all (RFC 6750, 3).
    for other in ["Basic eDp5", "Bearer", "Bearer ", good.as_str()] {
        let seen = gateway.ask(Ask::get("/v1/services").header("Authorization", other)).await;
        seen.is_problem(401, "unauthenticated");
        assert_eq!(seen.header("www-authenticate"), Some("Bearer"));
    }
    assert!(listener.accept().is_err(), "something was fetched");
}

pub(crate) async fn clocks_may_differ_by_a_minute_and_no_more(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    for (seconds, status) in [(0, 200), (-60, 200), (-1, 401), (61 + 900 + 59, 200), (1, 401)] {
        gateway.world.pass(seconds);
        let seen = gateway.ask(Ask::get("/v1/services").token(&token)).await;
        assert_eq!(seen.status, status, "after {seconds} s more");
    }
}
