// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receiver that was away for three days: when it is there again, what happened meanwhile arrives without a request, and a
//! range of it comes once more where it is asked for (reliability.md 18).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use serde_json::{Value, json};
use tramite_testkit::{Database, free_port, postgres};
use tramite_tests::api::Api;
use tramite_tests::consumer::{Consumer, Manner};
use tramite_tests::town::Town;
use tramite_tests::until;

use super::webhooks::{ENDPOINTS, active, endpoint, teller};
use super::webhooks_kills::{OF_A_POSITION, flow, taken};

const POSITIONS: usize = 15;
/// Three days, in microseconds: what SQLite counts instants in.
const AWAY: &str = "259200000000";
/// What the schedule says of a delivery that was tried in vain for three days: so many attempts, and the next in some hours.
const ATTEMPTS: &str = "9";
const REST: &str = "10800000000";

pub(crate) async fn after_days(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let serve = async || town.serve_with(&listen, &[("TRAMITE_WITH_WORKER", "true".to_owned())]).await;
    let mut served = serve().await;
    let api = teller(&town, &served.url, "comune-perugia").await;
    let consumer = Consumer::start().await;
    let (id, _) = endpoint(&api, &consumer.url()).await;
    active(&api, &id).await;
    consumer.answers(Manner { refuses_one_of: 1, ..Manner::default() });
    let made = flow(api.clone(), POSITIONS, Duration::ZERO).await;
    let tried = || told(&consumer).into_keys().collect::<BTreeSet<_>>();
    until("everything was tried", async || tried().len() == POSITIONS * OF_A_POSITION).await;
    served.process.stop();
    assert!(taken(&consumer).is_empty(), "nothing was taken");
    days_pass(&database);

    let before = consumer.heard().len();
    consumer.answers(Manner::default());
    let _served = serve().await;
    until("everything arrives", async || taken(&consumer).len() == POSITIONS * OF_A_POSITION).await;
    assert_eq!(taken(&consumer).into_keys().collect::<BTreeSet<_>>(), tried(), "under the ids of the vain attempts");
    let first = consumer.heard().swap_remove(before);
    assert_eq!(Some(first.header("webhook-id")), tried().first().map(String::as_str), "the others were not due yet");
    in_order(&taken(&consumer), &made);
    range(&api, &id, &consumer).await;
}

/// How often the consumer heard each event of a position.
fn told(consumer: &Consumer) -> BTreeMap<String, usize> {
    let mut told = BTreeMap::new();
    for one in consumer.heard().iter().filter(|one| one.json()["data"]["debt_position_id"].is_string()) {
        *told.entry(one.header("webhook-id").to_owned()).or_default() += 1;
    }
    told
}

/// Moves what was tried three days back. One delivery has become due while nobody worked, and the others are not yet: that it
/// arrives says that the others may.
fn days_pass(database: &Database) {
    let due = "event_id = (SELECT event_id FROM webhook_deliveries WHERE due_at IS NOT NULL ORDER BY event_id LIMIT 1)";
    let sql = format!(
        "UPDATE webhook_deliveries SET began_at = began_at - {AWAY}, last_at = last_at - {AWAY}, attempts = {ATTEMPTS}, \
             due_at = CASE WHEN {due} THEN due_at - {AWAY} ELSE due_at + {REST} END WHERE due_at IS NOT NULL; \
         UPDATE webhook_lanes SET due_at = due_at - {AWAY}, rests_until = rests_until - {AWAY}; \
         UPDATE webhook_endpoints SET failing_since = failing_since - {AWAY};"
    );
    match database.url().strip_prefix("sqlite:") {
        Some(path) => SqliteConnection::establish(path).unwrap().batch_execute(&sql).unwrap(),
        None => {
            let name = database.url().rsplit('/').next().unwrap();
            let sql = [AWAY, REST]
                .iter()
                .fold(sql, |sql, span| sql.replace(&format!(" {span}"), &format!(" interval '{span} microseconds'")));
            postgres::cluster().unwrap().psql(name, &sql);
        }
    }
}

/// By their sequence the events of a position are put into the order in which they happened.
fn in_order(taken: &BTreeMap<String, Value>, made: &BTreeSet<String>) {
    let mut of: BTreeMap<&str, Vec<(i64, &str)>> = BTreeMap::new();
    for body in taken.values() {
        let position = body["data"]["debt_position_id"].as_str().unwrap();
        let sequence = body["sequence"].as_i64().unwrap();
        of.entry(position).or_default().push((sequence, instant(&body["timestamp"])));
    }
    assert!(of.keys().copied().eq(made.iter().map(String::as_str)));
    for (position, mut events) in of {
        events.sort_unstable();
        assert!(events.iter().map(|(sequence, _)| *sequence).eq(1..=4), "{position}: {events:?}");
        assert!(events.is_sorted_by_key(|(_, timestamp)| *timestamp), "{position}: {events:?}");
    }
}

/// An instant in an order of texts: those of RFC 3339 differ in how many digits they have.
fn instant(timestamp: &Value) -> &str {
    timestamp.as_str().unwrap().strip_suffix('Z').unwrap()
}

/// A range of instants, the first included and the last not, comes once more, under the same ids; nothing else does.
async fn range(api: &Api, id: &str, consumer: &Consumer) {
    let all = POSITIONS * OF_A_POSITION;
    let shown = async || {
        let listed = api.get(&format!("{ENDPOINTS}/{id}/deliveries?limit=500&status=delivered")).await.body;
        let items = listed["items"].as_array().unwrap().iter().filter(|one| one["type"] != "webhook_endpoint.test");
        items.cloned().collect::<Vec<Value>>()
    };
    until("they are shown", async || shown().await.len() == all).await;
    // The newest come first.
    let shown = shown().await;
    let (from, to) = (&shown[all * 2 / 3]["timestamp"], &shown[all / 3]["timestamp"]);
    let within: BTreeSet<String> = shown
        .iter()
        .filter(|one| (instant(from)..instant(to)).contains(&instant(&one["timestamp"])))
        .map(|one| one["event_id"].as_str().unwrap().to_owned())
        .collect();
    assert!((1..all / 2).contains(&within.len()), "{} of {all}", within.len());
    let before = told(consumer);
    let again = api.post(&format!("{ENDPOINTS}/{id}/redeliver"), &json!({"from": from, "to": to})).await;
    assert_eq!(again.body, json!({"deliveries": within.len(), "more": false}));
    let more = || {
        let now = told(consumer);
        let grown = now.iter().map(|(id, times)| (id.clone(), times - before.get(id).copied().unwrap_or(0)));
        grown.filter(|(_, times)| *times > 0).collect::<BTreeMap<_, _>>()
    };
    until("they come again", async || more().len() >= within.len()).await;
    // What else were on its way would come within a few of the worker's looks.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(more(), within.into_iter().map(|id| (id, 1)).collect(), "each once more, and no other");
}
