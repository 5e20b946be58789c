// SPDX-License-Identifier: AGPL-3.0-or-later
//! Nothing of a secret and nothing of a person stands where it should not (reliability.md 37 and 43): Tramite is used with
//! canaries, rightly and wrongly, at its most talkative; then database, logs, metrics, refusals and, where
//! the program was built with them, traces are searched for them.

#[path = "canaries/check.rs"]
mod check;
#[path = "canaries/citizen.rs"]
mod citizen;
#[path = "canaries/people.rs"]
mod people;
#[path = "canaries/reads.rs"]
mod reads;
#[path = "canaries/receiver.rs"]
mod receiver;
#[path = "canaries/registry.rs"]
mod registry;
#[path = "canaries/soap.rs"]
mod soap;
#[path = "canaries/traces.rs"]
mod traces;
#[path = "canaries/wrong.rs"]
mod wrong;

use std::fs::File;
use std::path::PathBuf;
use std::process::Stdio;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tramite_testkit::Database;
use tramite_testkit::free_port;
use tramite_tests::canary::Canaries;
use tramite_tests::node::Addressee;
use tramite_tests::production::Production;
use tramite_tests::town::Town;

use check::{NOT_AT_CHECKOUT, NOT_IN_PRODUCTION, PERSONAL_AT_CHECKOUT, PERSONAL_IN_PRODUCTION};

/// Of everybody and everything: more than anybody logs in earnest.
const FILTER: &str = "trace";
const PROXY_SECRET: &str = "9e107d9d372bb6826bd81d3542a419d6c0ffee00c0ffee11c0ffee22c0ffee33";
const API_KEY: &str = "canary-subscription-key-51f0e2";
/// The master key of [`Production`], as it stands in its file.
const MASTER_KEY_BYTES: [u8; 32] = [0x5a; 32];

/// What is looked for, and what has been gathered.
pub(crate) struct Search {
    folder: TempDir,
    http: Client,
    /// Worth something to whoever finds them.
    pub(crate) secrets: Canaries,
    /// Of a person.
    pub(crate) people: Canaries,
    /// Of a person whose data was removed again.
    pub(crate) gone: Canaries,
}

/// An answer.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Shown {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text))
    }

    fn bytes(&self) -> Vec<u8> {
        format!("{:?}\n{}", self.headers, self.text).into_bytes()
    }
}

impl Search {
    fn new() -> Self {
        let http = tramite_tests::http::builder().redirect(Policy::none()).build().unwrap();
        let mut search = Self {
            folder: tempfile::tempdir().unwrap(),
            http,
            secrets: Canaries::default(),
            people: people::canaries(),
            gone: Canaries::default(),
        };
        search.secrets.add("key of Checkout", API_KEY);
        search.secrets.add("secret of the proxy", PROXY_SECRET);
        search
    }

    /// A file for what a process says on one of its two outputs.
    fn ear(&self, name: &str) -> Stdio {
        File::create(self.ear_path(name)).unwrap().into()
    }

    fn ear_path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ears(&self, name: &str) -> (Stdio, Stdio) {
        (self.ear(&format!("{name}.out")), self.ear(&format!("{name}.err")))
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    pub(crate) async fn ask(&self, request: RequestBuilder) -> Shown {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Shown { status, headers, text: answer.text().await.unwrap() }
    }

    /// Asks for something that is refused: neither secret nor person may stand in the answer.
    pub(crate) async fn refused(&self, what: &str, request: RequestBuilder) -> Shown {
        let shown = self.ask(request).await;
        assert!(shown.status >= 400, "{what} was not refused: {} {}", shown.status, shown.text);
        assert!(shown.status < 500, "{what}: {} {}", shown.status, shown.text);
        self.secrets.none_within(what, &shown.bytes());
        self.people.none_within(what, &shown.bytes());
        shown
    }

    /// Asks for something that is given: no secret may stand in the answer, and no person in its headers.
    pub(crate) async fn given(&self, what: &str, request: RequestBuilder) -> Shown {
        let shown = self.ask(request).await;
        assert!(shown.status < 300, "{what} was refused: {} {}", shown.status, shown.text);
        self.secrets.none_within(what, &shown.bytes());
        self.people.none_within(what, format!("{:?}", shown.headers).as_bytes());
        shown
    }
}

/// Registry, positions, sessions and the Node's messages, in an installation for production.
pub(crate) async fn in_production(database: Database) {
    let mut search = Search::new();
    let production = Production::prepare(&database);
    let settings = [
        ("TRAMITE_LOG", FILTER.to_owned()),
        // As a collector reads it; the citizen's payment is told as text.
        ("TRAMITE_LOG_FORMAT", "json".to_owned()),
        ("TRAMITE_WITH_WORKER", "true".to_owned()),
        ("TRAMITE_NODE_AUTH", "proxy".to_owned()),
        ("TRAMITE_NODE_PROXY_SECRET_FILE", search.file("proxy.secret", PROXY_SECRET)),
        ("TRAMITE_NODE_PEERS", soap::peer().fingerprint.clone()),
        ("TRAMITE_CHECKOUT_API_KEY_FILE", search.file("checkout.key", API_KEY)),
    ];
    search.secrets.add("master key", &data_encoding::HEXLOWER.encode(&MASTER_KEY_BYTES));
    let collector = traces::Collector::start().await;
    let settings = [settings.as_slice(), &collector.settings()].concat();
    let mut running = production.serve_heard(&settings, search.ears("serve")).await;
    let (api, to) = production.institution(&running).await;
    search.secrets.add_token("token of the portal", api.token());
    let registry = registry::used(&mut search, &production, &running.url).await;
    let position = people::used(&mut search, &running.url, &registry).await;
    wrong::requests(&search, &running.url, &registry).await;
    let door = soap::Door { url: format!("http://{}", running.node), rest: running.url.clone(), to };
    soap::used(&search, &door, &position).await;
    check::metrics(&search, &running.private, &NOT_IN_PRODUCTION).await;
    running.process.stop();
    collector.holds_nothing_of(&search, &["/v1/debt-positions", "/soap/pa-for-node", "/oauth2/token"]);
    check::logs(&search, &["serve.out", "serve.err"]);
    check::database(&search, &database, &PERSONAL_IN_PRODUCTION);
}

/// A citizen's payment, which nobody can make in production without leaving this machine.
pub(crate) async fn at_checkout(database: Database) {
    let mut search = Search::new();
    let talkative = ("TRAMITE_LOG", FILTER.to_owned());
    let mut town = Town::start_heard(&database, std::slice::from_ref(&talkative), search.ear("demo.err")).await;
    citizen::told(&mut search, &town);
    let listen = format!("127.0.0.1:{}", free_port());
    let settings = [
        talkative,
        ("TRAMITE_WITH_WORKER", "true".to_owned()),
        ("TRAMITE_CHECKOUT_API_KEY_FILE", search.file("checkout.key", API_KEY)),
    ];
    let collector = traces::Collector::start().await;
    let settings = [settings.as_slice(), &collector.settings()].concat();
    let mut served = town.serve_heard(&listen, &settings, search.ears("serve")).await;
    let receiver = citizen::pays(&mut search, &town, &served.url).await;
    receiver.is_told_by(&served.private).await;
    check::metrics(&search, &served.private, &NOT_AT_CHECKOUT).await;
    served.process.stop();
    town.demo.stop();
    collector.holds_nothing_of(&search, &["/v1/checkout-sessions", "/s/{token}"]);
    check::logs(&search, &["demo.err", "serve.out", "serve.err"]);
    check::database(&search, &database, &PERSONAL_AT_CHECKOUT);
}

pub(crate) fn addressee_of(town: &Town, institution: &str) -> Addressee {
    super::many::addressee(town, institution)
}
