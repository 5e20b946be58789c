// SPDX-License-Identifier: AGPL-3.0-or-later
//! The same instant in several processes: what the Node and citizens do at once ends as if it had been one after the
//! other (rules 22, 26 and 31).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice, position};
use tramite_tests::dump;
use tramite_tests::node::{self, Addressee, Delivered};
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

use super::many::{addressee, asked, one_payment};

const PROCESSES: usize = 3;

/// A town behind so many processes, and who asks them.
struct Served3 {
    town: Town,
    processes: Vec<Served>,
    api: Api,
    to: Addressee,
}

impl Served3 {
    async fn start(database: &Database) -> Self {
        let mut town = Town::start(database).await;
        town.demo.stop();
        let mut processes = Vec::with_capacity(PROCESSES);
        for _ in 0..PROCESSES {
            processes.push(town.serve().await);
        }
        let api = town.api_at(&processes[0].url, "comune-perugia").await;
        let to = addressee(&town, "comune-perugia");
        // Each process has answered the Node once: none is late for having to look around first.
        let made = api.position("MULTE", 100).await;
        for served in &processes {
            let got = node::delivered(&served.url, "paVerifyPaymentNotice", node::verify(&to, notice(&made))).await;
            assert_eq!(got.outcome(), "OK", "{got:?}");
        }
        Self { town, processes, api, to }
    }

    /// Sends all messages at once, in turn to each process, as often as each takes; gives back what came of them.
    async fn send(&self, operation: &'static str, messages: Vec<String>) -> Vec<Delivered> {
        let clients: Vec<reqwest::Client> = self.processes.iter().map(|_| tramite_tests::http::client()).collect();
        let sent: Vec<_> = messages
            .into_iter()
            .enumerate()
            .map(|(at, message)| {
                let (url, http) = (self.processes[at % PROCESSES].url.clone(), clients[at % PROCESSES].clone());
                tokio::spawn(async move { node::delivered_by(&http, &url, operation, message).await })
            })
            .collect();
        let mut delivered = Vec::with_capacity(sent.len());
        for one in sent {
            delivered.push(one.await.unwrap());
        }
        delivered
    }

    async fn shown(&self, made: &Value) -> Value {
        self.api.get(&format!("/v1/debt-positions/{}", made["id"].as_str().unwrap())).await.body
    }

    async fn receipts_of(&self, made: &Value) -> Vec<Value> {
        let listed = self.api.get("/v1/receipts?limit=500").await.body;
        let all = listed["items"].as_array().unwrap().iter();
        all.filter(|one| one["debt_position_id"] == made["id"]).cloned().collect()
    }
}

/// Rows of attempts to pay.
fn attempts(database: &Database) -> usize {
    dump::cells(database).iter().filter(|cell| cell.place == "attempts.id").count()
}

/// Everything but the journal and the attempts, as one text for each place.
fn contents(database: &Database) -> BTreeMap<String, Vec<Vec<u8>>> {
    let mut held: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for cell in dump::cells(database) {
        let table = cell.place.split('.').next().unwrap();
        if !["journal", "attempts"].contains(&table) {
            held.entry(cell.place).or_default().push(cell.content);
        }
    }
    held.values_mut().for_each(|cells| cells.sort_unstable());
    held
}

pub(crate) async fn receipts(database: Database) {
    let served = Served3::start(&database).await;
    let made = served.api.position("MULTE", 12_050).await;
    asked(&served.api, &served.processes[0].url, &served.to, &made).await;
    let message = node::receipt(&served.to, notice(&made), &Uuid::new_v4().simple().to_string(), "120.50");
    let deliveries = served.send("paSendRTV2", vec![message; 50]).await;
    one_payment(&served.api, &made, &deliveries).await;
}

pub(crate) async fn alternatives(database: Database) {
    const ROUNDS: usize = 8;
    let served = Served3::start(&database).await;
    let mut seen = BTreeMap::<Vec<&str>, usize>::new();
    for _ in 0..ROUNDS {
        let mut body = position("MULTE", 100);
        body.as_object_mut().unwrap().remove("amount");
        body["payment_options"] = json!([
            {"kind": "single", "installments": [{"reference": "whole", "amount": 10_000}]},
            {"kind": "installments", "installments": [
                {"reference": "first", "amount": 5_000}, {"reference": "second", "amount": 5_000}]},
        ]);
        let made = served.api.post("/v1/debt-positions", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let made = made.body;
        let all = [(0, 0, "100.00"), (1, 0, "50.00"), (1, 1, "50.00")];
        let number = |option: usize, at: usize| {
            made["payment_options"][option]["installments"][at]["notice_number"].as_str().unwrap().to_owned()
        };
        for (option, at, _) in all {
            let get = node::get(&served.to, &number(option, at));
            let got = node::delivered(&served.processes[0].url, "paGetPaymentV2", get).await;
            assert_eq!(got.outcome(), "OK", "{got:?}");
        }
        let messages = all.map(|(option, at, euros)| {
            node::receipt(&served.to, &number(option, at), &Uuid::new_v4().simple().to_string(), euros)
        });
        let deliveries = served.send("paSendRTV2", messages.to_vec()).await;
        assert!(deliveries.iter().all(Delivered::is_taken), "{deliveries:?}");
        let shown = served.shown(&made).await;
        assert_eq!(shown["status"], "paid");
        assert_eq!(served.receipts_of(&made).await.len(), 3, "every receipt is kept");
        let mut double = Vec::new();
        for (option, at, _) in all {
            let one = &shown["payment_options"][option]["installments"][at];
            assert_eq!(one["status"], "paid", "{one}");
            if one["anomalies"].to_string().contains("duplicate_payment") {
                double.push(["whole", "first", "second"][option + at]);
            }
        }
        *seen.entry(double).or_default() += 1;
    }
    // What any order of the three, one after the other, would have told.
    let serial = [vec!["whole"], vec!["first", "second"], vec!["whole", "first"], vec!["whole", "second"]];
    assert!(seen.keys().all(|double| serial.contains(double)), "{seen:?}");
}

pub(crate) async fn gets(database: Database) {
    let served = Served3::start(&database).await;
    let made = served.api.position("MULTE", 12_050).await;
    // What the creation leaves to be done is done.
    let mut before = contents(&database);
    until("nothing is left to do", async || {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let now = contents(&database);
        std::mem::replace(&mut before, now.clone()) == now
    })
    .await;
    let counted = attempts(&database);
    let shown = served.shown(&made).await;
    let messages = vec![node::get(&served.to, notice(&made)); 100];
    let told = served.send("paGetPaymentV2", messages).await;
    assert_eq!(told[0].outcome(), "OK", "{:?}", told[0]);
    assert!(told.iter().all(|one| one.answer == told[0].answer), "a hundred equal answers");
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(contents(&database), before, "nothing is changed but the journal and the attempt");
    assert_eq!(attempts(&database), counted + 1, "one attempt, however often it is asked");
    let mut after = served.shown(&made).await;
    let one = after["payment_options"][0]["installments"][0].as_object_mut().unwrap();
    assert!(one.remove("locked_until").is_some());
    assert_eq!(after, shown);
    drop(served.town);
}
