// SPDX-License-Identifier: AGPL-3.0-or-later
//! A sandbox on loopback with its creditor, and a world whose clock can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::{App, HttpServer};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tramite_domain::given::World;
use tramite_domain::time::Instant;
use tramite_sandbox::{Pace, Sandbox, SandboxSettings};
use url::Url;
use uuid::Uuid;

use crate::creditor::{BROKER, Creditor, IBAN, NOTICE, OWNER, POSTAL_IBAN, PROVINCE, PROVINCE_IBAN, STATION};

/// A pace that a test can wait for.
pub(crate) const PATIENCE: Pace = Pace { ask_ms: 300, receipt_ms: 500, retry_look_ms: 50 };

/// A clock that starts on a Friday and is moved by hand.
pub(crate) struct Clock(AtomicI64);

impl Clock {
    pub(crate) fn pass_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }
}

impl World for Clock {
    fn now(&self) -> Instant {
        let start: Instant = "2026-09-18T08:22:33.5Z".parse().unwrap();
        start.plus_seconds(self.0.load(Ordering::SeqCst))
    }

    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

pub(crate) struct Stage {
    pub(crate) creditor: Creditor,
    pub(crate) clock: Arc<Clock>,
    pub(crate) base: String,
    pub(crate) client: Client,
}

pub(crate) fn settings(creditor: &Creditor) -> SandboxSettings {
    SandboxSettings {
        public_url: "http://sandbox.example/".parse().unwrap(),
        soap_url: creditor.url.clone(),
        broker_tax_code: BROKER.parse().unwrap(),
        gateway_status_url: None,
        api_key: None,
    }
}

pub(crate) fn clock() -> Arc<Clock> {
    Arc::new(Clock(AtomicI64::new(0)))
}

impl Stage {
    /// With a registry of two institutions, stations of version 2.
    pub(crate) async fn set() -> Stage {
        let stage = Stage::bare(|_| {}).await;
        stage.register(registry(2)).await;
        stage
    }

    /// The same, whose Node waits for receipts however busy this machine is.
    pub(crate) async fn patient() -> Stage {
        let stage = Stage::paced(Pace { receipt_ms: 20_000, ..PATIENCE }, |_| {}).await;
        stage.register(registry(2)).await;
        stage
    }

    /// Without a registry.
    pub(crate) async fn bare(change: impl FnOnce(&mut SandboxSettings)) -> Stage {
        Stage::paced(PATIENCE, change).await
    }

    async fn paced(pace: Pace, change: impl FnOnce(&mut SandboxSettings)) -> Stage {
        let creditor = Creditor::start();
        let clock = clock();
        let mut settings = settings(&creditor);
        change(&mut settings);
        let sandbox = Sandbox::with_pace(settings, clock.clone(), pace).await.unwrap();
        let server = HttpServer::new(move || {
            let sandbox = sandbox.clone();
            App::new().configure(move |service| sandbox.configure(service))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        let builder = Client::builder().no_proxy().tls_certs_only([]);
        let client = builder.redirect(Policy::none()).pool_max_idle_per_host(0).build().unwrap();
        Stage { creditor, clock, base, client }
    }

    pub(crate) async fn register(&self, registry: Value) {
        let answer =
            self.client.put(format!("{}/sandbox/v1/registry", self.base)).json(&registry).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        told(self.client.get(format!("{}{path}", self.base)).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        told(self.client.post(format!("{}{path}", self.base)).json(body).send().await.unwrap()).await
    }

    /// A page of the sandbox.
    pub(crate) async fn page(&self, path: &str) -> (Response, String) {
        let url: Url = format!("{}{path}", self.base).parse().unwrap();
        let answer = self.client.get(url).send().await.unwrap();
        let again = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        (answer, again.text().await.unwrap())
    }

    /// A form of a page.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Response {
        self.client.post(format!("{}{path}", self.base)).form(fields).send().await.unwrap()
    }

    /// The payment of the notice by a script.
    pub(crate) async fn pay(&self, script: Value) -> Value {
        self.order(json!({"script": script})).await
    }

    /// The payment of the notice, with everything that goes with it.
    pub(crate) async fn order(&self, mut order: Value) -> Value {
        let members = order.as_object_mut().unwrap();
        members.entry("creditor_tax_code").or_insert_with(|| json!(OWNER));
        members.entry("notice_number").or_insert_with(|| json!(NOTICE));
        let (status, report) = self.post("/sandbox/v1/payments", &order).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        report
    }
}

async fn told(answer: Response) -> (StatusCode, Value) {
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or_else(|_| json!(text)) })
}

pub(crate) fn registry(version: u8) -> Value {
    json!({"institutions": [
        {"tax_code": OWNER, "company_name": "Comune di Esempio", "ibans": [IBAN, POSTAL_IBAN],
         "stations": [{"station_id": STATION, "segregation_code": "05", "primitive_version": version}]},
        {"tax_code": PROVINCE, "company_name": "Provincia di Esempio", "ibans": [PROVINCE_IBAN],
         "stations": [{"station_id": STATION, "segregation_code": "06", "primitive_version": version, "broadcast": true}]},
    ]})
}

/// The n-th notice of the owner.
pub(crate) fn notice(n: u32) -> String {
    format!("305{n:015}")
}
