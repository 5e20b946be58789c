// SPDX-License-Identifier: AGPL-3.0-or-later
//! Several processes on one database (reliability.md 14): one is stopped and started while the other serves, and two
//! that prepare the database at the same time wait for each other.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, notice, position};
use tramite_tests::load::{Load, longest, served};
use tramite_tests::node;
use tramite_tests::process::Process;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;
use super::outage::{SOAP_MAX, ask};

/// Verifications and gets at least, to have seen something.
const ASKED_MIN: usize = 20;
const PREPARING: usize = 3;
const PREPARED_WITHIN: Duration = Duration::from_secs(60);
const ENDED_WITHIN: Duration = Duration::from_secs(30);

pub(crate) async fn one_of_two(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut first = town.serve_at(&listen).await;
    let second = town.serve().await;
    let mut worker = Process::start(&["worker"], &town.variables(&listen, &[]), Stdio::null());
    let here = town.api_at(&first.url, "comune-perugia").await;
    let there = here.at(&second.url);
    let open = here.position("MULTE", 1_000).await;
    let mut load = Load::default();
    ask(&mut load, &second, &addressee(&town, "comune-perugia"), notice(&open));

    let session = open_session(&here).await;
    is_there(&there, "/v1/checkout-sessions", &session).await;
    let ended = async {
        first.process.ask_to_stop();
        first.process.ended_within(ENDED_WITHIN).await
    };
    assert_eq!(ended.await, Some(true));
    let meanwhile = there.position("MULTE", 5_000).await;
    let later = open_session(&there).await;
    let first = town.serve_at(&listen).await;
    is_there(&here, "/v1/debt-positions", &meanwhile).await;
    is_there(&here, "/v1/checkout-sessions", &later).await;
    // What one has taken, the other knows.
    let message = node::receipt(
        &addressee(&town, "comune-perugia"),
        notice(&meanwhile),
        &Uuid::new_v4().simple().to_string(),
        "50.00",
    );
    node::pay(&first.url, message.clone()).await;
    assert_eq!(node::delivered(&second.url, "paSendRTV2", message).await.outcome(), node::DUPLICATE);
    let path = format!("/v1/debt-positions/{}", meanwhile["id"].as_str().unwrap());
    assert_eq!(there.get(&path).await.body["status"], "paid");

    until("enough was asked to tell", async || load.so_far().len() >= 2 * ASKED_MIN).await;
    let shots = load.end().await;
    for what in ["verify", "get"] {
        assert!(served(&shots, what, "OK") > 0);
        assert!(longest(&shots, what) < SOAP_MAX, "{what}: {:?}", longest(&shots, what));
    }
    worker.ask_to_stop();
    assert_eq!(worker.ended_within(ENDED_WITHIN).await, Some(true));
}

async fn open_session(api: &Api) -> Value {
    let body = json!({"line_items": [{"debt_position": position("MULTE", 4_200)}],
        "return_url": "http://127.0.0.1:8091/esito"});
    let session = api.post("/v1/checkout-sessions", &body).await;
    assert_eq!(session.status, 201, "{}", session.body);
    session.body
}

async fn is_there(api: &Api, list: &str, thing: &Value) {
    let found = api.get(&format!("{list}/{}", thing["id"].as_str().unwrap())).await;
    assert_eq!((found.status.as_u16(), &found.body["id"]), (200, &thing["id"]), "{}", found.body);
}

/// Several at once on an empty database, and once more on the one that they have prepared.
pub(crate) async fn prepared_at_once(database: Database) {
    let url = [("TRAMITE_DATABASE_URL".to_owned(), database.url().to_owned())];
    let start = || Process::start(&["migrate", "--environment", "sandbox"], &url, Stdio::null());
    let preparing: Vec<_> = (0..PREPARING).map(|_| start()).collect();
    for mut process in preparing.into_iter().chain([start()]) {
        assert_eq!(process.ended_within(PREPARED_WITHIN).await, Some(true));
    }
    let mut other = Process::start(&["migrate", "--environment", "production"], &url, Stdio::null());
    assert_eq!(other.ended_within(PREPARED_WITHIN).await, Some(false), "it is a sandbox's now");
    let operator = ["operator", "create", "--json", "--display-name", "First"];
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    std::fs::write(&key, [0x5a; 32]).unwrap();
    let [url] = url;
    let settings = [url, ("TRAMITE_MASTER_KEY_FILE".to_owned(), key.display().to_string())];
    let mut first = Process::start(&operator, &settings, Stdio::null());
    assert_eq!(first.ended_within(PREPARED_WITHIN).await, Some(true), "the schema is whole");
}
