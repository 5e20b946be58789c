// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hundreds of slow connections (reliability.md 34): everybody else is served, the slow ones are cut in time, and they
//! take little memory.

use std::time::{Duration, Instant};

use reqwest::Client;
use tramite_testkit::Database;
use tramite_tests::api::{Api, notice};
use tramite_tests::certificates::Certificates;
use tramite_tests::load::{Load, longest, rest, served, soap};
use tramite_tests::node::{self, Addressee};
use tramite_tests::process::Process;
use tramite_tests::production::{Production, Running};
use tramite_tests::wire::{Crowd, Slow, head, readers_of_nothing};
use uuid::Uuid;

use super::node_listener::{SECRET, SECRET_HEADER, tls};
use super::outage::SOAP_MAX;
use super::stop::{DRAIN_SECONDS, wait_for_session};

/// What the API bears: ten seconds for a head, ten for a body, five for closing a connection whose body is not read to
/// its end.
const API_HEAD_MAX: Duration = Duration::from_secs(10);
const API_BODY_MAX: Duration = Duration::from_secs(10 + 5);
/// What the Node's listener bears: five seconds for TLS, for a head, and for a body.
const NODE_MAX: Duration = Duration::from_secs(5);
const NODE_BODY_MAX: Duration = Duration::from_secs(5 + 5);
/// How long somebody who reads nothing is borne, as `timed.rs` of the server says.
const UNREAD_MAX: Duration = Duration::from_secs(15);
/// How long one request is answered that is not slow itself: longer than a head may take.
const WAIT_SECONDS: u64 = 12;
/// For a machine that has other things to do: the crowds come while the API still writes answers that nobody reads.
const API_BUSY: Duration = Duration::from_secs(8);
const NODE_BUSY: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(30);
/// Memory that a thousand slow connections may take, in KiB.
const MEMORY_KIB_MAX: u64 = 128 * 1_024;
/// Callers who read nothing.
const READERS: usize = 40;
/// Connections that are open for another reason.
const OTHERS: usize = 20;

pub(crate) async fn api(database: Database) {
    let production = Production::prepare(&database);
    let stage = Stage::with_tls(&production).await;
    let Stage { running, api, .. } = &stage;
    let (memory, files) = (running.process.resident_kib(), running.process.open_files());
    let load = stage.load();
    let waiting = wait_for_session(api, "https://portale.example.it/esito", WAIT_SECONDS).await;
    let head_begun = b"GET /status HTTP/1.1\r\nX-Slow: ".to_vec();
    let heads = Slow { first: head_begun.clone(), drop: Some(b'x'), ..Slow::default() };
    let later = Slow { before: Some(head("GET", "/status", &[])), ..heads.clone() };
    let lines = [
        format!("Authorization: Bearer {}", api.token()),
        format!("Idempotency-Key: {}", Uuid::new_v4()),
        "Content-Type: application/json".to_owned(),
        "Content-Length: 5000".to_owned(),
    ];
    let bodies =
        Slow { first: head("POST", "/v1/debt-positions", &lines).into_bytes(), drop: Some(b' '), ..Slow::default() };
    let begun = Instant::now();
    let readers = readers_of_nothing(READERS, &running.url, &head("GET", "/openapi.json", &[]), 16).await;
    let crowds = [
        ("heads", API_HEAD_MAX, heads.crowd(200, &running.url, LIMIT)),
        ("heads of second requests", API_HEAD_MAX, later.crowd(100, &running.url, LIMIT)),
        ("bodies", API_BODY_MAX, bodies.crowd(200, &running.url, LIMIT)),
    ];
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(running.process.open_files() > files + 500, "they are all there");
    all_cut(crowds, API_BUSY, &running.process, memory).await;
    while running.process.open_files() > files + OTHERS && begun.elapsed() < LIMIT {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let unread = begun.elapsed();
    assert!(unread < UNREAD_MAX + API_BUSY, "connections whose answers nobody reads are borne for {unread:?}");
    drop(readers);
    let waited = waiting.await.unwrap();
    assert_eq!(waited.told(), "200", "who waits for an answer is not slow");
    stage.was_served(load).await;
}

pub(crate) async fn handshakes(database: Database) {
    let production = Production::prepare(&database);
    let stage = Stage::with_tls(&production).await;
    let running = &stage.running;
    let (memory, files) = (running.process.resident_kib(), running.process.open_files());
    let load = stage.load();
    // The beginning of a greeting that announces five hundred bytes, and silence.
    let greetings = Slow { first: vec![0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3], drop: Some(3), ..Slow::default() };
    let crowds = [
        ("greetings", NODE_MAX, greetings.crowd(300, &running.node, LIMIT)),
        ("silence", NODE_MAX, Slow::default().crowd(300, &running.node, LIMIT)),
    ];
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(running.process.open_files() > files + 500, "they are all there");
    all_cut(crowds, NODE_BUSY, &running.process, memory).await;
    stage.was_served(load).await;
}

pub(crate) async fn messages(database: Database) {
    let certificates = Certificates::new();
    let production = Production::prepare(&database);
    let file = production.folder().join("proxy.secret");
    std::fs::write(&file, SECRET).unwrap();
    let running = production
        .serve(&[
            ("TRAMITE_NODE_AUTH", "proxy".to_owned()),
            ("TRAMITE_NODE_PROXY_SECRET_FILE", file.display().to_string()),
            ("TRAMITE_NODE_PEERS", certificates.node.fingerprint.clone()),
        ])
        .await;
    let (memory, files) = (running.process.resident_kib(), running.process.open_files());
    let proof = [
        format!("{SECRET_HEADER}: {SECRET}"),
        format!("Client-Cert: {}", certificates.node.header()),
        "Content-Length: 5000".to_owned(),
    ];
    let whole = format!(
        "{}<x/>",
        head("POST", "/soap/pa-for-node", &[&proof[..2], &["Content-Length: 4".to_owned()]].concat())
    );
    let heads =
        Slow { first: b"POST /soap/pa-for-node HTTP/1.1\r\nX-Slow: ".to_vec(), drop: Some(b'x'), ..Slow::default() };
    let later = Slow { before: Some(whole.clone()), ..heads.clone() };
    let bodies =
        Slow { first: head("POST", "/soap/pa-for-node", &proof).into_bytes(), drop: Some(b' '), ..Slow::default() };
    let crowds = [
        ("heads", NODE_MAX, heads.crowd(200, &running.node, LIMIT)),
        ("heads of second messages", NODE_MAX, later.crowd(100, &running.node, LIMIT)),
        ("bodies", NODE_BODY_MAX, bodies.crowd(200, &running.node, LIMIT)),
    ];
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(running.process.open_files() > files + 400, "they are all there");
    all_cut(crowds, NODE_BUSY, &running.process, memory).await;
}

async fn all_cut<const N: usize>(crowds: [(&str, Duration, Crowd); N], busy: Duration, process: &Process, memory: u64) {
    let taken = process.resident_kib().saturating_sub(memory);
    assert!(taken < MEMORY_KIB_MAX, "{taken} KiB");
    for (what, bound, crowd) in crowds {
        let longest = crowd.longest().await;
        assert!(longest.is_some_and(|longest| longest < bound + busy), "{what} are borne for {longest:?}");
    }
}

/// A gateway for production, whose listener for the Node asks for certificates.
pub(crate) struct Stage {
    pub(crate) running: Running,
    api: Api,
    to: Addressee,
    certificates: Certificates,
    notice: String,
}

impl Stage {
    pub(crate) async fn with_tls(production: &Production) -> Self {
        let certificates = Certificates::new();
        let (certificate, key) = certificates.server.write(production.folder(), "server");
        let settings = [
            ("TRAMITE_DRAIN_SECONDS", DRAIN_SECONDS.to_string()),
            ("TRAMITE_NODE_AUTH", "mtls".to_owned()),
            ("TRAMITE_NODE_CERTIFICATE_FILE", certificate.display().to_string()),
            ("TRAMITE_NODE_KEY_FILE", key.display().to_string()),
            ("TRAMITE_NODE_PEERS", certificates.node.fingerprint.clone()),
        ];
        let running = production.serve(&settings).await;
        let (api, to) = production.institution(&running).await;
        let notice = notice(&api.position("MULTE", 1_000).await).to_owned();
        Self { running, api, to, certificates, notice }
    }

    /// The Node, over connections that are kept.
    pub(crate) fn node(&self) -> Client {
        tls(Some(self.certificates.node.of_client()))
    }

    /// What the Node gets when it verifies.
    pub(crate) async fn verify(&self, http: &Client) -> String {
        let url = format!("https://{}", self.running.node);
        node::delivered_by(http, &url, "paVerifyPaymentNotice", node::verify(&self.to, &self.notice)).await.outcome()
    }

    /// Others, each over a new connection every time.
    fn load(&self) -> Load {
        let mut load = Load::default();
        let (url, message) = (format!("https://{}", self.running.node), node::verify(&self.to, &self.notice));
        let identity = self.certificates.node.of_client();
        load.keep("verify", Duration::from_millis(200), move |_| {
            let (http, url, message) = (tls(Some(identity.clone())), url.clone(), message.clone());
            async move { soap(&http, &url, "paVerifyPaymentNotice", message).await }
        });
        let api = self.api.clone();
        load.keep("read", Duration::from_millis(200), move |_| {
            let api = api.over(tramite_tests::http::client());
            async move { rest(&api, reqwest::Method::GET, "/v1/debt-positions?limit=1", None, None).await }
        });
        load
    }

    /// Nobody else has noticed anything.
    async fn was_served(&self, load: Load) {
        let shots = load.end().await;
        for (what, good) in [("verify", "OK"), ("read", "200")] {
            let count = served(&shots, what, good);
            assert!(count > 5, "{what}: {count}");
            assert!(longest(&shots, what) < SOAP_MAX, "{what}: {:?}", longest(&shots, what));
        }
    }
}
