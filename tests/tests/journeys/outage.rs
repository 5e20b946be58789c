// SPDX-License-Identifier: AGPL-3.0-or-later
//! PostgreSQL dies under load and comes back (reliability.md 11): every answer is a right one in time, nothing that was
//! acknowledged is lost (I4), and what was not is wholly there or not at all (I5).

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use tramite_testkit::Database;
use tramite_testkit::postgres::Cluster;
use tramite_tests::api::{Api, installment, notice, position};
use tramite_tests::load::{Load, Shot, longest, outcomes, rest, soap};
use tramite_tests::node::{self, Addressee};
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;

/// How long the server is gone.
const OUTAGE: Duration = Duration::from_secs(6);
/// How soon after its return everything works again.
const RECOVERY_MAX: Duration = Duration::from_secs(5);
/// Every message of the Node is answered in 1.8 s; the rest is for a machine that has other things to do, and less than
/// anybody waits for a lock.
pub(crate) const SOAP_MAX: Duration = Duration::from_millis(1_800 + 2_700);
const RECEIPTS: usize = 120;
const BUSY: &str = "503 unavailable, come again";

/// A receipt that the load sends: its position, its message, and what came.
pub(crate) struct Sent {
    pub(crate) position: String,
    pub(crate) message: String,
    pub(crate) outcome: Option<String>,
}

/// A creation: its body, its key, and what came.
pub(crate) struct Made {
    pub(crate) body: Value,
    pub(crate) key: String,
    pub(crate) outcome: String,
}

pub(crate) async fn killed(cluster: Arc<Cluster>) {
    let database = Database::Postgres(cluster.create_database("outage"));
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", tramite_testkit::free_port());
    let served = town.serve_with(&listen, &[("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned())]).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let to = addressee(&town, "comune-perugia");
    let open = api.position("MULTE", 1_000).await;
    let receipts = Arc::new(Mutex::new(prepare(&api, &to, RECEIPTS).await));
    let creations = Arc::new(Mutex::new(Vec::new()));

    let mut load = Load::default();
    ask(&mut load, &served, &to, notice(&open));
    send_receipts(&mut load, &served, &receipts);
    create(&mut load, &api, &creations);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let down = Arc::clone(&cluster);
    tokio::task::spawn_blocking(move || down.kill()).await.unwrap();
    let gone = Instant::now();
    until("readiness is lost", async || served.readiness().await.0 == 503).await;
    assert_eq!(served.readiness().await.1, "the database does not answer");
    assert_eq!(api.get("/status").await.told(), BUSY);
    tokio::time::sleep(OUTAGE.saturating_sub(gone.elapsed())).await;
    let up = Arc::clone(&cluster);
    tokio::task::spawn_blocking(move || up.start()).await.unwrap();
    let back = Instant::now();
    until("everything works again", async || works(&load, back) && served.readiness().await.0 == 200).await;
    let recovery = back.elapsed();
    assert!(recovery < RECOVERY_MAX, "it works again after {recovery:?}");
    let shots = load.end().await;
    check_answers(&shots, gone);
    check_receipts(&served, &api, &receipts).await;
    check_creations(&api, &creations).await;
}

/// Positions, and the receipts that will pay them.
pub(crate) async fn prepare(api: &Api, to: &Addressee, count: usize) -> Vec<Sent> {
    // No more at a time than there are connections: nobody is to be refused yet.
    const AT_ONCE: usize = 4;
    let mut prepared = Vec::with_capacity(count);
    while prepared.len() < count {
        let made = (0..AT_ONCE).map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.position("MULTE", 5_000).await })
        });
        for position in made.collect::<Vec<_>>() {
            let position = position.await.unwrap();
            let message = node::receipt(to, notice(&position), &Uuid::new_v4().simple().to_string(), "50.00");
            prepared.push(Sent { position: position["id"].as_str().unwrap().to_owned(), message, outcome: None });
        }
    }
    prepared
}

/// Verify and get, over and over.
pub(crate) fn ask(load: &mut Load, served: &Served, to: &Addressee, notice: &str) {
    let messages = [
        ("verify", "paVerifyPaymentNotice", node::verify(to, notice)),
        ("get", "paGetPaymentV2", node::get(to, notice)),
    ];
    for (what, operation, message) in messages {
        let (http, url) = (tramite_tests::http::client(), served.url.clone());
        load.keep(what, Duration::from_millis(40), move |_| {
            let (http, url, message) = (http.clone(), url.clone(), message.clone());
            async move { soap(&http, &url, operation, message).await }
        });
    }
}

/// Each receipt once.
fn send_receipts(load: &mut Load, served: &Served, receipts: &Arc<Mutex<Vec<Sent>>>) {
    let (http, url, receipts) = (tramite_tests::http::client(), served.url.clone(), Arc::clone(receipts));
    load.keep("receipt", Duration::from_millis(60), move |count| {
        let (http, url, receipts) = (http.clone(), url.clone(), Arc::clone(&receipts));
        async move {
            let Some(message) = receipts.lock().unwrap().get(count).map(|sent| sent.message.clone()) else {
                return "none left".to_owned();
            };
            let outcome = soap(&http, &url, "paSendRTV2", message).await;
            receipts.lock().unwrap()[count].outcome = Some(outcome.clone());
            outcome
        }
    });
}

/// Creations, each under a key of its own.
fn create(load: &mut Load, api: &Api, creations: &Arc<Mutex<Vec<Made>>>) {
    for _ in 0..2 {
        let (api, creations) = (api.clone(), Arc::clone(creations));
        load.keep("create", Duration::from_millis(40), move |_| {
            let (api, creations) = (api.clone(), Arc::clone(&creations));
            async move {
                let (body, key) = (position("MULTE", 700), Uuid::new_v4().to_string());
                let outcome = rest(&api, Method::POST, "/v1/debt-positions", Some(&body), Some(&key)).await;
                creations.lock().unwrap().push(Made { body, key, outcome: outcome.clone() });
                outcome
            }
        });
    }
}

/// Whether every kind of request that was begun after that instant has succeeded since.
pub(crate) fn works(load: &Load, since: Instant) -> bool {
    let shots = load.so_far();
    ["verify", "get", "receipt", "create"].iter().all(|what| {
        let mut after = shots.iter().filter(|shot| shot.what == *what && shot.begun > since);
        after.any(|shot| ["OK", "201", "none left"].contains(&shot.outcome.as_str()))
    })
}

fn check_answers(shots: &[Shot], gone: Instant) {
    for what in ["verify", "get", "receipt"] {
        let told = outcomes(shots, what);
        let right = |one: &String| ["OK", "PAA_SYSTEM_ERROR", "none left"].contains(&one.as_str());
        assert!(told.keys().all(right), "{what}: {told:?}");
        assert!(longest(shots, what) < SOAP_MAX, "{what}: {:?}", longest(shots, what));
    }
    let told = outcomes(shots, "create");
    assert!(told.keys().all(|one| ["201", BUSY].contains(&one.as_str())), "{told:?}");
    assert!(outcomes(shots, "receipt").contains_key("OK") && told.contains_key("201"));
    // Somebody asked while it was gone, and was told so.
    let during = |what, outcome: &str| {
        let mut shots = shots.iter().filter(|shot| shot.what == what && shot.begun > gone);
        shots.any(|shot| shot.outcome == outcome)
    };
    assert!(during("verify", "PAA_SYSTEM_ERROR") && during("receipt", "PAA_SYSTEM_ERROR") && during("create", BUSY));
}

/// What was acknowledged is a duplicate when it comes again; the rest is taken now, or was taken.
pub(crate) async fn check_receipts(served: &Served, api: &Api, receipts: &Mutex<Vec<Sent>>) {
    let receipts = std::mem::take(&mut *receipts.lock().unwrap());
    for Sent { position, message, outcome } in receipts.into_iter().filter(|sent| sent.outcome.is_some()) {
        let again = node::delivered(&served.url, "paSendRTV2", message).await.outcome();
        let first = outcome.as_deref() == Some("OK");
        assert!(again == node::DUPLICATE || (again == "OK" && !first), "{outcome:?}, then {again}");
        let paid = api.get(&format!("/v1/debt-positions/{position}")).await.body;
        assert_eq!(paid["status"], "paid");
        assert!(!installment(&paid, "anomalies").to_string().contains("duplicate_payment"), "{paid}");
    }
}

/// What was acknowledged is there, once; the same key brings the rest to its end.
pub(crate) async fn check_creations(api: &Api, creations: &Mutex<Vec<Made>>) {
    let creations = std::mem::take(&mut *creations.lock().unwrap());
    for Made { body, key, outcome } in creations {
        let again = api.post_with("/v1/debt-positions", &body, &key).await;
        assert_eq!(again.status, 201, "{outcome}, then {}", again.body);
        assert!(again.replayed || outcome != "201", "an acknowledged creation is lost");
        let path = format!("/v1/debt-positions?external_id={}", body["external_id"].as_str().unwrap());
        let found = api.get(&path).await.body;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    }
}
