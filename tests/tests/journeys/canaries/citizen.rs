// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen's payment through Checkout: the address of the session, the key of Checkout, the token of the return.

use serde_json::{Value, json};
use tramite_tests::api::notice;
use tramite_tests::node;
use tramite_tests::town::Town;
use uuid::Uuid;

use super::people::{link_token, position, session};
use super::receiver::Receiver;
use super::{Search, addressee_of, reads, soap};

pub(super) const INSTITUTION: &str = "comune-perugia";

/// The secrets that the demonstration has told.
pub(super) fn told(search: &mut Search, town: &Town) {
    search.secrets.add("secret of the operator", &town.text("/operator/client_secret"));
    for (number, client) in town.told["clients"].as_array().unwrap().iter().enumerate() {
        search.secrets.add(&format!("secret of client {number}"), client["client_secret"].as_str().unwrap());
    }
    let key = std::fs::read(town.master_key()).unwrap();
    let text = String::from_utf8(key.clone()).ok().map(|text| text.trim().to_owned()).filter(|text| text.is_ascii());
    search.secrets.add("master key", &text.unwrap_or_else(|| data_encoding::HEXLOWER.encode(&key)));
}

fn token_of(location: &str) -> String {
    let found = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("tramite_token="));
    found.unwrap_or_else(|| panic!("no token in {location}")).to_owned()
}

pub(super) async fn pays(search: &mut Search, town: &Town, url: &str) -> Receiver {
    let api = town.api_at(url, INSTITUTION).await;
    search.secrets.add_token("token of the portal", api.token());
    let receiver = Receiver::registered(search, town, url).await;
    let made = api.post("/v1/debt-positions", &position("C-1")).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let begun = api.post("/v1/checkout-sessions", &session(&made.body, "http://127.0.0.1:8091/esito")).await;
    assert_eq!(begun.status, 201, "{}", begun.body);
    let token = link_token(&begun.body).to_owned();
    search.secrets.add("token of a session's address", &token);
    // From here to Checkout, and from there back to us and on to the portal; the demonstration names its own address.
    let here = |address: &str| address.replace(&town.gateway(), url);
    let to_checkout = leads_to(search, &here(begun.body["url"].as_str().unwrap())).await;
    let cart = to_checkout.split("/checkout/").nth(1).and_then(|rest| rest.split('?').next()).unwrap();
    let outcome = format!("{}/sandbox/v1/carts/{cart}/outcome", town.sandbox());
    let ended = search.ask(search.http.post(outcome).json(&json!({"outcome": "pay"}))).await.json();
    let portal = leads_to(search, &here(ended["return_url"].as_str().unwrap())).await;
    let hint = token_of(&portal);
    search.secrets.add_token("token of the return", &hint);
    let path = format!("{url}/v1/checkout-sessions/{}", begun.body["id"].as_str().unwrap());
    search.refused("a return token as a bearer", search.http.get(&path).bearer_auth(&hint)).await;
    search.refused("a return token in a query", search.http.get(format!("{path}?token={hint}"))).await;
    let after: Value = search.ask(search.http.get(&path).bearer_auth(api.token())).await.json();
    assert_eq!(after["status"], "completed", "{after}");
    // A receipt that names the payer, for the log of this process too.
    let other = api.post("/v1/debt-positions", &position("C-2")).await.body;
    let message = soap::receipt(&addressee_of(town, INSTITUTION), notice(&other), &Uuid::new_v4().to_string(), "10.00");
    node::pay(url, message).await;
    receiver.was_told(search, &other).await;
    reads::everything(search, url, api.token()).await;
    receiver
}

/// Where an address leads, without going there.
async fn leads_to(search: &Search, address: &str) -> String {
    let shown = search.ask(search.http.get(address)).await;
    assert_eq!(shown.status, 303, "{}", shown.text);
    let location = shown.headers["location"].to_str().unwrap().to_owned();
    search.people.none_within("where it leads", location.as_bytes());
    search.secrets.none_within("where it leads", location.as_bytes());
    location
}
