// SPDX-License-Identifier: AGPL-3.0-or-later
//! More requests than connections, and a database that is held: everybody is answered, nobody waits without end, and
//! afterwards all is as before.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use reqwest::Method;
use tramite_testkit::Database;
use tramite_testkit::postgres::Cluster;
use tramite_tests::api::{Api, notice, position};
use tramite_tests::load::{Load, Shot, longest, outcomes, rest, soap};
use tramite_tests::node;
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

use super::disk_full::send;
use super::many::addressee;
use super::outage::{SOAP_MAX, check_receipts, prepare};

/// Callers of each kind; many more than connections.
const CALLERS: usize = 12;
const CONNECTIONS: usize = 4;
const SYSTEM_CONNECTIONS: usize = 1;
/// How long the database is held.
const HELD: Duration = Duration::from_secs(4);
/// Nobody waits longer for the API: a statement waits five seconds for a lock at most, and who finds no connection is
/// told so after one.
const REST_MAX: Duration = Duration::from_secs(9);
/// The same with one writer: it waits five seconds for the file, and so does who came while it waited.
const FILE_MAX: Duration = Duration::from_secs(13);
/// How soon all is as before.
const RECOVERY_MAX: Duration = Duration::from_secs(5);
const BUSY: &str = "503 unavailable, come again";

/// A session of a database's shell that holds a lock until it is let go.
struct Lock(Child);

impl Lock {
    fn take(mut shell: Command, sql: &str) -> Self {
        let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut session = shell.spawn().unwrap();
        writeln!(session.stdin.as_mut().unwrap(), "{sql}").unwrap();
        Self(session)
    }

    /// Nobody reads or writes positions.
    fn of_table(cluster: &Cluster, url: &str) -> Self {
        let mut shell = Command::new(cluster.pg_bin("psql"));
        shell.args(["-X", "-q", "-d", url]);
        Self::take(shell, "BEGIN; LOCK TABLE debt_positions IN ACCESS EXCLUSIVE MODE;")
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Without input the shell ends, and its transaction with it.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A connection of another program that keeps everybody from writing into the file until it is dropped.
fn file_lock(path: &str) -> SqliteConnection {
    let mut connection = SqliteConnection::establish(path).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE").unwrap();
    connection
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
    let lock = Lock::of_table(&cluster, &url);
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

/// Another program writes into the file for longer than anybody waits for it.
pub(crate) async fn file(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", tramite_testkit::free_port());
    let served = town.serve_with(&listen, &[("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned())]).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let to = addressee(&town, "comune-perugia");
    let receipts = prepare(&api, &to, 2).await;
    let load = start(&town, &served).await;
    let lock = file_lock(database.url().strip_prefix("sqlite:").unwrap());
    // Creations stop coming: the lock is there.
    until("nothing is written", async || {
        let since = Instant::now();
        tokio::time::sleep(Duration::from_millis(500)).await;
        !load.so_far().iter().any(|shot| shot.what == "create" && shot.begun > since)
    })
    .await;
    let begun = Instant::now();
    let receipts = send(&served, receipts).await;
    assert!(begun.elapsed() < SOAP_MAX, "{:?}", begun.elapsed());
    assert!(receipts.iter().all(|sent| sent.outcome.as_deref() == Some("PAA_SYSTEM_ERROR")));
    until("creations are refused", async || outcomes(&load.so_far(), "create").contains_key(BUSY)).await;
    drop(lock);
    let free = Instant::now();
    until("all is as before", async || served_since(&load, free).await).await;
    let recovery = free.elapsed();
    let shots = load.end().await;
    for (what, right) in [("verify", vec!["OK"]), ("read", vec!["200"]), ("create", vec!["201", BUSY])] {
        let told = outcomes(&shots, what);
        assert!(told.keys().all(|one| right.contains(&one.as_str())), "{what}: {told:?}");
    }
    // Reading waits for nobody.
    assert!(longest(&shots, "verify") < SOAP_MAX, "{:?}", longest(&shots, "verify"));
    assert!(longest(&shots, "create") < FILE_MAX, "{:?}", longest(&shots, "create"));
    assert!(recovery < RECOVERY_MAX, "all is as before after {recovery:?}");
    check_receipts(&served, &api, &Mutex::new(receipts)).await;
}

async fn start(town: &Town, served: &Served) -> Load {
    let api = town.api_at(&served.url, "comune-perugia").await;
    let to = addressee(town, "comune-perugia");
    let open = api.position("MULTE", 1_000).await;
    let path = format!("/v1/debt-positions/{}", open["id"].as_str().unwrap());
    let mut load = Load::default();
    let http = tramite_tests::http::client();
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
