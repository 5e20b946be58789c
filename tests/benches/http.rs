// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: what the real binary does on PostgreSQL, side by side with `pgbench` running the equivalent SQL on the
//! same server in the same run. It prints figures and asserts none: a machine is no judge (docs/performance.md).
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

#[path = "http/load.rs"]
mod load;
#[path = "http/pgbench.rs"]
mod pgbench;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tramite_testkit::Database;
use tramite_testkit::postgres::{Cluster, Options};
use tramite_tests::api::{installment, notice, position};
use tramite_tests::node::{self, Addressee};
use tramite_tests::town::Town;

use load::{Measured, load};
use pgbench::pgbench;

/// Connections at a time.
const CONNECTIONS: usize = 32;
/// How long each operation is measured.
const SECONDS: u64 = 5;
/// Positions that verify, get and show choose from.
const POSITIONS: usize = 1_000;

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let Some(cluster) = Cluster::start_new(Options { fsync: true, ..Options::default() }) else {
        println!("not measured: PostgreSQL's programs are absent");
        return;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(measure(&cluster));
}

async fn measure(cluster: &Cluster) {
    let url = cluster.create_database("bench");
    let name = url.rsplit('/').next().unwrap().to_owned();
    let database = Database::Postgres(url);
    let mut town = Town::start(&database).await;
    let to = addressee(&town);
    town.demo.stop();
    let served = town.serve().await;
    let host = served.url.trim_start_matches("http://").to_owned();
    let api = town.api_at(&served.url, "comune-perugia").await;
    let mut made = Vec::with_capacity(POSITIONS);
    for _ in 0..POSITIONS {
        made.push(api.position("MULTE", 12_050).await);
    }
    pgbench::prepare(cluster, &name, &made);
    let world = Arc::new(Bench { host, token: api.token().to_owned(), to, made });
    println!("{CONNECTIONS} connections, {SECONDS} s each, {POSITIONS} positions\n");
    println!("{:<22} {:>9} {:>10} {:>10} {:>12} {:>7}", "operation", "per s", "p50 ms", "p99 ms", "pgbench/s", "ratio");
    let run =
        async |name: &str, script: Option<&str>, request: fn(&Bench, usize) -> Vec<u8>, expected: &'static str| {
            let (bench, host) = (Arc::clone(&world), world.host.clone());
            let measured =
                load(&host, CONNECTIONS, Duration::from_secs(SECONDS), expected, move |at| request(&bench, at)).await;
            let base = script.map(|script| pgbench(cluster, &database_name(&database), script, CONNECTIONS, SECONDS));
            show(name, &measured, base);
        };
    run("verify (SOAP)", Some(pgbench::VERIFY), Bench::verify, "<outcome>OK</outcome>").await;
    run("get (SOAP)", Some(pgbench::VERIFY), Bench::get, "<outcome>OK</outcome>").await;
    run("show (REST)", Some(pgbench::VERIFY), Bench::show, "\"status\":\"open\"").await;
    run("create (REST)", Some(pgbench::CREATE), Bench::create, "\"status\":\"open\"").await;
    println!("\nmemory of the gateway: {} KiB resident", resident_kib(&served));
}

fn database_name(database: &Database) -> String {
    database.url().rsplit('/').next().unwrap().to_owned()
}

fn show(name: &str, measured: &Measured, base: Option<f64>) {
    let rate = measured.per_second();
    let (base_text, ratio) = match base {
        Some(base) => (format!("{base:.0}"), format!("{:.2}", rate / base)),
        None => (String::new(), String::new()),
    };
    let (half, most) = (measured.quantile_ms(0.5), measured.quantile_ms(0.99));
    println!("{name:<22} {rate:>9.0} {half:>10.1} {most:>10.1} {base_text:>12} {ratio:>7}");
}

/// What requests are made of.
struct Bench {
    host: String,
    token: String,
    to: Addressee,
    made: Vec<Value>,
}

impl Bench {
    /// Positions in no order, the same for every run.
    fn one(&self, at: usize) -> &Value {
        &self.made[at.wrapping_mul(7_919) % self.made.len()]
    }

    fn soap(&self, operation: &str, message: &str) -> Vec<u8> {
        let head = format!(
            "POST /soap/pa-for-node HTTP/1.1\r\nHost: {}\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: {operation}\r\nContent-Length: {}\r\n\r\n",
            self.host,
            message.len()
        );
        [head.as_bytes(), message.as_bytes()].concat()
    }

    fn verify(&self, at: usize) -> Vec<u8> {
        self.soap("paVerifyPaymentNotice", &node::verify(&self.to, notice(self.one(at))))
    }

    fn get(&self, at: usize) -> Vec<u8> {
        self.soap("paGetPaymentV2", &node::get(&self.to, notice(self.one(at))))
    }

    fn show(&self, at: usize) -> Vec<u8> {
        let id = self.one(at)["id"].as_str().unwrap();
        format!(
            "GET /v1/debt-positions/{id} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            self.host, self.token
        )
        .into_bytes()
    }

    fn create(&self, _: usize) -> Vec<u8> {
        let body = position("MULTE", 12_050).to_string();
        format!(
            "POST /v1/debt-positions HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nIdempotency-Key: {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            uuid::Uuid::new_v4(),
            body.len()
        )
        .into_bytes()
    }
}

fn addressee(town: &Town) -> Addressee {
    let institution = town.institution("comune-perugia");
    let text = |field: &str| institution[field].as_str().unwrap().to_owned();
    Addressee { tax_code: text("tax_code"), broker: town.text("/broker_tax_code"), station: text("station_id") }
}

/// Resident memory of the served process, where the system tells.
fn resident_kib(served: &tramite_tests::town::Served) -> String {
    let status = std::fs::read_to_string(format!("/proc/{}/status", served.process.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or_else(|| "?".to_owned(), |text| text.trim().trim_end_matches(" kB").to_owned())
}

/// The notice number and the id of the only installment.
pub(crate) fn notice_of(position: &Value) -> (&str, &str) {
    (notice(position), installment(position, "id").as_str().unwrap())
}
