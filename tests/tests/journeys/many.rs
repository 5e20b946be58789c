// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many at once: nothing twice, nothing lost.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, installment, notice, position};
use tramite_tests::node::{self, Addressee, Delivered};
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

/// How often a creation is tried again that was told to wait for its twin.
const TWINS_MAX: usize = 30;

/// Where the Node reaches an institution of the town.
pub(crate) fn addressee(town: &Town, code: &str) -> Addressee {
    let institution = town.institution(code);
    let text =
        |field: &str| institution[field].as_str().unwrap_or_else(|| panic!("{field} in {institution}")).to_owned();
    Addressee { tax_code: text("tax_code"), broker: town.text("/broker_tax_code"), station: text("station_id") }
}

pub(crate) async fn receipts(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let made = api.position("MULTE", 12_050).await;
    let to = addressee(&town, "comune-perugia");
    asked(&api, &town.gateway(), &to, &made).await;
    let message = node::receipt(&to, notice(&made), &Uuid::new_v4().simple().to_string(), "120.50");
    let sent = (0..50).map(|_| {
        let (gateway, message) = (town.gateway(), message.clone());
        tokio::spawn(async move { node::delivered(&gateway, "paSendRTV2", message).await })
    });
    let mut deliveries = Vec::new();
    for delivery in sent.collect::<Vec<_>>() {
        deliveries.push(delivery.await.unwrap());
    }
    one_payment(&api, &made, &deliveries).await;
}

/// Asks for a payment as somebody does who is about to make it, and waits until it is written who asked.
pub(crate) async fn asked(api: &Api, gateway: &str, to: &Addressee, made: &Value) {
    let got = node::delivered(gateway, "paGetPaymentV2", node::get(to, notice(made))).await;
    assert_eq!(got.outcome(), "OK", "{got:?}");
    let path = format!("/v1/debt-positions/{}", made["id"].as_str().unwrap());
    until("it is written who asked", async || !installment(&api.get(&path).await.body, "locked_until").is_null()).await;
}

/// One receipt that was delivered many times is one payment. One delivery is told OK: none, where we could not say so in
/// time.
pub(crate) async fn one_payment(api: &Api, made: &Value, deliveries: &[Delivered]) {
    let mut outcomes = BTreeMap::<String, usize>::new();
    for one in deliveries {
        *outcomes.entry(one.outcome()).or_default() += 1;
    }
    let taken = outcomes.remove("OK").unwrap_or_default();
    let failures: usize = deliveries.iter().map(|one| one.failures).sum();
    assert!(taken == 1 || (taken == 0 && failures > 0), "{taken} OK after {failures} failures");
    assert_eq!(outcomes, BTreeMap::from([(node::DUPLICATE.to_owned(), deliveries.len() - taken)]));
    let listed = api.get("/v1/receipts?limit=500").await.body;
    let of_it = listed["items"].as_array().unwrap().iter().filter(|one| one["notice_number"] == notice(made)).count();
    assert_eq!(of_it, 1);
    let paid = api.get(&format!("/v1/debt-positions/{}", made["id"].as_str().unwrap())).await.body;
    assert_eq!((&paid["status"], installment(&paid, "anomalies")), (&json!("paid"), &json!([])));
}

pub(crate) async fn one_key(database: Database) {
    let town = Town::start(&database).await;
    let api = town.api("comune-perugia").await;
    let (body, key) = (position("MULTE", 500), Uuid::new_v4().to_string());
    let sent: Vec<_> = (0..200)
        .map(|_| {
            let (api, body, key) = (api.clone(), body.clone(), key.clone());
            tokio::spawn(async move { api.post_with("/v1/debt-positions", &body, &key).await })
        })
        .collect();
    let mut ids = BTreeSet::new();
    let mut fresh = 0;
    for answer in sent {
        let mut came = answer.await.unwrap();
        // A twin that waited too long is told to come again; then it gets the same answer.
        for _ in 0..TWINS_MAX {
            if came.status != 409 && came.status != 503 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            came = api.post_with("/v1/debt-positions", &body, &key).await;
        }
        assert_eq!(came.status, 201, "{}", came.body);
        fresh += usize::from(!came.replayed);
        ids.insert(came.body["id"].as_str().unwrap().to_owned());
    }
    assert_eq!((ids.len(), fresh), (1, 1));
    let other = api.post_with("/v1/debt-positions", &position("MULTE", 500), &key).await;
    assert_eq!(other.status, 422);
}

pub(crate) async fn creations(database: Database) {
    const CREATIONS: usize = 500;
    const PROCESSES: usize = 4;
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let mut processes = Vec::with_capacity(PROCESSES);
    for _ in 0..PROCESSES {
        processes.push(town.serve().await);
    }
    let gateways: Vec<String> = processes.iter().map(|served| served.url.clone()).collect();
    let api = town.api_at(&gateways[0], "comune-perugia").await;
    // A draft that goes takes its number with it.
    let mut draft = position("MULTE", 100);
    draft["publish"] = json!(false);
    let erased = api.post("/v1/debt-positions", &draft).await.body;
    let removed = api.delete(&format!("/v1/debt-positions/{}", erased["id"].as_str().unwrap())).await;
    assert_eq!(removed.status, 204);
    let sent: Vec<_> = (0..CREATIONS)
        .map(|at| {
            let api = api.at(&gateways[at % gateways.len()]);
            tokio::spawn(async move { api.post("/v1/debt-positions", &position("MULTE", 100)).await })
        })
        .collect();
    let mut numbers = BTreeSet::from([notice(&erased).to_owned()]);
    for answer in sent {
        let came = answer.await.unwrap();
        assert_eq!(came.status, 201, "{}", came.body);
        let number = notice(&came.body).to_owned();
        assert_right_check_digits(&number);
        assert_eq!(Value::from(&number[1..]), *installment(&came.body, "iuv"));
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), CREATIONS + 1);
}

fn assert_right_check_digits(number: &str) {
    let (prefix, check) = number.split_at(16);
    assert_eq!(prefix.parse::<u64>().unwrap() % 93, check.parse::<u64>().unwrap(), "{number}");
}
