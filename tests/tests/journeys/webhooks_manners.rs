// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of events whose receiver refuses them, sends them elsewhere, takes too long, or says that it is gone
//! (reliability.md 17 and 20).

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tramite_testkit::Database;
use tramite_tests::api::Api;
use tramite_tests::consumer::{Consumer, Manner};
use tramite_tests::town::Town;
use tramite_tests::until;

use super::webhooks::{ENDPOINTS, active, endpoint, teller};

const INSTITUTION: &str = "comune-perugia";
/// How long an attempt may take, in milliseconds, and a little for a small machine.
const LATENCY_MS: std::ops::Range<u64> = 9_000..15_000;
/// The waits after the first and the second attempt, in milliseconds: five seconds and five minutes, with what chance adds or
/// takes, and the time between two instants that are taken one after the other.
const WAITS_MS: [std::ops::RangeInclusive<i64>; 2] = [4_500..=5_500, 270_000..=330_000];
const SECOND_WITHIN: Duration = Duration::from_secs(45);

/// An endpoint with its receiver.
struct One {
    id: String,
    consumer: Consumer,
}

impl One {
    async fn active(api: &Api) -> Self {
        let consumer = Consumer::start().await;
        let (id, _) = endpoint(api, &consumer.url()).await;
        active(api, &id).await;
        Self { id, consumer }
    }

    async fn shown(&self, api: &Api) -> Value {
        api.get(&format!("{ENDPOINTS}/{}", self.id)).await.body
    }

    /// The delivery that tells of a position's making.
    async fn delivery(&self, api: &Api, event: &str) -> Value {
        let listed = api.get(&format!("{ENDPOINTS}/{}/deliveries?type=debt_position.created", self.id)).await.body;
        let mut items = listed["items"].as_array().unwrap().iter();
        items.find(|one| one["event_id"] == event).cloned().unwrap_or_default()
    }

    /// The event that told it of a position.
    fn event(&self, position: &Value) -> Option<String> {
        let mut heard = self.consumer.heard().into_iter().map(|one| one.json());
        let found = heard.find(|body| body["data"]["debt_position_id"] == position["id"]);
        found.map(|body| body["id"].as_str().unwrap().to_owned())
    }
}

/// Whoever does not say 2xx in time is asked again after five seconds, and after five minutes; a redirect leads nowhere.
pub(crate) async fn refusing(database: Database) {
    let town = Town::start(&database).await;
    let api = teller(&town, &town.gateway(), INSTITUTION).await;
    let elsewhere = Consumer::start().await;
    let [fails, redirects, hangs] = [One::active(&api).await, One::active(&api).await, One::active(&api).await];
    fails.consumer.answers(Manner { status: 500, ..Manner::default() });
    redirects.consumer.answers(Manner { redirects_to: Some(elsewhere.port), ..Manner::default() });
    hangs.consumer.answers(Manner { takes: Duration::from_secs(29), ..Manner::default() });
    let position = api.position("MULTE", 1_000).await;
    let answered = |delivery: &Value, one: &str| match one {
        "hangs" => delivery["last_failure"] == "timeout" && delivery.get("last_http_status").is_none(),
        "fails" => delivery["last_http_status"] == 500,
        _ => delivery["last_http_status"] == 301,
    };
    for attempts in [1, 2] {
        for (name, one) in [("fails", &fails), ("redirects", &redirects), ("hangs", &hangs)] {
            let tried = tried(&api, one, &position, attempts).await;
            assert_eq!(tried["status"], "failed", "{name}: {tried}");
            assert!(answered(&tried, name), "{name}: {tried}");
            let wait = between(&tried["last_attempt_at"], &tried["next_attempt_at"]);
            assert!(WAITS_MS[attempts - 1].contains(&wait), "{name}: {wait} ms after attempt {attempts}");
            let latency = tried["last_latency_ms"].as_u64().unwrap();
            assert_eq!(LATENCY_MS.contains(&latency), name == "hangs", "{name}: {latency} ms");
        }
    }
    assert_eq!(elsewhere.connections(), 0, "nobody follows a redirect");
    // Both attempts were heard, under one id.
    let heard = fails.consumer.heard();
    assert_eq!(heard.iter().filter(|one| one.json()["data"]["debt_position_id"] == position["id"]).count(), 2);
}

/// The delivery once it was tried so often; it is looked at before the attempt after that.
async fn tried(api: &Api, one: &One, position: &Value, attempts: usize) -> Value {
    let begun = Instant::now();
    loop {
        if let Some(event) = one.event(position) {
            let delivery = one.delivery(api, &event).await;
            if delivery["attempts"].as_u64().is_some_and(|made| made >= u64::try_from(attempts).unwrap()) {
                assert_eq!(delivery["attempts"], json!(attempts), "{delivery}");
                return delivery;
            }
        }
        assert!(begun.elapsed() < SECOND_WITHIN, "attempt {attempts} in vain");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Milliseconds from one instant to another, less than a day later.
fn between(from: &Value, to: &Value) -> i64 {
    let of_day = |timestamp: &Value| {
        let text = timestamp.as_str().unwrap();
        let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap();
        let fraction = format!("{:0<3}", text[19..].trim_matches(['.', 'Z']));
        ((number(11, 13) * 60 + number(14, 16)) * 60 + number(17, 19)) * 1_000 + fraction[..3].parse::<i64>().unwrap()
    };
    (of_day(to) - of_day(from)).rem_euclid(24 * 3_600 * 1_000)
}

/// Who answers 410 is told no longer, and told so in the feed; others are told as before.
pub(crate) async fn gone(database: Database) {
    let town = Town::start(&database).await;
    let api = teller(&town, &town.gateway(), INSTITUTION).await;
    let [gone, control] = [One::active(&api).await, One::active(&api).await];
    gone.consumer.answers(Manner { status: 410, ..Manner::default() });
    api.position("MULTE", 1_000).await;
    until("it is disabled", async || gone.shown(&api).await["status"] == "disabled").await;
    assert_eq!(gone.shown(&api).await["disabled_reason"], "gone");
    // The event is its client's own: whoever reads the feed of the same client finds it, and so does its other endpoint.
    let told = || {
        let mut heard = control.consumer.heard().into_iter().map(|one| one.json());
        heard.find(|body| body["type"] == "webhook_endpoint.disabled")
    };
    until("it is told", async || told().is_some()).await;
    let data = &told().unwrap()["data"];
    assert_eq!((&data["webhook_endpoint_id"], &data["disabled_reason"]), (&json!(gone.id), &json!("gone")), "{data}");
    let before = gone.consumer.heard().len();
    let later = api.position("MULTE", 1_000).await;
    until("the other is told", async || control.event(&later).is_some()).await;
    // As long as the worker takes to look again, several times over.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(gone.consumer.heard().len(), before, "who is gone is told no more");
    assert_eq!(control.shown(&api).await["status"], "active");
}
