// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen comes back from Checkout and is sent on to the portal, with a signed hint that is never the truth.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use tramite_testkit::Database;
use url::Url;

use crate::support::checkout::Checkout;
use crate::support::made::debt_position;
use crate::support::portal::{Portal, holds, text};
use crate::support::{Ask, PUBLIC_URL, Seen, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";
const BACK: &str = "https://portale.example.it/esito?pratica=1";

struct Journey {
    gateway: TestGateway,
    checkout: Checkout,
}

impl Journey {
    async fn new(database: &Database) -> Self {
        let checkout = Checkout::start();
        let client = checkout.client();
        let gateway = TestGateway::with(database, |settings| settings.checkout = Some(client)).await;
        Self { gateway, checkout }
    }

    /// A session whose citizen is at Checkout, and the path of its address.
    async fn at_checkout(&self, portal: &Portal<'_>, external_id: &str, more: Value) -> (Value, String) {
        let mut body = json!({"line_items": [{"debt_position": debt_position(external_id)}], "return_url": BACK});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = portal.make(SESSIONS, &body).await;
        let path = text(&made, "/url").strip_prefix(PUBLIC_URL).unwrap().to_owned();
        let page = self.checkout.page(self.checkout.carts().len() + 1);
        let sent = self.gateway.ask(Ask::get(&path)).await;
        assert_eq!((sent.status, sent.header("location")), (303, Some(page.as_str())), "{}", sent.text());
        (made, path)
    }

    async fn comes_back(&self, path: &str, kind: &str) -> Seen {
        self.gateway.ask(Ask::get(format!("{path}/return/{kind}"))).await
    }

    /// The keys that the world reads.
    async fn keys(&self) -> Vec<Value> {
        let published = self.gateway.ask(Ask::get("/.well-known/jwks.json")).await.is(200).json();
        published["keys"].as_array().unwrap().clone()
    }
}

/// What stands in the query of the address that a citizen is sent to.
#[track_caller]
fn sent_to(seen: &Seen) -> (Url, Vec<(String, String)>) {
    assert_eq!((seen.status, seen.header("referrer-policy")), (303, Some("no-referrer")), "{}", seen.text());
    let mut url = Url::parse(seen.header("location").unwrap()).unwrap();
    let query = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url, query)
}

fn named<'a>(query: &'a [(String, String)], name: &str) -> &'a str {
    &query.iter().find(|(key, _)| key == name).unwrap().1
}

/// The claims of a return token as a portal reads them: our published key, our type, its own audience.
fn read(token: &str, keys: &[Value], audience: &str) -> Result<Value, jsonwebtoken::errors::Error> {
    let header = decode_header(token)?;
    assert_eq!(header.typ.as_deref(), Some("checkout-return+jwt"));
    let key = keys.iter().find(|key| key["kid"].as_str() == header.kid.as_deref()).unwrap();
    let key = DecodingKey::from_ec_components(&text(key, "/x"), &text(key, "/y"))?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[PUBLIC_URL]);
    // The tests' clock is not this machine's: the claim is compared below.
    validation.validate_exp = false;
    decode::<Value>(token, &key, &validation).map(|data| data.claims)
}

pub(crate) async fn each_return_carries_a_signed_hint_that_the_portal_can_check(database: Database) {
    let journey = Journey::new(&database).await;
    let seeded = journey.gateway.seed().await;
    let portal = journey.gateway.portal(&seeded.for_a);
    let (keys, client) = (journey.keys().await, seeded.for_a.id.to_string());
    let more = json!({"state": "af0i fjs&ldkj=", "cancel_url": "https://portale.example.it/annullato"});
    for (kind, hint, path, status, reason) in [
        ("ok", "pending", "/esito", "processing", "waiting_for_receipt"),
        ("waiting", "pending", "/esito", "processing", "waiting_for_receipt"),
        ("error", "failed", "/esito", "redirected", "payment_refused"),
        ("cancel", "cancelled", "/annullato", "redirected", "payer_gave_up"),
    ] {
        let (made, address) = journey.at_checkout(&portal, kind, more.clone()).await;
        let id = text(&made, "/id");
        let (url, query) = sent_to(&journey.comes_back(&address, kind).await);
        assert_eq!((url.host_str(), url.path()), (Some("portale.example.it"), path));
        assert_eq!(query.iter().any(|(name, value)| name == "pratica" && value == "1"), path == "/esito");
        assert_eq!((named(&query, "tramite_session"), named(&query, "tramite_state")), (id.as_str(), "af0i fjs&ldkj="));
        let claims = read(named(&query, "tramite_token"), &keys, &client).unwrap();
        let now = claims["iat"].as_i64().unwrap();
        assert_eq!(
            claims,
            json!({"iss": PUBLIC_URL, "aud": client, "sub": id, "state": "af0i fjs&ldkj=", "status_hint": hint,
                "jti": claims["jti"], "iat": 1_788_249_600, "exp": now + 600})
        );
        let shown = portal.get(format!("{SESSIONS}/{id}")).await.is(200).json();
        holds(&shown, &json!({"status": status, "status_reason": reason, "is_final": false}));
    }
}

pub(crate) async fn the_hint_is_completed_only_once_the_receipt_is_there(database: Database) {
    let journey = Journey::new(&database).await;
    let seeded = journey.gateway.seed().await;
    let (portal, node) = (journey.gateway.portal(&seeded.for_a), journey.gateway.node());
    let (keys, client) = (journey.keys().await, seeded.for_a.id.to_string());
    let (made, address) = journey.at_checkout(&portal, "T-1", json!({})).await;
    let hint = |seen: &Seen| {
        let (_, query) = sent_to(seen);
        assert!(query.iter().all(|(name, _)| name != "tramite_state"), "no state was given");
        text(&read(named(&query, "tramite_token"), &keys, &client).unwrap(), "/status_hint")
    };
    assert_eq!(hint(&journey.comes_back(&address, "ok").await), "pending");
    let number = text(&made, "/line_items/0/notice_number");
    node.asks(&number, Some(&text(&journey.checkout.carts()[0], "/idCart"))).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    // Whatever Checkout says now, and without it, the receipt is what counts.
    for kind in ["ok", "error", "cancel", "waiting"] {
        assert_eq!(hint(&journey.comes_back(&address, kind).await), "completed", "{kind}");
    }
    assert_eq!(hint(&journey.gateway.ask(Ask::get(&address)).await), "completed");
    assert_eq!(journey.checkout.carts().len(), 1);
}

pub(crate) async fn a_return_token_is_worth_nothing_edited_or_here(database: Database) {
    let journey = Journey::new(&database).await;
    let seeded = journey.gateway.seed().await;
    let portal = journey.gateway.portal(&seeded.for_a);
    let (keys, client) = (journey.keys().await, seeded.for_a.id.to_string());
    let (_, address) = journey.at_checkout(&portal, "T-1", json!({})).await;
    let (_, query) = sent_to(&journey.comes_back(&address, "error").await);
    let token = named(&query, "tramite_token").to_owned();
    assert!(read(&token, &keys, &client).is_ok());
    assert!(read(&token, &keys, &seeded.for_b.id.to_string()).is_err(), "it is for one client");
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let claims = data_encoding::BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let better = String::from_utf8(claims).unwrap().replace("failed", "completed");
    parts[1] = data_encoding::BASE64URL_NOPAD.encode(better.as_bytes());
    assert!(read(&parts.join("."), &keys, &client).is_err());
    for token in [token.as_str(), &parts.join(".")] {
        journey.gateway.ask(Ask::get(SESSIONS).token(token)).await.is_problem(401, "invalid_token");
    }
}

pub(crate) async fn a_portal_that_wants_no_token_is_sent_none(database: Database) {
    let journey = Journey::new(&database).await;
    let seeded = journey.gateway.seed().await;
    let portal = journey.gateway.portal(&seeded.for_a);
    let (made, address) = journey.at_checkout(&portal, "T-1", json!({"return_mode": "bare", "state": "x"})).await;
    let seen = journey.comes_back(&address, "ok").await;
    assert_eq!((seen.status, seen.header("location")), (303, Some(BACK)));
    for wrong in ["maybe", "OK", "ok/ok", ""] {
        let seen = journey.comes_back(&address, wrong).await;
        assert_eq!((seen.status, seen.header("location")), (404, None), "{wrong}");
    }
    assert_eq!(portal.get(format!("{SESSIONS}/{}", text(&made, "/id"))).await.json()["status"], "processing");
}

pub(crate) async fn a_citizen_whose_portal_is_no_longer_allowed_ends_on_a_page_of_ours(database: Database) {
    let journey = Journey::new(&database).await;
    let seeded = journey.gateway.seed().await;
    let portal = journey.gateway.portal(&seeded.for_a);
    let (_, address) = journey.at_checkout(&portal, "T-1", json!({})).await;
    let operator = journey.gateway.token(&seeded.operator).await;
    let place = format!("/v1/clients/{}/delegations/{}", seeded.for_a.id, seeded.a.id);
    let terms = json!({"scopes": ["payments:write", "payments:read"], "return_origins": ["https://altro.example.it"],
        "status": "active"});
    journey.gateway.ask(Ask::put(place).token(&operator).json(&terms)).await.is(200);
    journey.gateway.world.pass(61);
    for (kind, words) in
        [("cancel", "Pagamento annullato"), ("error", "Pagamento non riuscito"), ("ok", "Pagamento in verifica")]
    {
        let seen = journey.comes_back(&address, kind).await;
        assert_eq!((seen.status, seen.header("location")), (200, None), "{}", seen.text());
        assert!(seen.text().contains(words) && !seen.text().contains("portale.example.it"), "{}", seen.text());
    }
}
