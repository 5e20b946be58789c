// SPDX-License-Identifier: AGPL-3.0-or-later
//! An endpoint that takes its time is told in its own time; another institution's is told at once, and nobody is told of
//! anybody else (reliability.md 17 and 29).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use tramite_testkit::Database;
use tramite_tests::api::{Api, position};
use tramite_tests::consumer::{Consumer, Manner};
use tramite_tests::town::Town;
use tramite_tests::until;

use super::webhooks::{active, endpoint, teller};
use super::webhooks_kills::waits;

const SLOW: &str = "comune-perugia";
/// What is on its way to one endpoint at a time.
const AT_ONCE: usize = 16;
/// How long that takes to come about: a smaller lot may have gone before, and takes its ten seconds.
const FULL_WITHIN: Duration = Duration::from_secs(30);
const TOLD: usize = 20;
const WAIT_MS_MAX: u128 = 5_000;

pub(crate) async fn delays_nobody(database: Database) {
    let town = Town::start(&database).await;
    let gateway = town.gateway();
    let (slow, fast) = (Consumer::start().await, Consumer::start().await);
    let codes = town.told["clients"].as_array().unwrap();
    let mut codes = codes.iter().filter_map(|one| one["institution"].as_str());
    let other = codes.find(|code| *code != SLOW).expect("another institution");
    let (of_slow, of_fast) = (teller(&town, &gateway, SLOW).await, teller(&town, &gateway, other).await);
    let (first, _) = endpoint(&of_slow, &slow.url()).await;
    let (second, _) = endpoint(&of_fast, &fast.url()).await;
    active(&of_slow, &first).await;
    active(&of_fast, &second).await;
    slow.answers(Manner { takes: Duration::from_secs(60), ..Manner::default() });
    let before = slow.heard().len();
    for _ in 0..50 {
        of_slow.position("MULTE", 1_000).await;
    }
    let begun = Instant::now();
    while slow.heard().len() < before + AT_ONCE {
        assert!(begun.elapsed() < FULL_WITHIN, "{} on their way to the slow one", slow.heard().len() - before);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let service = service(&of_fast).await;
    let mut made = BTreeSet::new();
    for _ in 0..TOLD {
        made.insert(of_fast.position(&service, 1_000).await["id"].to_string());
    }
    let told = || {
        let bodies = fast.heard().into_iter().map(|one| one.json()["data"]["debt_position_id"].to_string());
        bodies.collect::<BTreeSet<_>>()
    };
    until("the other is told of everything", async || made.is_subset(&told())).await;
    let waits = waits(&fast);
    let p99 = waits[(waits.len() * 99).div_ceil(100) - 1];
    assert!(p99 < WAIT_MS_MAX, "p99 {p99} ms of {}", waits.len());
    for (consumer, code) in [(&slow, SLOW), (&fast, other)] {
        let own = &town.institution(code)["id"];
        for one in consumer.heard() {
            assert_eq!(&one.json()["institution_id"], own, "told {code}: {}", one.json());
        }
    }
}

/// A service of which anything may be owed.
async fn service(api: &Api) -> String {
    let services = api.get("/v1/services").await.body;
    for service in services["items"].as_array().unwrap() {
        let code = service["code"].as_str().unwrap();
        if api.post("/v1/debt-positions", &position(code, 1_000)).await.status == 201 {
            return code.to_owned();
        }
    }
    panic!("no service takes it: {}", Value::to_string(&services))
}
