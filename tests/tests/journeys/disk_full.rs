// SPDX-License-Identifier: AGPL-3.0-or-later
//! The disk is full (reliability.md 13): callers are told to come again, no receipt is half there, and when there is room
//! again all goes on without an operator.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use reqwest::Method;
use tramite_testkit::postgres::Cluster;
use tramite_testkit::{Database, free_port};
use tramite_tests::api::{Api, notice, position};
use tramite_tests::load::{rest, soap};
use tramite_tests::node;
use tramite_tests::town::{Served, Town};
use tramite_tests::until;
use uuid::Uuid;

use super::many::addressee;
use super::outage::{Made, Sent, check_creations, check_receipts, prepare};

/// What fits into pages that are there already is written all the same: so many creations use that up.
const CREATIONS_MAX: usize = 400;
/// A page may have room for a receipt or two, but not for so many.
const RECEIPTS: usize = 40;
/// Volume of an embedded database, in MiB.
const VOLUME_MIB: u32 = 16;
/// Volume of a database at the server, in MiB: a tablespace.
pub(crate) const TABLESPACE_MIB: u32 = 64;
/// With so small a limit on the size of files, nothing more can be written into any.
const FILE_BYTES_MAX: &str = "--fsize=65536:";
const BUSY: &str = "503 unavailable, come again";

/// Makes the disk full, or gives room again.
type Act = Box<dyn Fn()>;

/// A gateway, and what makes the disk full and gives room again.
struct Stage {
    town: Town,
    served: Served,
    fill: Act,
    free: Act,
}

/// Files may not grow any more, which needs no rights: SQLite takes it for a failing disk.
pub(crate) async fn no_growth(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    // The signal that comes beside the error would end the process.
    let wrapper = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let listen = format!("127.0.0.1:{}", free_port());
    let served = town.serve_under(&wrapper, &listen, &[("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned())]).await;
    let process = served.process.id().to_string();
    let limit = move |size: &str| {
        let set = Command::new("prlimit").args(["--pid", &process, size]).status().unwrap();
        assert!(set.success());
    };
    let other = limit.clone();
    let (fill, free): (Act, Act) =
        (Box::new(move || limit(FILE_BYTES_MAX)), Box::new(move || other("--fsize=unlimited:")));
    told_and_recovered(Stage { town, served, fill, free }).await;
}

/// A volume of SQLite's own that is full.
pub(crate) async fn volume(database: Database) {
    let mut town = Town::start(&database).await;
    town.demo.stop();
    let file = PathBuf::from(database.url().strip_prefix("sqlite:").unwrap());
    let folder = file.with_file_name("volume");
    std::fs::create_dir(&folder).unwrap();
    let script = format!(
        "mount -t tmpfs -o size={VOLUME_MIB}m tmpfs {folder} && cp {file}* {folder} && exec \"$@\"",
        file = file.display(),
        folder = folder.display()
    );
    let wrapper = ["unshare", "--mount", "sh", "-c", &script, "sh"];
    let settings = [
        ("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned()),
        ("TRAMITE_DATABASE_URL", format!("sqlite:{}/tramite.db", folder.display())),
    ];
    let listen = format!("127.0.0.1:{}", free_port());
    let served = town.serve_under(&wrapper, &listen, &settings).await;
    let filler = seen_by(served.process.id(), &folder);
    let (fill, free) = filling(filler);
    told_and_recovered(Stage { town, served, fill, free }).await;
}

/// A tablespace of PostgreSQL that is full.
pub(crate) async fn tablespace(cluster: Arc<Cluster>) {
    let folder = cluster.volume().unwrap();
    cluster.psql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", folder.display()));
    cluster.psql("postgres", "CREATE DATABASE small TABLESPACE small");
    let mut town = Town::start(&Database::Postgres(cluster.url("small"))).await;
    town.demo.stop();
    let listen = format!("127.0.0.1:{}", free_port());
    let served = town.serve_with(&listen, &[("TRAMITE_DATABASE_WAIT_MS", "1000".to_owned())]).await;
    let (fill, free) = filling(seen_by(cluster.process().unwrap(), &folder));
    told_and_recovered(Stage { town, served, fill, free }).await;
}

/// A file in a folder as that process sees it.
fn seen_by(process: u32, folder: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{process}/root{}/filler", folder.display()))
}

/// Takes all room by a file, and gives it again.
fn filling(filler: PathBuf) -> (Act, Act) {
    let file = filler.clone();
    let fill = move || {
        let mut file = File::create(&file).unwrap();
        for size in [65_536, 4_096] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    };
    (Box::new(fill), Box::new(move || std::fs::remove_file(&filler).unwrap()))
}

async fn told_and_recovered(stage: Stage) {
    let Stage { town, served, fill, free } = stage;
    let api = town.api_at(&served.url, "comune-perugia").await;
    let to = addressee(&town, "comune-perugia");
    let open = api.position("MULTE", 1_000).await;
    let receipts = prepare(&api, &to, RECEIPTS).await;
    fill();
    let mut creations = Vec::new();
    while creations.last().is_none_or(|made: &Made| made.outcome != BUSY) {
        assert!(creations.len() < CREATIONS_MAX, "the disk is not full");
        creations.push(create(&api).await);
    }
    assert!(creations.iter().all(|made| ["201", BUSY].contains(&made.outcome.as_str())));
    let receipts = send(&served, receipts).await;
    let refused = receipts.iter().filter(|sent| sent.outcome.as_deref() == Some("PAA_SYSTEM_ERROR"));
    for sent in refused.clone() {
        let position = api.get(&format!("/v1/debt-positions/{}", sent.position)).await.body;
        assert_eq!(position["status"], "open");
    }
    assert!(refused.count() > 0, "the disk is not full");
    // Reading needs no room.
    let verified = node::delivered(&served.url, "paVerifyPaymentNotice", node::verify(&to, notice(&open))).await;
    assert_eq!(verified.outcome(), "OK");
    free();
    until("creations are taken again", async || create(&api).await.outcome == "201").await;
    check_receipts(&served, &api, &Mutex::new(receipts)).await;
    check_creations(&api, &Mutex::new(creations)).await;
}

async fn create(api: &Api) -> Made {
    let (body, key) = (position("MULTE", 700), Uuid::new_v4().to_string());
    let outcome = rest(api, Method::POST, "/v1/debt-positions", Some(&body), Some(&key)).await;
    Made { body, key, outcome }
}

/// All of them at once.
pub(crate) async fn send(served: &Served, receipts: Vec<Sent>) -> Vec<Sent> {
    let http = tramite_tests::http::client();
    let sent = receipts.into_iter().map(|one| {
        let (http, url) = (http.clone(), served.url.clone());
        tokio::spawn(async move {
            let outcome = soap(&http, &url, "paSendRTV2", one.message.clone()).await;
            Sent { outcome: Some(outcome), ..one }
        })
    });
    let mut answered = Vec::new();
    for one in sent.collect::<Vec<_>>() {
        let one = one.await.unwrap();
        let right = ["OK", "PAA_SYSTEM_ERROR"].contains(&one.outcome.as_deref().unwrap());
        assert!(right, "{:?}", one.outcome);
        answered.push(one);
    }
    answered
}
