// SPDX-License-Identifier: AGPL-3.0-or-later
//! One payment, from a portal or from anywhere.

use reqwest::redirect::Policy;
use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, installment, notice, position};
use tramite_tests::town::Town;

const RETURN_URL: &str = "http://127.0.0.1:8091/esito";

async fn session(api: &Api) -> Value {
    let body = json!({
        "client_reference": "journey",
        "line_items": [{"debt_position": position("MULTE", 4_200)}],
        "return_url": RETURN_URL,
        "state": "a-state"
    });
    let came = api.post("/v1/checkout-sessions", &body).await;
    assert_eq!(came.status, 201, "{}", came.body);
    came.body
}

/// Where an address leads, without going there.
async fn leads_to(url: &str) -> String {
    let http = tramite_tests::http::builder().redirect(Policy::none()).build().unwrap();
    let answer = http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Opens the session's address as a citizen, and ends the cart at the simulated Checkout.
async fn citizen(town: &Town, session: &Value, outcome: &str) -> Option<String> {
    let checkout = leads_to(session["url"].as_str().unwrap()).await;
    let cart = checkout.split("/checkout/").nth(1).unwrap().split('?').next().unwrap();
    let address = format!("{}/sandbox/v1/carts/{cart}/outcome", town.sandbox());
    let ended: Value = tramite_tests::http::client()
        .post(address)
        .json(&json!({"outcome": outcome}))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    ended["return_url"].as_str().map(str::to_owned)
}

async fn at_sandbox(town: &Town, path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", town.sandbox());
    tramite_tests::http::client().post(url).json(body).send().await.unwrap().json().await.unwrap()
}

fn query(url: &str, name: &str) -> String {
    let found = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    found.unwrap_or_else(|| panic!("no {name} in {url}")).to_owned()
}

pub(crate) async fn completes(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let session = session(&api).await;
    let path = format!("/v1/checkout-sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(session["status"], "open");
    // Whoever only looks mints nothing.
    assert_eq!(
        tramite_tests::http::client().head(session["url"].as_str().unwrap()).send().await.unwrap().status(),
        200
    );
    assert_eq!(api.get(&path).await.body["status"], "open");
    let waiting = tokio::spawn({
        let (api, path) = (api.clone(), path.clone());
        async move { api.get(&format!("{path}?wait=25")).await.body }
    });
    let back = citizen(&town, &session, "pay").await.expect("Checkout sends the citizen back");
    assert_ne!(waiting.await.unwrap()["status"], "open", "who waits learns that the session moved");
    let portal = leads_to(&back).await;
    assert!(portal.starts_with(RETURN_URL), "{portal}");
    assert_eq!(query(&portal, "tramite_session"), session["id"].as_str().unwrap());
    assert_eq!(query(&portal, "tramite_state"), "a-state");
    // A return token is no access token.
    let token = query(&portal, "tramite_token");
    let as_bearer =
        tramite_tests::http::client().get(format!("{}/v1/services", town.gateway())).bearer_auth(token).send().await;
    assert_eq!(as_bearer.unwrap().status(), 401);
    let done = api.get(&path).await.body;
    assert_eq!(
        (&done["status"], &done["is_final"], &done["amount_paid"]),
        (&json!("completed"), &json!(true), &json!(4_200))
    );
    let item = &done["line_items"][0];
    assert_eq!((&item["status"], &item["anomalies"]), (&json!("paid"), &json!([])));
    let receipt = api.get(&format!("/v1/receipts/{}", item["receipt_id"].as_str().unwrap())).await.body;
    assert_eq!(
        (&receipt["amount"], &receipt["role"], &receipt["anomalies"]),
        (&json!(4_200), &json!("owner"), &json!([]))
    );
    // The address leads straight back once all is paid.
    assert!(leads_to(session["url"].as_str().unwrap()).await.starts_with(RETURN_URL));
}

pub(crate) async fn declined(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let session = session(&api).await;
    let back = citizen(&town, &session, "decline").await.expect("Checkout sends the citizen back");
    assert!(leads_to(&back).await.starts_with(RETURN_URL));
    let path = format!("/v1/checkout-sessions/{}", session["id"].as_str().unwrap());
    let after = api.get(&path).await.body;
    assert_ne!(after["status"], "completed");
    let item = &after["line_items"][0];
    assert_eq!(item["status"], "open");
    // Whoever pays it in a shop afterwards completes the session all the same.
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let payment = json!({"creditor_tax_code": creditor, "notice_number": item["notice_number"], "force": true});
    let report = at_sandbox(&town, "/sandbox/v1/payments", &payment).await;
    assert_eq!(report["outcome"], "OK", "{report}");
    assert_eq!(api.get(&path).await.body["status"], "completed");
}

pub(crate) async fn late(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let session = session(&api).await;
    let path = format!("/v1/checkout-sessions/{}", session["id"].as_str().unwrap());
    let cancelled = api.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.body["status"]), (200, &json!("cancelled")));
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let notice = session["line_items"][0]["notice_number"].clone();
    let report =
        at_sandbox(&town, "/sandbox/v1/payments", &json!({"creditor_tax_code": creditor, "notice_number": notice}))
            .await;
    assert_eq!(report["outcome"], "OK", "{report}");
    let done = api.get(&path).await.body;
    assert_eq!((&done["status"], &done["late"]), (&json!("completed"), &json!(true)));
}

pub(crate) async fn anywhere(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let made = api.position("MULTE", 7_350).await;
    let creditor = town.institution("comune-perugia")["tax_code"].clone();
    let payment = json!({"creditor_tax_code": creditor, "notice_number": notice(&made), "script": "receipt_twice"});
    let report = at_sandbox(&town, "/sandbox/v1/payments", &payment).await;
    assert_eq!(report["outcome"], "OK", "{report}");
    let path = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    let paid = api.get(&path).await.body;
    assert_eq!((&paid["status"], installment(&paid, "anomalies")), (&json!("paid"), &json!([])));
    let again = json!({"creditor_tax_code": creditor, "notice_number": notice(&made), "force": true});
    let refused = at_sandbox(&town, "/sandbox/v1/payments", &again).await;
    assert_eq!(refused["fault"]["original_fault_code"], "PAA_PAGAMENTO_DUPLICATO", "{refused}");
    let cancel = api.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(cancel.status, 409, "paid is final");
}
