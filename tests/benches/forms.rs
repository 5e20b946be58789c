// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: how many submissions of each example are validated and priced in a second on one core, and how many the real binary
//! takes, beside plain debt positions with the same debtor and amount in the same run; then the hosted page of a form, beside the smallest
//! answer. It prints figures and asserts none (docs/performance.md).
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

use std::fs;
use std::time::Instant;

use serde_json::{Value, json};
use tramite_domain::form::{Form, Known, Registries, publish, read, registry, submit};
use tramite_testkit::postgres::{Cluster, Options};
use tramite_testkit::{Database, free_port, workspace_root};
use tramite_tests::api::Api;
use tramite_tests::town::Town;
use uuid::Uuid;

/// Slices that each form is measured in: the fastest counts, so that a machine with other work measures the form and not the work.
const SLICES: usize = 100;
/// Rounds through the cases of a form in one slice.
const ROUNDS: u32 = 20;
/// Requests of each kind over HTTP.
const REQUESTS: usize = 2_000;
/// Visits of a page.
const VISITS: usize = 1_000;
/// Requests that are under way at a time.
const AT_ONCE: usize = 8;

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    priced();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match Cluster::start_new(Options { fsync: true, on_disk: true, ..Options::default() }) {
        Some(cluster) => {
            runtime.block_on(over(&Database::Postgres(cluster.create_database("bench")), "PostgreSQL"));
        }
        None => println!("PostgreSQL is not measured: its programs are absent"),
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tramite.db");
    runtime.block_on(over(&Database::Sqlite(format!("sqlite:{}", file.display())), "SQLite"));
}

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(workspace_root().join("examples").join(folder)).unwrap();
    let mut all: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())
        })
        .collect();
    all.sort();
    all
}

/// Validated and priced, with nothing around it.
fn priced() {
    let registries = files("registries").into_iter().fold(Registries::new(), |all, (name, bytes)| {
        all.with(&name, registry(&serde_json::from_slice(&bytes).unwrap()).unwrap())
    });
    let accounts = ["main", "cds"].map(|code| code.parse().unwrap()).into();
    let known = Known { accounts: &accounts, registries: &registries };
    println!("submissions that are validated and priced in a second on one core, refused ones among them");
    let (mut all, mut spent) = (0_u128, 0_u128);
    for (name, bytes) in files("services") {
        let form = publish(&read(&bytes).unwrap(), 1, known).unwrap();
        let nanos = (0..SLICES).map(|_| slice(&form, &registries)).min().unwrap();
        let count = u128::from(ROUNDS) * u128::try_from(form.definition().tests.len()).unwrap();
        println!("{name:<34} {:>9} /s", count * 1_000_000_000 / nanos);
        all += count;
        spent += nanos;
    }
    println!("{:<34} {:>9} /s", "all of them", all * 1_000_000_000 / spent);
}

fn slice(form: &Form, registries: &Registries) -> u128 {
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for case in &form.definition().tests {
            let _ = std::hint::black_box(submit(form, registries, &case.values, case.at));
        }
    }
    begun.elapsed().as_nanos().max(1)
}

/// A form with a quota and a key, so that all that a submission may have to do is done.
fn form() -> Value {
    let mut form: Value = serde_json::from_slice(
        &files("services").into_iter().find(|(name, _)| name == "tartufi-subasio").expect("an example").1,
    )
    .unwrap();
    form["tests"] = json!([]);
    form["quotas"][0]["limit"] = json!("1000000");
    form
}

async fn over(database: &Database, name: &str) {
    let mut town = Town::start(database).await;
    town.demo.stop();
    // One visitor loads pages faster than a citizen does.
    let limits = [("TRAMITE_LIMIT_SOURCE_PER_SECOND", "100000"), ("TRAMITE_LIMIT_SOURCE_BURST", "100000")];
    let limits = limits.map(|(name, value)| (name, value.to_owned()));
    let served = town.serve_with(&format!("127.0.0.1:{}", free_port()), &limits).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let form = form();
    let service = json!({
        "title": {"it": "Permesso"}, "taxonomy_code": form["taxonomy_code"], "account_id": "main", "kind": "both",
        "amount": {"rule": "free"}, "status": "active",
    });
    let code = form["code"].as_str().unwrap();
    api.put(&format!("/v1/services/{code}"), &service).await;
    let published = api.put(&format!("/v1/services/{code}/form/definition"), &form).await;
    assert_eq!(published.status, 201, "{}", published.body);
    let case = case();
    let submission = json!({"values": case});
    let positions = rate(&api, "/v1/debt-positions", |at| {
        json!({
            "external_id": format!("B-{at}"), "service_code": code, "amount": 4_000,
            "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Rossi Mario"},
        })
    });
    let positions = positions.await;
    let submissions = rate(&api, &format!("/v1/services/{code}/submissions"), |_| submission.clone()).await;
    println!("{:<34} {positions:>9.0} /s", format!("debt positions over {name}"));
    println!("{:<34} {submissions:>9.0} /s   {:.2} of it", format!("submissions over {name}"), submissions / positions);
    page(&served.url, name).await;
}

/// The page of a form of many fields, one visit after the other: how long an answer takes, and what a browser loads that was never here.
async fn page(url: &str, name: &str) {
    let form = timed(&format!("{url}/p/unipg/UNIPG-DOTT")).await;
    let smallest = timed(&format!("{url}/status")).await;
    let plain = load(&format!("{url}/p/unipg/UNIPG-DOTT"), false).await;
    let text = String::from_utf8(plain).unwrap();
    let mut bytes = load(&format!("{url}/p/unipg/UNIPG-DOTT"), true).await.len();
    let parts = text.split("=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for asset in parts.filter(|part| part.starts_with("/p/-/")).collect::<std::collections::BTreeSet<_>>() {
        bytes += load(&format!("{url}{asset}"), true).await.len();
    }
    println!(
        "{:<34} {:>9.2} ms median, {:.2} ms at the 99th of 100 ({:.2} of the smallest answer's {:.2} ms); {bytes} bytes at the first visit",
        format!("page of a form over {name}"),
        form[form.len() / 2],
        form[form.len() * 99 / 100],
        form[form.len() / 2] / smallest[smallest.len() / 2],
        smallest[smallest.len() / 2],
    );
}

/// Milliseconds of each of many answers, the shortest first.
async fn timed(url: &str) -> Vec<f64> {
    let mut all = Vec::with_capacity(VISITS);
    for _ in 0..VISITS {
        let begun = Instant::now();
        load(url, true).await;
        all.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    all.sort_by(f64::total_cmp);
    all
}

/// The body as it is transferred.
async fn load(url: &str, packed: bool) -> Vec<u8> {
    static HTTP: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(reqwest::Client::new);
    let encoding = if packed { "gzip" } else { "identity" };
    let came = HTTP.get(url).header("Accept-Encoding", encoding).send().await.unwrap();
    assert!(came.status().is_success(), "{url}: {}", came.status());
    came.bytes().await.unwrap().to_vec()
}

fn case() -> Value {
    let (_, bytes) = files("services").into_iter().find(|(name, _)| name == "tartufi-subasio").expect("an example");
    let definition: Value = serde_json::from_slice(&bytes).unwrap();
    definition["tests"][0]["values"].clone()
}

/// Requests in a second, so many at a time.
async fn rate(api: &Api, path: &str, body: impl Fn(usize) -> Value) -> f64 {
    let bodies: Vec<Value> = (0..REQUESTS).map(body).collect();
    let begun = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for part in bodies.chunks(REQUESTS.div_ceil(AT_ONCE)) {
        let (api, path, part) = (api.clone(), path.to_owned(), part.to_vec());
        workers.spawn(async move {
            for body in part {
                let came = api.post_with(&path, &body, &Uuid::new_v4().to_string()).await;
                assert_eq!(came.status, 201, "{}", came.body);
            }
        });
    }
    workers.join_all().await;
    REQUESTS as f64 / begun.elapsed().as_secs_f64()
}
