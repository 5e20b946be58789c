// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tokens of others: an identity provider, and PDND with its vouchers (reliability.md 28).

use std::num::NonZeroU32;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tramite_domain::client_key::published;
use tramite_domain::given::World;
use tramite_domain::trusted_issuer::PublishedKey;
use tramite_testkit::{Database, Signer};
use uuid::Uuid;

use crate::support::seed::Seeded;
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

const ISSUER: &str = "https://idp.example.it";
const ESERVICE: &str = "b8c6a9d6-15f8-4f0e-9f4e-0a4c9ad0f6f1";
const PRODUCER: &str = "6b16be70-9230-4209-bd1f-7e5ae0eed289";
const DESCRIPTOR: &str = "9d2c3a5e-3c0f-4a1e-8a53-7d3f5f1f3e11";
const PURPOSE: &str = "1b361d49-33f4-4f1e-a88b-4e12661f2300";
const CALLER: &str = "e58035ce-c753-4f72-b613-46f8a17b71cc";
pub(crate) const DPOP: &str = "DPoP error=\"invalid_token\", algs=\"ES256 RS256 PS256\"";

/// An issuer, and whoever runs the platform.
pub(crate) struct Place<'a> {
    gateway: &'a TestGateway,
    seeded: &'a Seeded,
    operator: String,
    pub(crate) key: Signer,
}

impl<'a> Place<'a> {
    pub(crate) async fn new(gateway: &'a TestGateway, seeded: &'a Seeded) -> Self {
        Self { gateway, seeded, operator: gateway.token(&seeded.operator).await, key: Signer::rs256("uno") }
    }

    /// An issuer one of whose callers is the client that acts for both, at A, to read services.
    pub(crate) fn issuer(&self, claim: &str, value: &str) -> Value {
        json!({
            "issuer": ISSUER, "kind": "oidc", "jwks_url": format!("{ISSUER}/keys"), "audience": format!("{PUBLIC_URL}/v1"),
            "algorithms": ["RS256"], "types": ["at+jwt", "JWT"],
            "callers": [{"claim": claim, "value": value, "client_id": self.seeded.for_both.id.to_string(),
                "institution_id": self.seeded.a.id.to_string(), "scopes": ["services:read", "receipts:read"]}],
        })
    }

    fn pdnd(&self) -> Value {
        let mut issuer = self.issuer("purposeId", PURPOSE);
        issuer["kind"] = json!("pdnd");
        issuer["eservice"] = json!({"eservice_id": ESERVICE, "producer_id": PRODUCER, "descriptor_ids": [DESCRIPTOR]});
        issuer
    }

    pub(crate) async fn add(&self, issuer: &Value) -> Seen {
        let key = Uuid::new_v4().to_string();
        self.gateway.ask(Ask::post("/v1/trusted-issuers").token(&self.operator).json(issuer).key(&key)).await
    }

    /// What the worker does.
    pub(crate) async fn fetch(&self, keys: &[&Signer]) {
        let system = self.gateway.gateway.store().system();
        let read = |key: &&Signer| {
            let jwk = key.jwk();
            let texts = jwk.as_object().unwrap().iter();
            let members = texts.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
            let (kid, public) = published(&members).unwrap();
            PublishedKey { kid, public }
        };
        let (issuer, _) = system.trusted_issuers().await.unwrap().remove(0);
        let keys = keys.iter().map(read).collect();
        system.keep_issuer_keys(issuer.id, issuer.terms, keys, self.gateway.world.now()).await.unwrap();
    }

    pub(crate) fn now(&self) -> i64 {
        self.gateway.world.now().datetime().timestamp()
    }

    pub(crate) fn claims(&self) -> Value {
        let now = self.now();
        json!({"iss": ISSUER, "aud": format!("{PUBLIC_URL}/v1"), "sub": "portale", "iat": now, "exp": now + 600})
    }

    fn voucher(&self) -> Value {
        let mut claims = self.claims();
        let told = json!({
            "sub": CALLER, "client_id": CALLER, "purposeId": PURPOSE, "producerId": PRODUCER, "eserviceId": ESERVICE,
            "descriptorId": DESCRIPTOR, "jti": Uuid::new_v4().to_string(), "nbf": self.now(),
        });
        for (name, value) in told.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    async fn shows(&self, token: &str) -> Seen {
        self.gateway.ask(Ask::get("/v1/services").token(token)).await
    }
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

pub(crate) fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

pub(crate) async fn a_token_of_a_trusted_issuer_is_its_client_within_the_delegation(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    let issuer = place.issuer("sub", "portale");
    let good = place.key.token("at+jwt", &place.claims());
    place.shows(&good).await.is_problem(401, "invalid_token");
    let made = place.add(&issuer).await;
    let path = format!("/v1/trusted-issuers/{}", made.is(201).json()["id"].as_str().unwrap());
    place.shows(&good).await.is_problem(401, "invalid_token");
    place.fetch(&[&place.key]).await;
    gateway.world.pass(6);
    place.shows(&good).await.is(200);
    // What it may do is what the issuer's caller may, and of that what is delegated; the institution is not its choice.
    gateway.ask(Ask::get("/v1/receipts").token(&good).header("X-Institution", "comune-b")).await.is(200);
    gateway.ask(Ask::get("/v1/debt-positions").token(&good)).await.is_problem(403, "insufficient_scope");
    gateway.ask(Ask::get("/v1/clients").token(&good)).await.is_problem(403, "insufficient_scope");
    let narrow = json!({"scopes": ["services:read"], "status": "active"});
    let delegation = format!("/v1/clients/{}/delegations/{}", seeded.for_both.id, seeded.a.id);
    gateway.ask(Ask::put(&delegation).token(&place.operator).json(&narrow)).await.is(200);
    gateway.ask(Ask::get("/v1/receipts").token(&good)).await.is_problem(403, "insufficient_scope");
    place.shows(&good).await.is(200);

    let claims = place.claims();
    let now = place.now();
    let several = json!(["https://elsewhere.example.it", format!("{PUBLIC_URL}/v1")]);
    place.shows(&place.key.token("JWT", &with(&claims, "aud", several))).await.is(200);
    let stranger = Signer::rs256("uno");
    let point = Signer::es256("due");
    place.fetch(&[&place.key, &point]).await;
    gateway.world.pass(6);
    let mut shape = None;
    for (name, token) in [
        ("another key", stranger.token("at+jwt", &claims)),
        ("a key that may not sign", point.token("at+jwt", &claims)),
        ("another caller", place.key.token("at+jwt", &with(&claims, "sub", json!("altro")))),
        ("no caller", place.key.token("at+jwt", &without(&claims, "sub"))),
        ("another issuer", place.key.token("at+jwt", &with(&claims, "iss", json!("https://elsewhere.example.it")))),
        ("our own name", place.key.token("at+jwt", &with(&claims, "iss", json!(PUBLIC_URL)))),
        ("another audience", place.key.token("at+jwt", &with(&claims, "aud", json!(PUBLIC_URL)))),
        ("no audience", place.key.token("at+jwt", &without(&claims, "aud"))),
        ("no end", place.key.token("at+jwt", &without(&claims, "exp"))),
        ("an end in two days", place.key.token("at+jwt", &with(&claims, "exp", json!(now + 172_800)))),
        ("over", place.key.token("at+jwt", &with(&claims, "exp", json!(now - 61)))),
        ("not yet", place.key.token("at+jwt", &with(&claims, "nbf", json!(now + 120)))),
        ("another type", place.key.token("dpop+jwt", &claims)),
        ("bound to a certificate", place.key.token("at+jwt", &with(&claims, "cnf", json!({"x5t#S256": "AA"})))),
    ] {
        let seen = place.shows(&token).await;
        assert_eq!((seen.status, seen.code().as_str()), (401, "invalid_token"), "{name}: {}", seen.text());
        assert_eq!(seen.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{name}");
        assert_eq!(*shape.get_or_insert_with(|| seen.without_instance()), seen.without_instance(), "{name}");
    }
    // A caller that is left out is nobody any more, and so is everybody of an issuer that is switched off.
    for change in [with(&issuer, "callers", json!([])), with(&issuer, "enabled", json!(false))] {
        gateway.ask(Ask::put(&path).token(&place.operator).json(&change)).await.is(200);
        place.shows(&good).await.is_problem(401, "invalid_token");
        gateway.ask(Ask::put(&path).token(&place.operator).json(&issuer)).await.is(200);
        place.shows(&good).await.is(200);
    }
    // Another process knows within a minute.
    let twin = gateway.twin().await;
    twin.ask(Ask::get("/v1/services").token(&good)).await.is(200);
    let ended = json!({"scopes": ["services:read"], "status": "ended"});
    gateway.ask(Ask::put(&delegation).token(&place.operator).json(&ended)).await.is(200);
    place.shows(&good).await.is_problem(401, "invalid_token");
    gateway.world.pass(60);
    twin.ask(Ask::get("/v1/services").token(&good)).await.is_problem(401, "invalid_token");
}

pub(crate) async fn what_is_said_of_an_issuer_is_checked(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    let good = place.issuer("sub", "portale");
    let caller = |name: &str, value: Value| {
        let mut issuer = good.clone();
        issuer["callers"][0][name] = value;
        issuer
    };
    let twice = with(&good, "callers", json!([good["callers"][0], good["callers"][0]]));
    for (wrong, pointer, code) in [
        (with(&good, "jwks_url", json!("https://10.0.0.1/keys")), "/jwks_url", "address_not_allowed"),
        (with(&good, "jwks_url", json!("http://idp.example.it/keys")), "/jwks_url", "address_not_allowed"),
        (with(&good, "jwks_url", json!("https://idp.example.it:22/keys")), "/jwks_url", "address_not_allowed"),
        (with(&good, "issuer", json!(PUBLIC_URL)), "/issuer", "not_allowed"),
        (with(&good, "algorithms", json!(["HS256"])), "/algorithms/0", "unknown_value"),
        (with(&good, "algorithms", json!(["none"])), "/algorithms/0", "unknown_value"),
        (with(&good, "kind", json!("pdnd")), "/eservice", "required"),
        (with(&place.pdnd(), "kind", json!("oidc")), "/eservice", "not_allowed"),
        (caller("scopes", json!(["platform:read"])), "/callers/0/scopes", "not_delegable"),
        (caller("client_id", json!(Uuid::new_v4().to_string())), "/callers/0/client_id", "unknown_client"),
        (caller("client_id", json!(seeded.operator.id.to_string())), "/callers/0/client_id", "unknown_client"),
        (
            caller("institution_id", json!(Uuid::new_v4().to_string())),
            "/callers/0/institution_id",
            "unknown_institution",
        ),
        (caller("claim", json!("email")), "/callers/0/claim", "unknown_value"),
        (twice, "/callers/1/value", "repeated_item"),
    ] {
        let seen = place.add(&wrong).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults(), [(pointer.to_owned(), code.to_owned())], "{}", seen.text());
    }
    place.add(&good).await.is(201);
    place.add(&good).await.is_problem(409, "trusted_issuer_taken");
    let listed = gateway.ask(Ask::get("/v1/trusted-issuers").token(&place.operator)).await.json();
    assert_eq!((&listed["items"][0]["issuer"], &listed["items"][0]["key_ids"]), (&json!(ISSUER), &json!([])));
}

pub(crate) async fn a_voucher_is_for_one_e_service_and_one_purpose(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    place.add(&place.pdnd()).await.is(201);
    place.fetch(&[&place.key]).await;
    let good = place.voucher();
    place.shows(&place.key.token("at+jwt", &good)).await.is(200);
    let other = || json!(Uuid::new_v4().to_string());
    let mut wrong: Vec<(String, Value)> = ["purposeId", "producerId", "eserviceId", "descriptorId"]
        .map(|name| (format!("another {name}"), with(&good, name, other())))
        .into();
    wrong.extend(
        ["purposeId", "producerId", "eserviceId", "descriptorId", "client_id", "jti", "iat", "exp", "aud", "iss"]
            .map(|name| (format!("no {name}"), without(&good, name))),
    );
    for (name, claims) in wrong {
        let seen = place.shows(&place.key.token("at+jwt", &claims)).await;
        assert_eq!((seen.status, seen.code().as_str()), (401, "invalid_token"), "{name}");
    }
}

/// A proof for a request.
pub(crate) fn proof(key: &Signer, token: &str, now: i64, change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let mut header = json!({"typ": "dpop+jwt", "alg": key.algorithm(), "jwk": key.jwk()});
    let mut claims = json!({
        "jti": Uuid::new_v4().to_string(), "htm": "GET", "htu": format!("{PUBLIC_URL}/v1/services"), "iat": now,
        "ath": BASE64URL_NOPAD.encode(&Sha256::digest(token.as_bytes())),
    });
    change(&mut header, &mut claims);
    key.sign(&header, &claims.to_string())
}

pub(crate) fn thumbprint(key: &Signer) -> String {
    let jwk = key.jwk();
    let text = |name: &str| jwk[name].as_str().unwrap().to_owned();
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y"));
    BASE64URL_NOPAD.encode(&Sha256::digest(members.as_bytes()))
}

pub(crate) async fn a_voucher_that_is_bound_to_a_key_is_its_owners_alone(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    place.add(&place.pdnd()).await.is(201);
    place.fetch(&[&place.key]).await;
    let (own, stranger) = (Signer::es256("mia"), Signer::es256("mia"));
    let bound = with(&place.voucher(), "cnf", json!({"jkt": thumbprint(&own)}));
    let token = place.key.token("at+jwt", &bound);
    let now = place.now();
    let twin = gateway.twin().await;
    let shows = |proof: &str| {
        Ask::get("/v1/services").header("Authorization", format!("DPoP {token}")).header("DPoP", proof.to_owned())
    };
    let good = |key: &Signer| proof(key, &token, now, |_, _| ());
    let first = good(&own);
    gateway.ask(shows(&first)).await.is(200);
    for process in [&gateway, &twin] {
        let again = process.ask(shows(&first)).await;
        again.is_problem(401, "invalid_token");
        assert_eq!(again.header("www-authenticate"), Some(DPOP));
    }
    twin.ask(shows(&good(&own))).await.is(200);
    // Shown by whoever has it, it is refused with what it wants.
    let plain = place.shows(&token).await;
    plain.is_problem(401, "invalid_token");
    assert_eq!(plain.header("www-authenticate"), Some(DPOP));
    type Change = fn(&mut Value, &mut Value);
    let changes: [(&str, Change); 14] = [
        ("another method", |_, claims| claims["htm"] = json!("POST")),
        ("another address", |_, claims| claims["htu"] = json!(format!("{PUBLIC_URL}/v1/receipts"))),
        ("another host", |_, claims| claims["htu"] = json!("https://elsewhere.example.it/v1/services")),
        ("no address", |_, claims| *claims = without(claims, "htu")),
        ("another token", |_, claims| claims["ath"] = json!("AAAA")),
        ("no token", |_, claims| *claims = without(claims, "ath")),
        ("an old one", |_, claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() - 61)),
        ("of the future", |_, claims| claims["iat"] = json!(claims["iat"].as_i64().unwrap() + 61)),
        ("no instant", |_, claims| *claims = without(claims, "iat")),
        ("no id", |_, claims| *claims = without(claims, "jti")),
        ("another type", |header, _| header["typ"] = json!("JWT")),
        ("no key", |header, _| *header = without(header, "jwk")),
        ("a private key", |header, _| header["jwk"]["d"] = json!("AAAA")),
        ("none", |header, _| header["alg"] = json!("none")),
    ];
    for (name, change) in changes {
        let seen = gateway.ask(shows(&proof(&own, &token, now, change))).await;
        assert_eq!((seen.status, seen.code().as_str()), (401, "invalid_token"), "{name}");
        assert_eq!(seen.header("www-authenticate"), Some(DPOP), "{name}");
    }
    gateway.ask(shows(&good(&stranger))).await.is_problem(401, "invalid_token");
    let twice = shows(&good(&own)).header("DPoP", good(&own));
    gateway.ask(twice).await.is_problem(401, "invalid_token");
    // What is bound to nothing is shown as it is, our own tokens too.
    let unbound = place.key.token("at+jwt", &place.voucher());
    for token in [unbound, gateway.token(&seeded.for_a).await] {
        let header = format!("DPoP {token}");
        let seen = Ask::get("/v1/services").header("Authorization", header).header("DPoP", good(&own));
        gateway.ask(seen).await.is_problem(401, "invalid_token");
    }
    let queried = format!("{PUBLIC_URL}/v1/services");
    let asked = proof(&own, &token, now, |_, claims| claims["htu"] = json!(queried));
    let limited = Ask::get("/v1/services?limit=1").header("Authorization", format!("dpop {token}"));
    gateway.ask(limited.header("DPoP", asked)).await.is(200);
}

pub(crate) async fn a_proof_is_remembered_only_of_who_is_known_and_served(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.client_per_second = NonZeroU32::MIN;
        settings.limits.client_burst = NonZeroU32::new(4).unwrap();
    })
    .await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    place.add(&place.pdnd()).await.is(201);
    place.fetch(&[&place.key]).await;
    let own = Signer::es256("mia");
    let bound = with(&place.voucher(), "cnf", json!({"jkt": thumbprint(&own)}));
    let shown = async |claims: &Value| {
        let token = place.key.token("at+jwt", claims);
        let proof = proof(&own, &token, place.now(), |_, _| ());
        let ask = Ask::get("/v1/services").header("Authorization", format!("DPoP {token}"));
        gateway.ask(ask.header("DPoP", proof)).await
    };
    let remembered = async || {
        let later = gateway.world.now().plus_hours(1);
        gateway.gateway.store().system().forget_used_tokens(later, 100).await.unwrap()
    };
    let nobody = with(&bound, "purposeId", json!(Uuid::new_v4().to_string()));
    shown(&nobody).await.is_problem(401, "invalid_token");
    assert_eq!(remembered().await, 0);
    // Who has seen a proof and shows it again spends nothing of its owner's.
    let token = place.key.token("at+jwt", &bound);
    let seen = proof(&own, &token, place.now(), |_, _| ());
    let shows = || Ask::get("/v1/services").header("Authorization", format!("DPoP {token}"));
    for status in [200, 401, 401, 401, 401, 401] {
        gateway.ask(shows().header("DPoP", seen.clone())).await.is(status);
    }
    assert_eq!(remembered().await, 1);
    // However many of them are served, for a bucket fills again: no other is written down.
    let mut served = 0;
    for _ in 0..6 {
        served += usize::from(shown(&bound).await.status == 200);
    }
    assert!(served >= 3, "{served}");
    assert_eq!(remembered().await, served);
}

pub(crate) async fn keys_serve_for_a_day_and_another_one_is_wanted_once_a_minute(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let place = Place::new(&gateway, &seeded).await;
    place.add(&place.issuer("sub", "portale")).await.is(201);
    let system = gateway.gateway.store().system();
    let due = async || system.claim_due_keys(gateway.world.now()).await.unwrap().len();
    assert_eq!(due().await, 1);
    place.fetch(&[&place.key]).await;
    place.shows(&place.key.token("at+jwt", &place.claims())).await.is(200);
    // A new key is known once the worker has fetched it, because a token named it.
    let next = Signer::rs256("due");
    gateway.world.pass(60);
    assert_eq!(due().await, 0);
    for _ in 0..3 {
        place.shows(&next.token("at+jwt", &place.claims())).await.is_problem(401, "invalid_token");
    }
    assert_eq!(due().await, 1);
    place.shows(&next.token("at+jwt", &place.claims())).await.is_problem(401, "invalid_token");
    place.fetch(&[&next]).await;
    gateway.world.pass(6);
    place.shows(&next.token("at+jwt", &place.claims())).await.is(200);
    place.shows(&place.key.token("at+jwt", &place.claims())).await.is_problem(401, "invalid_token");
    // Nobody answers: what was fetched serves for a day.
    gateway.world.pass(86_400 - 60);
    place.shows(&next.token("at+jwt", &place.claims())).await.is(200);
    gateway.world.pass(60);
    place.shows(&next.token("at+jwt", &place.claims())).await.is_problem(401, "invalid_token");
}
