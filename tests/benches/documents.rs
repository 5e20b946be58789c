// SPDX-License-Identifier: AGPL-3.0-or-later
//! `just bench`: how fast the real binary draws notices, one for each request and ten thousand in one file, beside the bare drawing of the
//! same notice in this process. It prints figures and asserts none: a machine is no judge (docs/performance.md). `TRAMITE_BENCH_NOTICES` says how
//! many.
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
use std::time::{Duration, Instant};

use serde_json::json;
use tramite_documents::notice::{NoticeStyle, notice_pdf};
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::personal::Personal;
use tramite_domain::printed_notice::{
    NoticeCreditor, NoticeDebtor, NoticeLanguage, NoticePart, NoticeTerms, PostalSlip, PrintedNotice,
};
use tramite_testkit::{Database, free_port};
use tramite_tests::api::Api;
use tramite_tests::town::{Served, Town};
use tramite_tests::upload;
use uuid::Uuid;

/// Notices of one file, where nobody says otherwise.
const NOTICES: usize = 10_000;
/// Notices that are drawn one by one.
const ONE_BY_ONE: usize = 500;

fn main() {
    // `cargo test --benches` runs this too; only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let given = std::env::var("TRAMITE_BENCH_NOTICES").ok();
    let notices = given.map_or(NOTICES, |text| text.parse().expect("a number of notices"));
    tokio::runtime::Runtime::new().unwrap().block_on(measured(notices));
}

async fn measured(notices: usize) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(format!("sqlite:{}", folder.path().join("tramite.db").display()));
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = [("TRAMITE_WITH_WORKER", "true".to_owned())];
    let mut served = town.serve_with(&listen, &settings).await;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let bare = bare();
    println!("a notice of one page, with QR code and Data Matrix");
    println!("{:<34} {bare:>9.0} /s on one thread", "bare drawing");
    let import = loaded(&served, &api, notices).await;
    // What loading took is no part of what drawing takes.
    served.process.stop();
    let served = town.serve_with(&listen, &settings).await;
    for format in ["pdf", "zip"] {
        gathered(&served, &api, &import, (format, notices), bare).await;
    }
    requests(&api, bare).await;
}

/// Notices for each second and thread that are drawn with nothing around them.
fn bare() -> f64 {
    let style =
        NoticeStyle { language: NoticeLanguage::It, written_at: "2026-09-01T08:30:00Z".parse().unwrap(), logo: None };
    let begun = Instant::now();
    for at in 0..ONE_BY_ONE {
        notice_pdf(&notice(100 + i64::try_from(at).unwrap()), &style).unwrap();
    }
    ONE_BY_ONE as f64 / begun.elapsed().as_secs_f64()
}

fn notice(cents: i64) -> PrintedNotice {
    let slip = PostalSlip {
        account: "000000001016".to_owned(),
        holder: "Comune di Perugia".parse().unwrap(),
        authorization: None,
    };
    let part = NoticePart {
        installment_id: InstallmentId::new(Uuid::nil()),
        number: 1,
        amount: Cents::payable(cents).unwrap(),
        due_date: "2027-12-31".parse().ok(),
        days_from_notification: None,
        notice_number: "305000000001234586".parse().unwrap(),
        slip: Some(slip),
    };
    PrintedNotice {
        creditor: NoticeCreditor {
            name: "Comune di Perugia".parse().unwrap(),
            tax_code: "99999000013".parse().unwrap(),
            sector: "Ufficio Tributi".parse().ok(),
            cbill_code: "AB123".parse().ok(),
        },
        debtor: NoticeDebtor {
            full_name: Personal::new("Mario Rossi".parse().unwrap()),
            tax_code: Some(Personal::new("RSSMRA85T10A562S".parse().unwrap())),
            address: None,
        },
        subject: "Tassa sui rifiuti".parse().unwrap(),
        terms: NoticeTerms::Single(part),
    }
}

/// The debt positions of all notices; the id of their import.
async fn loaded(served: &Served, api: &Api, notices: usize) -> String {
    let mut file = String::from("external_id;codice_fiscale;nominativo;importo;scadenza;causale\r\n");
    for at in 0..notices {
        let (euros, cents) = (1 + at / 100, at % 100);
        write!(file, "DOC-{at:08};RSSMRA85T10A562S;Mario Rossi;{euros},{cents:02};31/12/2027;Rata {at}\r\n").unwrap();
    }
    let fields = [("service_code", "MULTE")];
    let id = upload::begin(&served.url, api.token(), &fields, "documents.csv", file.as_bytes()).await;
    let import = ended(api, &format!("/v1/imports/{id}")).await;
    assert_eq!(import["counts"]["loaded"], notices, "{import}");
    id
}

async fn ended(api: &Api, path: &str) -> serde_json::Value {
    loop {
        let seen = api.get(path).await.body;
        if seen["is_final"].as_bool().unwrap() {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// One request after the other, each for a notice that nobody has asked for before.
async fn requests(api: &Api, bare: f64) {
    let page = api.get(&format!("/v1/debt-positions?service_code=MULTE&limit={ONE_BY_ONE}")).await.body;
    let ids: Vec<String> =
        page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    let (mut took, mut bytes) = (Vec::with_capacity(ids.len()), 0);
    let begun = Instant::now();
    for id in &ids {
        let asked = Instant::now();
        bytes = bytes.max(api.download(&format!("/v1/debt-positions/{id}/notice")).await.len());
        took.push(asked.elapsed());
    }
    let rate = ids.len() as f64 / begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |percent: usize| took[took.len().saturating_sub(1) * percent / 100].as_secs_f64() * 1_000.0;
    println!(
        "{:<34} {rate:>9.0} /s, ratio {:.2}; p50 {:.1} ms, p99 {:.1} ms; at most {:.1} KB",
        "one request each",
        rate / bare,
        at(50),
        at(99),
        bytes as f64 / 1_000.0
    );
}

/// All of them in one file, which one thread of the worker draws.
async fn gathered(served: &Served, api: &Api, import: &str, (format, notices): (&str, usize), bare: f64) {
    let body = json!({"kind": "notice", "format": format, "import_id": import});
    let before = served.process.resident_kib();
    let begun = Instant::now();
    let asked = api.post("/v1/document-batches", &body).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let path = format!("/v1/document-batches/{}", asked.body["id"].as_str().unwrap());
    let mut most = before;
    let batch = loop {
        most = most.max(served.process.resident_kib());
        let batch = api.get(&path).await.body;
        if batch["is_final"].as_bool().unwrap() {
            break batch;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let rate = notices as f64 / begun.elapsed().as_secs_f64();
    assert_eq!(batch["counts"]["drawn"], notices, "{batch}");
    let bytes = batch["file"]["bytes"].as_f64().unwrap();
    println!(
        "{:<34} {rate:>9.0} /s, ratio {:.2}; {:.1} MB; at most {:.0} MiB (before it {:.0})",
        format!("{notices} in one {format}"),
        rate / bare,
        bytes / 1e6,
        most as f64 / 1_024.0,
        before as f64 / 1_024.0
    );
}
