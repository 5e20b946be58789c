// SPDX-License-Identifier: AGPL-3.0-or-later
//! A client far above its quota is told so, and nobody else notices (reliability.md 33).

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, Came, notice};
use tramite_tests::load::{self, Load, Shot, outcomes, rest};
use tramite_tests::town::Town;

use super::many::addressee;
use super::outage::ask;
use super::tokens::{platform, reader};

/// Requests a second, and at once.
const QUOTA: u32 = 10;
const LOUD_CALLERS: usize = 6;
/// How long somebody asks far too much.
const LOUD_SECONDS: usize = 3;
/// How long it is calm, or loud, at a time.
const ROUND: Duration = Duration::from_secs(4);
/// How often the neighbour asks, whatever happens beside it.
const PACE: Duration = Duration::from_millis(150);
const REFUSED: &str = "429 rate_limited, come again";

pub(crate) async fn above(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let quota = |name| (name, QUOTA.to_string());
    let settings = ["TRAMITE_LIMIT_CLIENT_PER_SECOND", "TRAMITE_LIMIT_CLIENT_BURST"].map(quota);
    let served = town.serve_with(&listen, &settings).await;
    let loud = town.api_at(&served.url, "comune-perugia").await;
    let neighbour = town.api_at(&served.url, "comune-terni").await;
    let open = loud.position("MULTE", 1_000).await;

    let mut load = Load::default();
    for _ in 0..LOUD_CALLERS {
        read(&mut load, "loud", Duration::from_millis(10), &loud);
    }
    read(&mut load, "neighbour", Duration::from_millis(150), &neighbour);
    ask(&mut load, &served, &addressee(&town, "comune-perugia"), notice(&open));
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(LOUD_SECONDS.try_into().unwrap())).await;
    let shots = load.end().await;
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();

    let told = outcomes(&shots, "loud");
    let count = |outcome: &str| told.get(outcome).copied().unwrap_or(0);
    assert!(told.keys().all(|one| ["200", REFUSED].contains(&one.as_str())), "{told:?}");
    let quota = usize::try_from(QUOTA).unwrap();
    assert!(count("200") + count(REFUSED) > 3 * quota * LOUD_SECONDS, "too few requests to tell: {told:?}");
    // What fits at once, and what is given anew in that time; two seconds more for what is not a whole one.
    let served_max = quota * (1 + seconds + 2);
    assert!((quota..=served_max).contains(&count("200")), "{told:?} in {seconds} s");
    for (what, good, least) in [("neighbour", "200", 5), ("verify", "OK", 5), ("get", "OK", 5)] {
        let count = load::served(&shots, what, good);
        assert!(count > least, "{what}: {count}");
    }
    comes_again(&loud).await;
    keeps_its_pace(&loud, &neighbour).await;
}

/// While a client asks far too much, its neighbour is served as often as before: in rounds of calm and noise, so that what else
/// the machine has to do falls on both.
async fn keeps_its_pace(loud: &Api, neighbour: &Api) {
    let mut load = Load::default();
    let (begun, asker) = (Instant::now(), neighbour.clone());
    load.keep("neighbour", Duration::ZERO, move |count| {
        let (api, due) = (asker.clone(), begun + PACE * u32::try_from(count).unwrap());
        async move {
            tokio::time::sleep_until(due.into()).await;
            rest(&api, Method::GET, "/v1/debt-positions?limit=1", None, None).await
        }
    });
    let mut rounds = Vec::new();
    for is_loud in [false, true, false, true] {
        let mut noise = Load::default();
        for _ in 0..if is_loud { LOUD_CALLERS } else { 0 } {
            read(&mut noise, "loud", Duration::from_millis(10), loud);
        }
        let begun = Instant::now();
        tokio::time::sleep(ROUND).await;
        rounds.push((is_loud, begun..Instant::now()));
        let refused = outcomes(&noise.end().await, "loud").get(REFUSED).copied().unwrap_or(0);
        assert!(!is_loud || refused > 100, "it was loud: {refused}");
    }
    let shots = load.end().await;
    let count = |of_loud: bool| {
        let within = |shot: &Shot| rounds.iter().any(|(loud, time)| *loud == of_loud && time.contains(&shot.begun));
        let some: Vec<Shot> = shots.iter().filter(|shot| within(shot)).cloned().collect();
        load::served(&some, "neighbour", "200")
    };
    let (loud, calm) = (count(true), count(false));
    assert!(calm > 40, "too few requests to tell: {calm}");
    assert!(loud * 100 >= calm * 95, "{loud} beside the loud one, {calm} without it");
}

/// Reads a list, and looks at the three headers of whatever is answered.
fn read(load: &mut Load, what: &'static str, pause: Duration, api: &Api) {
    let api = api.clone();
    load.keep(what, pause, move |_| {
        let api = api.clone();
        async move {
            match api.try_send(Method::GET, "/v1/debt-positions?limit=1", None::<&Value>, None).await {
                Ok(came) => limits(&came).map_or_else(|missing| missing, |_| came.told()),
                Err(error) => format!("broken: {error:?}"),
            }
        }
    });
}

/// Limit, remaining and reset.
fn limits(came: &Came) -> Result<[u32; 3], String> {
    let number = |name: &str| {
        let header = format!("X-RateLimit-{name}");
        came.header(&header).and_then(|text| text.parse().ok()).ok_or(format!("no {header}"))
    };
    Ok([number("Limit")?, number("Remaining")?, number("Reset")?])
}

/// Who waits as long as he was told to is served.
async fn comes_again(api: &Api) {
    for _ in 0..QUOTA {
        let came = api.get("/v1/debt-positions?limit=1").await;
        let [limit, remaining, reset] = limits(&came).unwrap();
        assert_eq!(limit, QUOTA);
        if came.status == 429 {
            assert_eq!(remaining, 0);
            let seconds: u64 = came.header("Retry-After").unwrap().parse().unwrap();
            assert!(seconds <= u64::from(reset.max(1)), "{seconds} s, and all is free in {reset} s");
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            assert_eq!(api.get("/v1/debt-positions?limit=1").await.status, 200);
            return;
        }
    }
    panic!("never refused");
}

/// Requests of a day, and how many are made at once over two processes.
const DAY: usize = 40;
const ASKED: usize = 90;

pub(crate) async fn of_the_day(database: Database) {
    let town = Town::start(&database).await;
    let processes = [town.serve().await, town.serve().await];
    let platform = platform(&town, &processes[0].url).await;
    let client = reader(&town, &platform, "comune-perugia").await;
    let limits = json!({"requests_per_day": DAY});
    let put = platform.api.put(&format!("/v1/clients/{}/limits", client.id), &limits).await;
    assert_eq!(put.status, 200, "{}", put.body);
    let callers = [client.api(&processes[0].url).await, client.api(&processes[1].url).await];
    let mut asked = tokio::task::JoinSet::new();
    for at in 0..ASKED {
        let api = callers[at % 2].clone();
        asked.spawn(async move { api.get("/v1/debt-positions?limit=1").await });
    }
    let came = asked.join_all().await;
    // All processes together serve the quota and not one request more.
    assert_eq!(came.iter().filter(|one| one.status == 200).count(), DAY);
    for refused in came.iter().filter(|one| one.status != 200) {
        assert_eq!(refused.told(), "429 quota_exceeded, come again", "{}", refused.body);
        let [limit, remaining, reset] = limits_of(refused);
        assert_eq!((usize::try_from(limit).unwrap(), remaining), (DAY, 0));
        let seconds: u32 = refused.header("Retry-After").unwrap().parse().unwrap();
        assert!(seconds == reset && (1..=90_000).contains(&seconds), "{seconds} s");
    }
    // Its neighbour has none, and a process that begins now knows of it too.
    let neighbour = town.api_at(&processes[0].url, "comune-perugia").await;
    assert_eq!(neighbour.get("/v1/debt-positions?limit=1").await.status, 200);
    let third = town.serve().await;
    let again = callers[0].at(&third.url).get("/v1/debt-positions?limit=1").await;
    assert_eq!(again.problem(), (429, "quota_exceeded"));
}

fn limits_of(came: &Came) -> [u32; 3] {
    limits(came).unwrap()
}
