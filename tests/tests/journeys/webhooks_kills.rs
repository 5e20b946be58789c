// SPDX-License-Identifier: AGPL-3.0-or-later
//! The worker is killed again and again while events flow to three receivers: one healthy, one slow, one that refuses half of
//! what it gets. Each event arrives at each, duplicates share their id, and those of a position are put in order by their
//! sequence (I6, reliability.md 19).
//!
//! The usual run is small. The full one:
//! `TRAMITE_KILLS=1000 TRAMITE_EVENTS=20000 cargo test -p tramite-tests --test journeys -- webhooks_survive_kills`

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, position};
use tramite_tests::consumer::{Consumer, Manner};
use tramite_tests::platform::Credentials;
use tramite_tests::process::Process;
use tramite_tests::town::Town;
use tramite_tests::until;
use uuid::Uuid;

use super::webhooks::{ENDPOINTS, active, endpoint, teller, telling_client};

const KILLS: usize = 20;
const EVENTS: usize = 400;
/// How often the gateway is killed.
const GATEWAY_KILLS: usize = 20;
/// Events of one position: it is made, and changed so many times but one.
pub(crate) const OF_A_POSITION: usize = 4;
/// Positions that are made with one token.
const OF_A_TOKEN: usize = 500;
/// How long a worker lives at most, in milliseconds.
const LIFE_MS_MAX: u128 = 1_600;
/// What the healthy one waits, in 99 of 100 cases at most, in the full run: it has the machine to itself, and the usual one has not.
const HEALTHY_MS_MAX: u128 = 5_000;
/// Without any progress for so long it is in vain.
const PATIENCE: Duration = Duration::from_secs(120);

fn wanted(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// A number that nobody chose.
fn chance(below: u128) -> u64 {
    u64::try_from(Uuid::new_v4().as_u128() % below).unwrap()
}

pub(crate) async fn survive(database: Database) {
    let (kills, events) = (wanted("TRAMITE_KILLS", KILLS), wanted("TRAMITE_EVENTS", EVENTS));
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let served = town.serve().await;
    let client = telling_client(&town, &served.url, "comune-perugia").await;
    let api = client.api(&served.url).await;
    let worker = || Process::start(&["worker"], &town.variables("127.0.0.1:0", &[]), Stdio::null());
    let mut running = worker();
    let consumers = [Consumer::start().await, Consumer::start().await, Consumer::start().await];
    let mut ids = Vec::new();
    for consumer in &consumers {
        let (id, _) = endpoint(&api, &consumer.url()).await;
        active(&api, &id).await;
        ids.push(id);
    }
    consumers[1].answers(Manner { takes: Duration::from_millis(400), ..Manner::default() });
    consumers[2].answers(Manner { refuses_one_of: 2, ..Manner::default() });
    let positions = events / OF_A_POSITION;
    let killing = Duration::from_millis(u64::try_from(LIFE_MS_MAX).unwrap() / 2) * u32::try_from(kills).unwrap();
    let pace = killing / u32::try_from(positions).unwrap();
    let making = tokio::spawn(long_flow(client.clone(), served.url.clone(), positions, pace));
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(chance(LIFE_MS_MAX))).await;
        running.kill();
        running = worker();
    }
    let made = making.await.unwrap();
    consumers[2].answers(Manner::default());
    for (at, (consumer, id)) in consumers.iter().zip(&ids).enumerate() {
        // What was refused is asked for again: by itself it would come within hours. Who refused nothing needs not ask.
        let refuses = at == 2;
        all_arrive(consumer, &made, async || {
            if refuses {
                redeliver(&client.api(&served.url).await, id).await
            }
        })
        .await;
    }
    let accepted = consumers[1].heard().iter().filter(|one| one.json()["data"]["debt_position_id"].is_string()).count();
    let twice = accepted - taken(&consumers[1]).len();
    assert!(twice > 0 || kills < KILLS, "no kill came between an answer and its record");
    let waits = waits(&consumers[0]);
    let p99 = waits[waits.len() * 99 / 100];
    let most = waits.last().unwrap();
    let found = format!("healthy p99 {p99} ms, at most {most} ms; {twice} twice at the slow one");
    report(&format!("{} events, {kills} kills: {found}", waits.len()));
    assert!(p99 < HEALTHY_MS_MAX || kills <= KILLS, "p99 {p99} ms, at most {most} ms of {}", waits.len());
}

#[expect(clippy::print_stdout, reason = "a long run by hand tells what it found")]
fn report(found: &str) {
    println!("{found}");
}

/// A flow that may last longer than a token.
async fn long_flow(client: Credentials, url: String, positions: usize, pace: Duration) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    while made.len() < positions {
        let some = OF_A_TOKEN.min(positions - made.len());
        made.append(&mut flow(client.api(&url).await, some, pace).await);
    }
    made
}

/// Makes positions and changes them, each in that time at least; their ids.
pub(crate) async fn flow(api: Api, positions: usize, pace: Duration) -> BTreeSet<String> {
    let mut made = BTreeSet::new();
    for _ in 0..positions {
        let begun = Instant::now();
        let body = position("MULTE", 1_000);
        let came = api.post("/v1/debt-positions", &body).await;
        assert_eq!(came.status, 201, "{}", came.body);
        let id = came.body["id"].as_str().unwrap().to_owned();
        for change in 1..OF_A_POSITION {
            let mut changed = body.clone();
            changed["amount"] = json!(1_000 + change);
            let came = api.put(&format!("/v1/debt-positions/{id}"), &changed).await;
            assert_eq!(came.status, 200, "{}", came.body);
        }
        made.insert(id);
        tokio::time::sleep(pace.saturating_sub(begun.elapsed())).await;
    }
    made
}

/// What a receiver took, by its id; the same id is the same event, byte by byte.
pub(crate) fn taken(consumer: &Consumer) -> BTreeMap<String, Value> {
    let mut taken = BTreeMap::new();
    for one in consumer.heard().iter().filter(|one| one.status == 204) {
        let body = one.json();
        if body["data"]["debt_position_id"].is_string() {
            let before = taken.insert(one.header("webhook-id").to_owned(), body.clone());
            assert!(before.is_none_or(|before| before == body), "one id, one event");
        }
    }
    taken
}

async fn redeliver(api: &Api, id: &str) {
    let again = api.post(&format!("{ENDPOINTS}/{id}/redeliver"), &json!({})).await;
    assert_eq!(again.status, 200, "{}", again.body);
}

/// Waits until a receiver has taken every event, and helps it now and then.
async fn all_arrive(consumer: &Consumer, made: &BTreeSet<String>, help: impl AsyncFn()) {
    let expected: BTreeSet<(String, i64)> =
        made.iter().flat_map(|id| (1..=OF_A_POSITION).map(|at| (id.clone(), i64::try_from(at).unwrap()))).collect();
    let mut progress = (0, Instant::now());
    loop {
        let taken = taken(consumer);
        let told: Vec<(String, i64)> = taken
            .values()
            .map(|body| {
                let position = body["data"]["debt_position_id"].as_str().unwrap().to_owned();
                (position, body["sequence"].as_i64().unwrap())
            })
            .filter(|(position, _)| made.contains(position))
            .collect();
        let distinct: BTreeSet<(String, i64)> = told.iter().cloned().collect();
        assert_eq!(distinct.len(), told.len(), "each event under one id, and each place in a position once");
        if distinct == expected {
            return;
        }
        if distinct.len() > progress.0 {
            progress = (distinct.len(), Instant::now());
        }
        assert!(progress.1.elapsed() < PATIENCE, "{} of {} arrived", distinct.len(), expected.len());
        help().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// The gateway is killed again and again, each time when it has said that a position is made: each is told, under one id.
pub(crate) async fn gateway_killed(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let serve = async || town.serve_with(&listen, &[("TRAMITE_WITH_WORKER", "true".to_owned())]).await;
    let mut served = serve().await;
    let api = teller(&town, &served.url, "comune-perugia").await;
    let consumer = Consumer::start().await;
    let (id, _) = endpoint(&api, &consumer.url()).await;
    active(&api, &id).await;
    let mut made = BTreeSet::new();
    for _ in 0..GATEWAY_KILLS {
        let position = api.over(tramite_tests::http::client()).position("MULTE", 1_000).await;
        served.process.kill();
        made.insert(position["id"].as_str().unwrap().to_owned());
        served = serve().await;
    }
    let told = || {
        let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (id, body) in taken(&consumer) {
            told.entry(body["data"]["debt_position_id"].as_str().unwrap().to_owned()).or_default().insert(id);
        }
        told
    };
    until("each is told", async || told().keys().eq(&made)).await;
    assert!(told().values().all(|ids| ids.len() == 1), "each under one id: {:?}", told());
}

/// How long after they happened events arrived first, in milliseconds, the shortest first. Their ids say when they happened.
pub(crate) fn waits(consumer: &Consumer) -> Vec<u128> {
    let mut first = BTreeMap::new();
    for one in consumer.heard() {
        if one.json()["data"]["debt_position_id"].is_string() {
            first.entry(one.header("webhook-id").to_owned()).or_insert(one.at);
        }
    }
    let since = |(id, at): (&String, &SystemTime)| {
        let (seconds, nanoseconds) = Uuid::parse_str(id).unwrap().get_timestamp().unwrap().to_unix();
        let happened = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        at.duration_since(happened).unwrap_or_default().as_millis()
    };
    let mut waits: Vec<u128> = first.iter().map(since).collect();
    waits.sort_unstable();
    waits
}
