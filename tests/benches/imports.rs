// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: how fast a file of debt positions is loaded by the real binary, beside `psql \copy` of the rows that came of it
//! into the same tables with the same indexes (on SQLite: an INSERT of those rows), and beside one request for each position. It prints
//! figures and asserts none: a machine is no judge (docs/performance.md). `TRAMITE_BENCH_ROWS` says how many rows, and
//! `TRAMITE_BENCH_DATABASE` (`postgres`, `sqlite`) which database alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a measurement prints, and its ratios are no money"
)]

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::Text;
use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection};
use serde_json::Value;
use tramite_testkit::postgres::{Cluster, Options};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, notice};
use tramite_tests::node::{self, Addressee};
use tramite_tests::town::{Served, Town};
use tramite_tests::upload;

/// Rows of the file, where nobody says otherwise.
const ROWS: usize = 100_000;
/// Positions made one by one for comparison.
const ONE_BY_ONE: usize = 1_000;
/// The tables that an import writes.
const TABLES: [&str; 7] =
    ["debt_positions", "payment_options", "installments", "transfers", "events", "audit", "import_rows"];

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rows = std::env::var("TRAMITE_BENCH_ROWS").ok().map_or(ROWS, |text| text.parse().expect("a number of rows"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("a CSV of {rows} rows, a position each");
    let only = std::env::var("TRAMITE_BENCH_DATABASE").ok();
    let wanted = |database: &str| only.as_deref().is_none_or(|only| only == database);
    if wanted("postgres") {
        match Cluster::start_new(Options { fsync: true, on_disk: true, ..Options::default() }) {
            Some(cluster) => runtime.block_on(on_postgres(&cluster, rows)),
            None => println!("\nPostgreSQL is not measured: its programs are absent"),
        }
    }
    if wanted("sqlite") {
        runtime.block_on(on_sqlite(rows));
    }
}

async fn on_postgres(cluster: &Cluster, rows: usize) {
    let url = cluster.create_database("bench");
    let name = url.rsplit('/').next().unwrap().to_owned();
    let (served, town) = start(&Database::Postgres(url)).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    println!("\nPostgreSQL");
    let one_by_one = one_by_one(&api).await;
    let loaded = loaded(&served, &town, &api, rows).await;
    loaded.print();
    println!("{:<34} {one_by_one:>9.0} /s, ratio {:.1}", "one request each", loaded.per_second() / one_by_one);
    let copied = copied(cluster, &name, rows);
    println!(
        "{:<34} {copied:>9.0} /s, ratio {:.2}",
        "psql \\copy, same tables and indexes",
        loaded.per_second() / copied
    );
}

async fn on_sqlite(rows: usize) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tramite.db");
    let (served, town) = start(&Database::Sqlite(format!("sqlite:{}", file.display()))).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    println!("\nSQLite");
    let loaded = loaded(&served, &town, &api, rows).await;
    loaded.print();
    drop(served);
    let inserted = inserted(&file, rows);
    println!("{:<34} {inserted:>9.0} /s, ratio {:.2}", "INSERT … SELECT, same tables", loaded.per_second() / inserted);
}

async fn start(database: &Database) -> (Served, Town) {
    let mut town = Town::start(database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = [("TRAMITE_WITH_WORKER", "true".to_owned())];
    let served = town.serve_with(&listen, &settings).await;
    (served, town)
}

/// What a file came to.
struct Loaded {
    rows: usize,
    seconds: f64,
    memory_mib: f64,
    verify_p99_ms: f64,
    verified: usize,
}

impl Loaded {
    fn per_second(&self) -> f64 {
        self.rows as f64 / self.seconds
    }

    fn print(&self) {
        println!(
            "{:<34} {:>9.0} /s in {:.1} s, at most {:.0} MiB; beside it {} verifications, p99 {:.1} ms",
            "import",
            self.per_second(),
            self.seconds,
            self.memory_mib,
            self.verified,
            self.verify_p99_ms
        );
    }
}

/// Loads a file, while the Node asks for a notice again and again.
async fn loaded(served: &Served, town: &Town, api: &Api, rows: usize) -> Loaded {
    let position = api.position("MULTE", 12_050).await;
    let asking = Arc::new(AtomicBool::new(true));
    let verifier = tokio::spawn(verify(served.url.clone(), addressee(town), position, Arc::clone(&asking)));
    let file = csv(rows);
    let begun = Instant::now();
    let id = upload::begin(&served.url, api.token(), &[("service_code", "MULTE")], "bench.csv", &file).await;
    let most = AtomicU64::new(0);
    let import = loop {
        most.fetch_max(served.process.resident_kib(), Ordering::Relaxed);
        let import = api.get(&format!("/v1/imports/{id}")).await.body;
        if import["is_final"].as_bool().unwrap() {
            break import;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(import["counts"]["loaded"], rows, "{import}");
    asking.store(false, Ordering::Relaxed);
    let mut took = verifier.await.unwrap();
    took.sort_unstable();
    let at = took.len().saturating_sub(1) * 99 / 100;
    Loaded {
        rows,
        seconds,
        memory_mib: most.into_inner() as f64 / 1_024.0,
        verify_p99_ms: took[at].as_secs_f64() * 1_000.0,
        verified: took.len(),
    }
}

async fn verify(url: String, to: Addressee, position: Value, asking: Arc<AtomicBool>) -> Vec<Duration> {
    let (http, mut took) = (tramite_tests::http::client(), Vec::new());
    while asking.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let answer =
            node::send_by(&http, &url, "paVerifyPaymentNotice", node::verify(&to, notice(&position))).await.unwrap();
        took.push(begun.elapsed());
        assert_eq!(node::outcome(&answer), "OK", "{answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    took
}

fn csv(rows: usize) -> Vec<u8> {
    let mut text = String::from("external_id;codice_fiscale;nominativo;importo;scadenza;causale\r\n");
    for at in 0..rows {
        let cents = 100 + at % 90_000;
        write!(
            text,
            "LOAD-{at:08};RSSMRA85T10A562S;Mario Rossi;{},{:02};31/12/2027;Rata {at}\r\n",
            cents / 100,
            cents % 100
        )
        .unwrap();
    }
    text.into_bytes()
}

/// Positions for each second, one request after the other over eight connections.
async fn one_by_one(api: &Api) -> f64 {
    let begun = Instant::now();
    let each = ONE_BY_ONE / 8;
    let makers = (0..8).map(|_| {
        let api = api.clone();
        tokio::spawn(async move {
            for _ in 0..each {
                api.position("MULTE", 12_050).await;
            }
        })
    });
    for maker in makers.collect::<Vec<_>>() {
        maker.await.unwrap();
    }
    (each * 8) as f64 / begun.elapsed().as_secs_f64()
}

/// Rows of the file for each second, when all that came of them is copied into the emptied tables.
fn copied(cluster: &Cluster, database: &str, rows: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = |table: &str| folder.path().join(table).display().to_string();
    for table in TABLES {
        cluster.psql(database, &format!("\\copy (SELECT * FROM {table}) TO '{}'", file(table)));
    }
    cluster.psql(database, &format!("TRUNCATE {} CASCADE", TABLES.join(", ")));
    cluster.psql(database, "CHECKPOINT");
    let begun = Instant::now();
    for table in TABLES {
        cluster.psql(database, &format!("\\copy {table} FROM '{}'", file(table)));
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

/// Rows of the file for each second, when all that came of them is inserted into the same tables with the same indexes of an empty
/// file, each table at once, and without a look at what the rows refer to.
fn inserted(from: &Path, rows: usize) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let mut to = SqliteConnection::establish(folder.path().join("copy.db").to_str().unwrap()).unwrap();
    to.batch_execute(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; ATTACH '{}' AS loaded",
        from.display()
    ))
    .unwrap();
    for table in TABLES {
        let parts = format!(
            "SELECT sql AS made FROM loaded.sqlite_master WHERE tbl_name = '{table}' AND type IN ('table', 'index') \
             AND sql IS NOT NULL ORDER BY type DESC"
        );
        for part in diesel::sql_query(parts).load::<Part>(&mut to).unwrap() {
            to.batch_execute(&part.made).unwrap();
        }
    }
    let begun = Instant::now();
    for table in TABLES {
        // Without a condition SQLite copies the pages of a table and of its indexes as they are.
        to.batch_execute(&format!("INSERT INTO main.{table} SELECT * FROM loaded.{table} WHERE true")).unwrap();
    }
    rows as f64 / begun.elapsed().as_secs_f64()
}

/// The statement that made a table or an index.
#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    made: String,
}

fn addressee(town: &Town) -> Addressee {
    let institution = town.institution("comune-perugia");
    let text = |field: &str| institution[field].as_str().unwrap().to_owned();
    Addressee { tax_code: text("tax_code"), broker: town.text("/broker_tax_code"), station: text("station_id") }
}
