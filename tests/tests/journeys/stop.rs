// SPDX-License-Identifier: AGPL-3.0-or-later
//! A gateway is asked to stop under load (reliability.md 14): it says first that it is not ready, nobody who has asked is
//! left without an answer, and it ends well and soon.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tokio::task::JoinHandle;
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, Came, notice, position};
use tramite_tests::load::{self, Load, rest};
use tramite_tests::production::Production;
use tramite_tests::town::Town;
use tramite_tests::until;
use tramite_tests::wire::{Wire, head};
use uuid::Uuid;

use super::many::addressee;
use super::outage::ask;
use super::slow::Stage;

/// How long a gateway that stops still takes requests.
pub(crate) const DRAIN_SECONDS: u64 = 1;
/// How long the body of one request takes that was begun before: longer than that.
const SLOW: Duration = Duration::from_secs(DRAIN_SECONDS + 2);
/// The longest a stop takes when nothing is left to be done: the drain, and a little for a busy machine.
const NODE_STOP_MAX: Duration = Duration::from_secs(DRAIN_SECONDS + 6);
/// The longest a stop takes.
const STOP_MAX: Duration = Duration::from_secs(30);

pub(crate) async fn under_load(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let mut served = town.serve_with(&listen, &[("TRAMITE_DRAIN_SECONDS", DRAIN_SECONDS.to_string())]).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let open = api.position("MULTE", 1_000).await;
    let path = format!("/v1/debt-positions/{}", open["id"].as_str().unwrap());
    let mut kept = Wire::to(&served.url).await;
    let get = head("GET", &path, &[format!("Authorization: Bearer {}", api.token())]);
    kept.say(get.as_bytes()).await;
    assert!(kept.answer().await.0.starts_with("http/1.1 200"));
    let waiting = wait_for_session(&api, "http://127.0.0.1:8091/esito", 25).await;
    let (mut slow, rest_of_body) = begin_slow(&served.url, &api).await;
    let mut load = Load::default();
    ask(&mut load, &served, &addressee(&town, "comune-perugia"), notice(&open));
    use_api(&mut load, &api, &path);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(served.readiness().await.0, 200);

    served.process.ask_to_stop();
    let asked = Instant::now();
    until("it is not ready", async || served.readiness().await == (503, "stopping".to_owned())).await;
    // Whoever has not seen that yet is served all the same, and told to let go of the connection.
    kept.say(get.as_bytes()).await;
    let (answer, _) = kept.answer().await;
    assert!(answer.starts_with("http/1.1 200") && answer.contains("\r\nconnection: close"), "{answer}");
    assert_eq!(api.get(&path).await.status, 200);
    // A balancer that has seen it sends nothing more.
    let shots = load.end().await;
    for (what, good) in [("verify", "OK"), ("get", "OK"), ("read", "200"), ("create", "201")] {
        assert!(load::served(&shots, what, good) > 0);
    }
    assert_eq!(waiting.await.unwrap().status, 200);
    tokio::time::sleep(SLOW.saturating_sub(asked.elapsed())).await;
    slow.say(rest_of_body.as_bytes()).await;
    let (answer, body) = slow.answer().await;
    assert!(answer.starts_with("http/1.1 201"), "{answer} {body}");
    let ended = served.process.ended_within(STOP_MAX.saturating_sub(asked.elapsed())).await;
    assert_eq!(ended, Some(true), "it ended well, in time");
}

/// The Node keeps its connections: it is told to let go of them, and they hold up nothing.
pub(crate) async fn node_with_tls(database: Database) {
    let production = Production::prepare(&database);
    let mut stage = Stage::with_tls(&production).await;
    let (used, idle) = (stage.node(), stage.node());
    assert_eq!((stage.verify(&used).await.as_str(), stage.verify(&idle).await.as_str()), ("OK", "OK"));
    stage.running.process.ask_to_stop();
    until("it is not ready", async || stage.running.readiness().await.0 == 503).await;
    assert_eq!(stage.verify(&used).await, "OK");
    let ended = stage.running.process.ended_within(NODE_STOP_MAX).await;
    assert_eq!(ended, Some(true), "it ended well, in time");
}

/// Reads and creations, over connections that are kept.
fn use_api(load: &mut Load, api: &Api, path: &str) {
    for _ in 0..3 {
        let (reader, path) = (api.clone(), path.to_owned());
        load.keep("read", Duration::from_millis(5), move |_| {
            let (api, path) = (reader.clone(), path.clone());
            async move { rest(&api, Method::GET, &path, None, None).await }
        });
    }
    let writer = api.clone();
    load.keep("create", Duration::from_millis(5), move |_| {
        let api = writer.clone();
        async move {
            let (body, key) = (position("MULTE", 700), Uuid::new_v4().to_string());
            rest(&api, Method::POST, "/v1/debt-positions", Some(&body), Some(&key)).await
        }
    });
}

/// Waits for a session to move, which it does not.
pub(crate) async fn wait_for_session(api: &Api, return_url: &str, seconds: u64) -> JoinHandle<Came> {
    let body = json!({"line_items": [{"debt_position": position("MULTE", 4_200)}],
        "return_url": return_url});
    let session = api.post("/v1/checkout-sessions", &body).await;
    assert_eq!(session.status, 201, "{}", session.body);
    let (api, path) =
        (api.clone(), format!("/v1/checkout-sessions/{}?wait={seconds}", session.body["id"].as_str().unwrap()));
    tokio::spawn(async move { api.get(&path).await })
}

/// Begins a creation, and gives what is left to be said of it.
async fn begin_slow(url: &str, api: &Api) -> (Wire, String) {
    let body = position("MULTE", 900).to_string();
    let (first, second) = body.split_at(body.len() / 2);
    let lines = [
        format!("Authorization: Bearer {}", api.token()),
        format!("Idempotency-Key: {}", Uuid::new_v4()),
        "Content-Type: application/json".to_owned(),
        format!("Content-Length: {}", body.len()),
    ];
    let mut wire = Wire::to(url).await;
    wire.say(format!("{}{first}", head("POST", "/v1/debt-positions", &lines)).as_bytes()).await;
    (wire, second.to_owned())
}
