// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: what the real binary does on both databases, side by side in the same run with the same work without it:
//! `pgbench` on the same server, and a raw writer on the same file. It prints figures and asserts none: a machine is no
//! judge (docs/performance.md). With `TRAMITE_BENCH_POSITIONS=1000000` it measures questions and lists among so many instead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a measurement prints, and its ratios are no money"
)]

#[path = "http/copy.rs"]
mod copy;
#[path = "http/large.rs"]
mod large;
#[path = "http/load.rs"]
mod load;
#[path = "http/pgbench.rs"]
mod pgbench;
#[path = "http/raw.rs"]
mod raw;
#[path = "http/request.rs"]
mod request;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tramite_testkit::postgres::{Cluster, Options};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::notice;
use tramite_tests::node::{self, Addressee};
use tramite_tests::town::{Served, Town};

use load::{Measured, load};
use pgbench::{BARE, pgbench};
use request::Requests;

/// Connections at a time.
const CONNECTIONS: usize = 32;
/// How long each operation is measured.
const SECONDS: u64 = 5;
/// How long it is done before that: connections are made, statements are prepared, as in a server at work.
const WARM_UP_SECONDS: u64 = 1;
/// Positions that verify, get and show choose from.
const POSITIONS: usize = 1_000;

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{CONNECTIONS} connections, {SECONDS} s each, {POSITIONS} positions");
    match Cluster::start_new(Options { fsync: true, on_disk: true, ..Options::default() }) {
        Some(cluster) => runtime.block_on(on_postgres(&cluster)),
        None => println!("\nPostgreSQL is not measured: its programs are absent"),
    }
    if large::wanted().is_none() {
        runtime.block_on(on_sqlite());
    }
}

async fn on_postgres(cluster: &Cluster) {
    let url = cluster.create_database("bench");
    let name = url.rsplit('/').next().unwrap().to_owned();
    settle_in(cluster, &name);
    let (mut bench, town) = Bench::start(&Database::Postgres(url)).await;
    let scripts = pgbench::prepare(cluster, &name, &bench.requests.made);
    if let Some(many) = large::wanted() {
        return large::large(cluster, &name, &town, &mut bench, many).await;
    }
    let base = |script: &str| pgbench(cluster, &name, script, CONNECTIONS, SECONDS);
    println!("\nPostgreSQL, beside pgbench");
    bench.head();
    bench.run("verify (SOAP)", Requests::verify, "<outcome>OK</outcome>").await.beside(base(&scripts.verify));
    println!("{:<22} {:>9.0} /s by pgbench in one statement, without transaction and tenant", "", base(BARE));
    bench.run("get (SOAP)", Requests::get, "<outcome>OK</outcome>").await.beside(base(&scripts.verify));
    bench.run("show (REST)", Requests::show, "\"status\":\"open\"").await.beside(base(&scripts.show));
    bench.create().await.beside(base(&scripts.create));
    // The server does so by itself within a minute; a fresh table grows faster here than it looks.
    cluster.psql(&name, "ANALYZE");
    bench.run("session (REST)", Requests::session, "\"status\":\"open\"").await.beside(base(&scripts.session));
    bench.run("receipt (SOAP)", Requests::receipt, "<outcome>OK</outcome>").await.beside(base(&scripts.receipt));
}

/// A server that has been at work for a while has segments of its log to write over; a new one must make each of them
/// first, and all commits wait for it.
fn settle_in(cluster: &Cluster, database: &str) {
    for statement in [
        "ALTER SYSTEM SET min_wal_size = '1GB'",
        "ALTER SYSTEM SET max_wal_size = '4GB'",
        "SELECT pg_reload_conf()",
        "CREATE TABLE filler AS SELECT repeat(md5(i::text), 30) AS text FROM generate_series(1, 500000) i",
        "DROP TABLE filler",
        "CHECKPOINT",
        "CHECKPOINT",
    ] {
        cluster.psql(database, statement);
    }
}

async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tramite.db");
    let (mut bench, _town) = Bench::start(&Database::Sqlite(format!("sqlite:{}", file.display()))).await;
    println!("\nSQLite; receipts beside a raw writer with group commit");
    bench.head();
    bench.run("verify (SOAP)", Requests::verify, "<outcome>OK</outcome>").await.alone();
    bench.run("get (SOAP)", Requests::get, "<outcome>OK</outcome>").await.alone();
    bench.run("show (REST)", Requests::show, "\"status\":\"open\"").await.alone();
    bench.create().await.alone();
    bench.run("session (REST)", Requests::session, "\"status\":\"open\"").await.alone();
    let receipts = bench.run("receipt (SOAP)", Requests::receipt, "<outcome>OK</outcome>").await;
    bench.served.process.stop();
    receipts.beside(raw::receipts_per_second(Path::new(&file), CONNECTIONS, SECONDS));
}

/// A served town, and what requests are made of.
struct Bench {
    served: Served,
    requests: Arc<Requests>,
}

/// A measured operation.
struct Row {
    name: &'static str,
    measured: Measured,
    cpu_us: u64,
    /// Resident memory of the gateway afterwards.
    memory_mib: f64,
}

impl Bench {
    async fn start(database: &Database) -> (Self, Town) {
        let mut town = Town::start(database).await;
        let to = addressee(&town);
        town.demo.stop();
        // As many as by default, where nobody says otherwise.
        let connections = std::env::var("TRAMITE_DATABASE_CONNECTIONS").unwrap_or_else(|_| "8".to_owned());
        let listen = format!("127.0.0.1:{}", free_port());
        let served = town.serve_with(&listen, &[("TRAMITE_DATABASE_CONNECTIONS", connections)]).await;
        let host = served.url.trim_start_matches("http://").to_owned();
        let api = town.api_at(&served.url, "comune-perugia").await;
        let mut made: Vec<Value> = Vec::with_capacity(POSITIONS);
        for _ in 0..POSITIONS {
            made.push(api.position("MULTE", 12_050).await);
        }
        // One of each, as a model of the rows.
        let one = api.position("MULTE", 12_050).await;
        let session = json!({"line_items": [{"debt_position_id": one["id"]}], "return_url": request::RETURN_URL});
        let answer = api.post("/v1/checkout-sessions", &session).await;
        assert_eq!(answer.status, 201, "{}", answer.told());
        let paid = api.position("MULTE", 12_050).await;
        let receipt = node::receipt(&to, notice(&paid), "model", "120.50");
        let answer = node::send(&served.url, "paSendRTV2", receipt).await.unwrap();
        assert_eq!(node::outcome(&answer), "OK", "{answer}");
        let requests = Requests { host, token: api.token().to_owned(), to, made, fresh: Mutex::default() };
        (Self { served, requests: Arc::new(requests) }, town)
    }

    fn head(&self) {
        println!(
            "{:<22} {:>9} {:>8} {:>8} {:>9} {:>8} {:>9} {:>7}",
            "operation", "per s", "p50 ms", "p99 ms", "CPU us", "MiB", "base/s", "ratio"
        );
    }

    async fn run(
        &self,
        name: &'static str,
        request: fn(&Requests, usize) -> Option<Vec<u8>>,
        expected: &'static str,
    ) -> Row {
        self.measure(name, request, expected, |_| None).await.0
    }

    /// Creates positions, and keeps their numbers for sessions and receipts.
    async fn create(&self) -> Row {
        let (row, numbers) =
            self.measure("create (REST)", Requests::create, "\"status\":\"open\"", request::position_and_notice).await;
        *self.requests.fresh.lock().unwrap() = numbers;
        row
    }

    async fn measure(
        &self,
        name: &'static str,
        request: fn(&Requests, usize) -> Option<Vec<u8>>,
        expected: &'static str,
        kept: fn(&str) -> Option<String>,
    ) -> (Row, Vec<String>) {
        let host = &self.requests.host;
        let next = || {
            let requests = Arc::clone(&self.requests);
            move |at| request(&requests, at)
        };
        let warm_up = Duration::from_secs(WARM_UP_SECONDS);
        let (_, mut known) = load(host, CONNECTIONS, warm_up, expected, next(), kept).await;
        let before = cpu_us(&self.served);
        let during = Duration::from_secs(SECONDS);
        let (measured, kept) = load(host, CONNECTIONS, during, expected, next(), kept).await;
        known.extend(kept);
        let cpu_us = (cpu_us(&self.served) - before) / measured.count().max(1);
        let memory_mib = self.served.process.resident_kib() as f64 / 1_024.0;
        (Row { name, measured, cpu_us, memory_mib }, known)
    }
}

impl Row {
    fn beside(&self, base: f64) {
        self.print(&format!("{base:.0}"), &format!("{:.2}", self.measured.per_second() / base));
    }

    fn alone(&self) {
        self.print("", "");
    }

    fn print(&self, base: &str, ratio: &str) {
        let (half, most) = (self.measured.quantile_ms(0.5), self.measured.quantile_ms(0.99));
        let (rate, cpu_us) = (self.measured.per_second(), self.cpu_us);
        let (name, memory) = (self.name, self.memory_mib);
        println!("{name:<22} {rate:>9.0} {half:>8.1} {most:>8.1} {cpu_us:>9} {memory:>8.1} {base:>9} {ratio:>7}");
    }
}

fn addressee(town: &Town) -> Addressee {
    let institution = town.institution("comune-perugia");
    let text = |field: &str| institution[field].as_str().unwrap().to_owned();
    Addressee { tax_code: text("tax_code"), broker: town.text("/broker_tax_code"), station: text("station_id") }
}

/// Processor time of the served process, in microseconds, where the system tells: all its threads, user and kernel.
fn cpu_us(served: &Served) -> u64 {
    /// A hundredth of a second, as the kernel counts for programs.
    const TICK_US: u64 = 10_000;
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", served.process.id())).unwrap_or_default();
    let (_, fields) = stat.rsplit_once(')').unwrap_or_default();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).filter_map(|text| text.parse::<u64>().ok()).sum();
    ticks * TICK_US
}

/// The notice number of the only installment.
pub(crate) fn notice_of(position: &Value) -> &str {
    notice(position)
}
