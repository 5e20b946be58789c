// SPDX-License-Identifier: AGPL-3.0-or-later
//! Somebody who owes and somebody who pays, used as an institution's portal uses them. Nobody has these names and codes.

use serde_json::{Value, json};
use tramite_tests::canary::Canaries;
use uuid::Uuid;

use super::Search;
use super::registry::Registry;

pub(crate) const DEBTOR_TAX_CODE: &str = "CNRGLL61A01Z999K";
pub(crate) const DEBTOR_NAME: &str = "Canarino Debitore";
pub(crate) const DEBTOR_EMAIL: &str = "canarino.debitore@example.org";
pub(crate) const DEBTOR_STREET: &str = "Vicolo del Canarino";
pub(crate) const PAYER_TAX_CODE: &str = "PGTCNR62B02Z999E";
pub(crate) const PAYER_NAME: &str = "Canarino Pagatore";
pub(crate) const PAYER_EMAIL: &str = "canarino.pagatore@example.org";
/// Whose draft is removed again.
const GONE_TAX_CODE: &str = "RFTCNR63C03Z999Q";
const GONE_NAME: &str = "Canarino Rimosso";
const GONE_EMAIL: &str = "canarino.rimosso@example.org";
/// An account of theirs.
pub(crate) const IBAN: &str = "IT52L0542811101000000777777";
/// The same for all of them, so that a search has to look for one key only.
const KEY: &str = "canary-idempotency-key-77c1";

pub(super) fn canaries() -> Canaries {
    let mut people = Canaries::default();
    for (name, value) in [
        ("debtor's tax code", DEBTOR_TAX_CODE),
        ("debtor's name", DEBTOR_NAME),
        ("debtor's e-mail", DEBTOR_EMAIL),
        ("debtor's street", DEBTOR_STREET),
        ("payer's tax code", PAYER_TAX_CODE),
        ("payer's name", PAYER_NAME),
        ("payer's e-mail", PAYER_EMAIL),
        ("account", IBAN),
    ] {
        people.add(name, value);
    }
    people
}

/// A debt position of the canary.
pub(crate) fn position(external_id: &str) -> Value {
    json!({
        "external_id": external_id, "service_code": "MULTE", "amount": 1_000,
        "debtor": {
            "type": "natural_person", "tax_code": DEBTOR_TAX_CODE, "full_name": DEBTOR_NAME, "email": DEBTOR_EMAIL,
            "address": {"street": DEBTOR_STREET, "number": "7", "postal_code": "06121", "city": "Perugia", "province": "PG", "country": "IT"}
        }
    })
}

/// A session in which the canary pays a position.
pub(crate) fn session(position: &Value, return_url: &str) -> Value {
    json!({
        "client_reference": "canary", "line_items": [{"debt_position_id": position["id"]}], "return_url": return_url,
        "payer": {"tax_code": PAYER_TAX_CODE, "full_name": PAYER_NAME, "email": PAYER_EMAIL}
    })
}

/// The token in the address of a session.
pub(crate) fn link_token(session: &Value) -> &str {
    session["url"].as_str().and_then(|url| url.rsplit('/').next()).unwrap()
}

/// Makes, finds, changes, removes and begins to pay; gives the position that can be paid.
pub(super) async fn used(search: &mut Search, url: &str, registry: &Registry) -> Value {
    search.secrets.add("Idempotency-Key", KEY);
    let positions = format!("{url}/v1/debt-positions");
    let post = |search: &Search, path: &str, body: &Value, key: &str| {
        search.http.post(path).bearer_auth(&registry.token).header("Idempotency-Key", key).json(body)
    };
    let made = search.given("a position", post(search, &positions, &position("C-1"), KEY)).await.json();
    let again = search.given("its replay", post(search, &positions, &position("C-1"), KEY)).await;
    assert!(again.headers.contains_key("idempotent-replayed"));
    let other = post(search, &positions, &position("C-2"), KEY);
    assert_eq!(search.refused("the key for another body", other).await.status, 422);
    let path = format!("{positions}/{}", made["id"].as_str().unwrap());
    let new = search.http.put(&path).bearer_auth(&registry.token).json(&position("C-1"));
    search.given("new terms", new).await;
    let sought = json!({"debtor_tax_code": DEBTOR_TAX_CODE});
    search.given("a search", post(search, &format!("{positions}/search"), &sought, "-")).await;
    // A draft, and what is left of it.
    let mut draft = position("C-DRAFT");
    draft["publish"] = json!(false);
    for (field, value) in [("tax_code", GONE_TAX_CODE), ("full_name", GONE_NAME), ("email", GONE_EMAIL)] {
        draft["debtor"][field] = json!(value);
        search.gone.add(field, value);
    }
    let key = Uuid::new_v4().to_string();
    let made_draft = search.given("a draft", post(search, &positions, &draft, &key)).await.json();
    let gone = format!("{positions}/{}", made_draft["id"].as_str().unwrap());
    search.given("its end", search.http.delete(&gone).bearer_auth(&registry.token)).await;
    search.refused("what is gone", search.http.get(&gone).bearer_auth(&registry.token)).await;
    let again = search.refused("its replay", post(search, &positions, &draft, &key)).await;
    assert_eq!(again.status, 404, "{}", again.text);
    search.gone.none_within("the replay of what is gone", &again.bytes());
    // A session. Its address is for the citizen alone, and only looked at: in production a visit leaves this machine.
    let wanted = session(&made, "https://portale.example.it/esito");
    let sessions = format!("{url}/v1/checkout-sessions");
    let begun = search.ask(post(search, &sessions, &wanted, "canary-session-key")).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    let begun = begun.json();
    search.secrets.add("token of a session's address", link_token(&begun));
    let replayed = search.ask(post(search, &sessions, &wanted, "canary-session-key")).await.json();
    assert_eq!(replayed["url"], begun["url"], "a replay gives the same address");
    let token = link_token(&begun).to_owned();
    search.given("a look at the address", search.http.head(format!("{url}/s/{token}"))).await;
    for wrong in [format!("{token}x"), format!("{token}/{token}"), token.chars().rev().collect()] {
        search.refused("a wrong address", search.http.head(format!("{url}/s/{wrong}"))).await;
        search.refused("a wrong address", search.http.get(format!("{url}/s/{wrong}"))).await;
        search.refused("a wrong address", search.http.post(format!("{url}/s/{wrong}"))).await;
    }
    made
}
