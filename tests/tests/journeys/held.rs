// SPDX-License-Identifier: AGPL-3.0-or-later
//! More requests than connections, and a database that is held: everybody is answered, nobody waits without end, and
//! afterwards all is as before.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Client, Method};
use tramite_testkit::Database;
use tramite_testkit::postgres::Cluster;
use tramite_tests::api::{Api, notice, position};
use tramite_tests::load::{Load, Shot, longest, outcomes, rest, soap};
use tramite_tests::node;
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;
use super::outage::SOAP_MAX;

/// Callers of each kind; many more than connections.
const CALLERS: usize = 12;
const CONNECTIONS: usize = 4;
const SYSTEM_CONNECTIONS: usize = 1;
/// How long the database is held.
const HELD: Duration = Duration::from_secs(4);
/// Nobody waits longer for the API: a statement waits five seconds for a lock at most, and who finds no connection is
/// told so after one.
const REST_MAX: Duration = Duration::from_secs(9);
/// How soon all is as before.
const RECOVERY_MAX: Duration = Duration::from_secs(5);
const BUSY: &str = "503 unavailable, come again";

/// A session of psql that holds a lock until it is let go.
struct Lock(Child);

impl Lock {
    fn take(cluster: &Cluster, url: &str) -> Self {
        let mut session = Command::new(cluster.pg_bin("psql"))
            .args(["-X", "-q", "-d", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = session.stdin.as_mut().unwrap();
        writeln!(input, "BEGIN; LOCK TABLE debt_positions IN ACCESS EXCLUSIVE MODE;").unwrap();
        Self(session)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Without input psql ends, and its transaction with it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

pub(crate) async fn held(cluster: Arc<Cluster>) {
    let url = cluster.create_database("held");
    let name = url.rsplit_once('/').unwrap().1.to_owned();
    let database = Database::Postgres(url.clone());
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", tramite_testkit::free_port());
    let settings = [
        ("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned()),
        ("TRAMITE_DATABASE_CONNECTIONS", CONNECTIONS.to_string()),
        ("TRAMITE_DATABASE_SYSTEM_CONNECTIONS", SYSTEM_CONNECTIONS.to_string()),
    ];
    let served = town.serve_with(&listen, &settings).await;

    let load = start(&town, &served).await;
    until("the load is served", async || served_since(&load, Instant::now()).await).await;
    let begun = Instant::now();
    let lock = Lock::take(&cluster, &url);
    let mut sessions = 0;
    while begun.elapsed() < HELD {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let sql =
            format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'tramite'");
        let counting = Arc::clone(&cluster);
        let count = tokio::task::spawn_blocking(move || counting.psql("postgres", &sql)).await.unwrap();
        sessions = sessions.max(count.parse().unwrap());
    }
    drop(lock);
    finish(load, begun).await;
    // Who gives up leaves a session behind that still waits for the lock: it counts as one of those that were
    // configured. One that ends may be seen beside the one in its place.
    assert!(sessions <= 2 * CONNECTIONS, "{sessions} sessions at the server");

    let load = start(&town, &served).await;
    until("the load is served", async || served_since(&load, Instant::now()).await).await;
    let begun = Instant::now();
    cluster.pause();
    until("readiness is lost", async || served.readiness().await.0 == 503).await;
    let asked = Instant::now();
    assert_eq!(served.readiness().await.0, 503);
    assert!(asked.elapsed() < SOAP_MAX, "readiness is told after {:?}", asked.elapsed());
    tokio::time::sleep(HELD.saturating_sub(begun.elapsed())).await;
    cluster.resume();
    finish(load, begun).await;
}

async fn start(town: &Town, served: &Served) -> Load {
    let api = town.api_at(&served.url, "comune-perugia").await;
    let to = addressee(town, "comune-perugia");
    let open = api.position("MULTE", 1_000).await;
    let path = format!("/v1/debt-positions/{}", open["id"].as_str().unwrap());
    let mut load = Load::default();
    let http = Client::new();
    for _ in 0..CALLERS {
        let (http, url, message) = (http.clone(), served.url.clone(), node::verify(&to, notice(&open)));
        load.keep("verify", Duration::from_millis(100), move |_| {
            let (http, url, message) = (http.clone(), url.clone(), message.clone());
            async move { soap(&http, &url, "paVerifyPaymentNotice", message).await }
        });
        let (reader, path) = (api.clone(), path.clone());
        load.keep("read", Duration::from_millis(100), move |_| {
            let (api, path) = (reader.clone(), path.clone());
            async move { rest(&api, Method::GET, &path, None, None).await }
        });
        let writer = api.clone();
        load.keep("create", Duration::from_millis(100), move |_| create(writer.clone()));
    }
    load
}

async fn create(api: Api) -> String {
    let (body, key) = (position("MULTE", 700), Uuid::new_v4().to_string());
    rest(&api, Method::POST, "/v1/debt-positions", Some(&body), Some(&key)).await
}

/// Whether every kind of request that was begun after that instant is served.
async fn served_since(load: &Load, since: Instant) -> bool {
    tokio::time::sleep(Duration::from_millis(200)).await;
    let good = |what: &str, outcome: &str| {
        load.so_far().iter().any(|shot| shot.what == what && shot.begun > since && shot.outcome == outcome)
    };
    good("verify", "OK") && good("read", "200") && good("create", "201")
}

/// After the database was let go.
async fn finish(load: Load, begun: Instant) {
    let free = Instant::now();
    until("all is as before", async || served_since(&load, free).await).await;
    let recovery = free.elapsed();
    let shots = load.end().await;
    let during: Vec<Shot> = shots.into_iter().filter(|shot| shot.begun > begun).collect();
    let told = outcomes(&during, "verify");
    assert!(told.keys().all(|one| ["OK", "PAA_SYSTEM_ERROR"].contains(&one.as_str())), "{told:?}");
    assert!(told.contains_key("PAA_SYSTEM_ERROR"), "{told:?}");
    assert!(longest(&during, "verify") < SOAP_MAX, "{:?}", longest(&during, "verify"));
    for (what, good) in [("read", "200"), ("create", "201")] {
        let told = outcomes(&during, what);
        assert!(told.keys().all(|one| [good, BUSY].contains(&one.as_str())), "{what}: {told:?}");
        assert!(told.contains_key(BUSY), "{what}: {told:?}");
        assert!(longest(&during, what) < REST_MAX, "{what}: {:?}", longest(&during, what));
    }
    assert!(recovery < RECOVERY_MAX, "all is as before after {recovery:?}");
}
