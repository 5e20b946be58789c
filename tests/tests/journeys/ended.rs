// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a token stood for ends in every process within a minute (reliability.md 45), and the Node is served all the same.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice};
use tramite_tests::consumer::Consumer;
use tramite_tests::node;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;
use super::webhooks::{active, endpoint, teller};

/// How old what a process knows may be, and a little for a small machine.
const KNOWN_SECONDS_MAX: u64 = 60 + 5;
const PATH: &str = "/v1/debt-positions";

/// A token that must end, and how its client asks for another one afterwards.
struct Ending {
    api: Api,
    code: &'static str,
    error: &'static str,
}

pub(crate) async fn everywhere(database: Database) {
    let town = Town::start(&database).await;
    let (here, there) = (town.gateway(), town.serve().await);
    let endings = [
        ending(&town, "comune-terni", "invalid_client").await,
        ending(&town, "unipg", "invalid_target").await,
        ending(&town, "comune-perugia", "invalid_target").await,
    ];
    let neighbour = house(&town, "comune-terni").await;
    let perugia = town.api("comune-perugia").await;
    let positions = [perugia.position("MULTE", 1_000).await, perugia.position("MULTE", 1_000).await];
    // Every process has just looked: it knows them all as they were.
    for ending in &endings {
        for url in [&here, &there.url] {
            assert_eq!(ending.api.at(url).get(PATH).await.status, 200, "{}", ending.code);
        }
    }
    let operator =
        Api::of_operator(&here, &town.text("/operator/client_id"), &town.text("/operator/client_secret")).await;
    revoke(&operator, &client(&town, "comune-terni")).await;
    end(&operator, &client(&town, "unipg"), &id(&town, "unipg")).await;
    suspend(&operator, &id(&town, "comune-perugia")).await;
    let begun = Instant::now();
    for ending in &endings {
        let refused = ending.api.get(PATH).await;
        assert_eq!(refused.status, 401, "at once where it was decided: {} {}", ending.code, refused.body);
    }
    for ending in &endings {
        let other = ending.api.at(&there.url);
        while other.get(PATH).await.status != StatusCode::UNAUTHORIZED {
            assert!(begun.elapsed().as_secs() < KNOWN_SECONDS_MAX, "{} holds still at another process", ending.code);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        let again = another_token(&town, &there.url, ending.code).await;
        assert_eq!(again["error"], ending.error, "{}: {again}", ending.code);
    }
    for url in [&here, &there.url] {
        assert_eq!(neighbour.at(url).get(PATH).await.status, 200, "nobody else is concerned");
    }
    // Money wins: receipts of the suspended institution are taken everywhere.
    let to = addressee(&town, "comune-perugia");
    for (url, position) in [&here, &there.url].into_iter().zip(&positions) {
        let message = node::receipt(&to, notice(position), &Uuid::new_v4().simple().to_string(), "10.00");
        node::pay(url, message.clone()).await;
        assert_eq!(node::delivered(url, "paSendRTV2", message).await.outcome(), node::DUPLICATE);
    }
}

/// Whose delegation has ended is told of nothing more (reliability.md 45); who goes on acting is told as before.
pub(crate) async fn told_no_more(database: Database) {
    let town = Town::start(&database).await;
    let gateway = town.gateway();
    let (leaves, stays) = (Consumer::start().await, Consumer::start().await);
    for consumer in [&leaves, &stays] {
        let api = teller(&town, &gateway, "comune-perugia").await;
        let (endpoint, _) = endpoint(&api, &consumer.url()).await;
        active(&api, &endpoint).await;
    }
    let perugia = town.api("comune-perugia").await;
    let told = |consumer: &Consumer, position: &Value| {
        consumer.heard().iter().any(|one| one.json()["data"]["debt_position_id"] == position["id"])
    };
    let before = perugia.position("MULTE", 1_000).await;
    until("both are told", async || told(&leaves, &before) && told(&stays, &before)).await;
    let operator =
        Api::of_operator(&gateway, &town.text("/operator/client_id"), &town.text("/operator/client_secret")).await;
    // Of the two clients that were made here the older is the first. Its delegation ends as it was otherwise.
    let clients = operator.get("/v1/clients?limit=500").await.body;
    let all = clients["items"].as_array().unwrap().iter();
    let mut made: Vec<&Value> = all.filter(|one| one["display_name"] == "Portale di prova").collect();
    made.sort_unstable_by_key(|one| one["id"].as_str().unwrap());
    assert_eq!(made.len(), 2, "{clients}");
    let (client, given) = (made[0]["id"].as_str().unwrap(), &made[0]["delegations"][0]["scopes"]);
    assert!(given.as_array().unwrap().contains(&json!("webhooks:write")), "{given}");
    let path = format!("/v1/clients/{client}/delegations/{}", id(&town, "comune-perugia"));
    let ended = operator.put(&path, &json!({"scopes": given, "status": "ended"})).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
    let after = perugia.position("MULTE", 1_000).await;
    until("the other is told", async || told(&stays, &after)).await;
    // As long as the worker takes to look again, several times over.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!told(&leaves, &after), "nothing leaves after the end");
}

async fn ending(town: &Town, code: &'static str, error: &'static str) -> Ending {
    Ending { api: town.api(code).await, code, error }
}

fn id(town: &Town, code: &str) -> String {
    town.institution(code)["id"].as_str().unwrap().to_owned()
}

fn credentials<'a>(town: &'a Town, code: &str) -> &'a Value {
    town.told["clients"].as_array().unwrap().iter().find(|one| one["institution"] == code).unwrap()
}

fn client(town: &Town, code: &str) -> String {
    credentials(town, code)["client_id"].as_str().unwrap().to_owned()
}

/// The software house, which acts for two institutions.
async fn house(town: &Town, code: &str) -> Api {
    let mut clients = town.told["clients"].as_array().unwrap().iter().rev();
    let one = clients.find(|one| one["institution"] == code).unwrap();
    let text = |field: &str| one[field].as_str().unwrap();
    Api::with_secret(&town.gateway(), text("client_id"), text("client_secret"), code).await
}

async fn another_token(town: &Town, url: &str, code: &str) -> Value {
    let one = credentials(town, code);
    let form = [("grant_type", "client_credentials"), ("institution", code)];
    let asked = tramite_tests::http::client()
        .post(format!("{url}/oauth2/token"))
        .basic_auth(one["client_id"].as_str().unwrap(), one["client_secret"].as_str())
        .form(&form);
    asked.send().await.unwrap().json().await.unwrap()
}

async fn revoke(operator: &Api, client: &str) {
    let path = format!("/v1/clients/{client}");
    let revoked = operator.put(&path, &json!({"display_name": "Un portale", "status": "revoked"})).await;
    assert_eq!(revoked.status, 200, "{}", revoked.body);
}

async fn end(operator: &Api, client: &str, institution: &str) {
    let path = format!("/v1/clients/{client}/delegations/{institution}");
    let ended = operator.put(&path, &json!({"scopes": ["debt-positions:read"], "status": "ended"})).await;
    assert_eq!(ended.status, 200, "{}", ended.body);
}

/// An institution as it is shown, with another state: what it is asked for has fewer members.
async fn suspend(operator: &Api, institution: &str) {
    let path = format!("/v1/institutions/{institution}");
    let shown = operator.get(&path).await.body;
    let some = |value: &Value, fields: &[&str]| -> Value {
        let kept = fields.iter().filter_map(|field| Some(((*field).to_owned(), value.get(*field)?.clone())));
        Value::Object(kept.collect())
    };
    let all = |field: &str, fields: &[&str]| -> Value {
        shown[field].as_array().unwrap().iter().map(|one| some(one, fields)).collect()
    };
    let mut body = some(&shown, &["code", "tax_code", "display_name"]);
    body["status"] = json!("suspended");
    body["stations"] = all("stations", &["station_id", "aux_digit", "segregation_code", "issuing"]);
    body["accounts"] = all("accounts", &["id", "iban", "postal_iban"]);
    let suspended = operator.put(&path, &body).await;
    assert_eq!(suspended.status, 200, "{}", suspended.body);
}
