// SPDX-License-Identifier: AGPL-3.0-or-later
//! When the sandbox starts, when it does not, and when it falls silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use reqwest::StatusCode;
use serde_json::json;
use tramite_pagopa::current::Answer;
use tramite_pagopa::soap;
use tramite_sandbox::{Sandbox, StartError};
use url::Url;

use crate::creditor::{Creditor, verify_answer, written};
use crate::stage::{Stage, clock, registry, settings};

/// A gateway that tells its environment on every page.
fn gateway(environment: Option<&'static str>) -> Url {
    counted_gateway(environment).0
}

/// The same, and how often it was called.
fn counted_gateway(environment: Option<&'static str>) -> (Url, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let server = HttpServer::new(move || {
        let calls = Arc::clone(&counted);
        App::new().default_service(web::to(move || {
            calls.fetch_add(1, Ordering::SeqCst);
            async move {
                let mut answer = HttpResponse::Ok();
                if let Some(environment) = environment {
                    answer.insert_header(("Tramite-Environment", environment));
                }
                answer.content_type(soap::CONTENT_TYPE).body(written(&Answer::Verify(verify_answer())))
            }
        }))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/status", server.addrs()[0]).parse().unwrap();
    tokio::spawn(server.run());
    (url, calls)
}

pub(crate) async fn the_sandbox_refuses_production() {
    let creditor = Creditor::start();
    for (environment, expected) in [
        (Some("production"), Some(StartError::Production)),
        (None, Some(StartError::NotTramite)),
        (Some("sandbox"), None),
    ] {
        let mut settings = settings(&creditor);
        settings.gateway_status_url = Some(gateway(environment));
        assert_eq!(Sandbox::new(settings, clock()).await.err(), expected);
    }
    let mut wrong = settings(&creditor);
    wrong.soap_url = "ftp://127.0.0.1/".parse().unwrap();
    assert!(matches!(Sandbox::new(wrong, clock()).await.err(), Some(StartError::Url(_))));
    let mut keyed = settings(&creditor);
    keyed.api_key = Some(String::from("segreto"));
    assert!(!format!("{keyed:?}").contains("segreto"));

    // A station that turns out to be production is called that once: nothing is sent after it, now or an hour later.
    let (url, calls) = counted_gateway(Some("production"));
    let stage = Stage::bare(|settings| settings.soap_url = url).await;
    stage.register(registry(2)).await;
    let report = stage.pay(json!("pay")).await;
    assert_eq!(report["outcome"], "KO", "{report}");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    stage.clock.pass_minutes(61);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    for path in ["/", "/sandbox/v1/status"] {
        assert_eq!(stage.get(path).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(stage.post("/sandbox/v1/payments", &json!({})).await.0, StatusCode::SERVICE_UNAVAILABLE);
}

pub(crate) async fn the_registry_is_replaced_whole_or_not_at_all() {
    let stage = Stage::bare(|_| {}).await;
    assert_eq!(stage.get("/sandbox/v1/registry").await.1, json!({"institutions": []}));
    stage.register(registry(1)).await;
    let (_, kept) = stage.get("/sandbox/v1/registry").await;
    assert_eq!(kept["institutions"][0]["stations"][0]["primitive_version"], 1);
    let put = |body: serde_json::Value| stage.client.put(format!("{}/sandbox/v1/registry", stage.base)).json(&body);
    let mut flawed = registry(2);
    flawed["institutions"][1]["tax_code"] = flawed["institutions"][0]["tax_code"].clone();
    let answer = put(flawed).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(problem["errors"][0]["pointer"], "/institutions/1/tax_code");
    assert_eq!(stage.get("/sandbox/v1/registry").await.1, kept);
    let (_, health) = stage.get("/sandbox/v1/status").await;
    assert_eq!((&health["environment"], &health["institutions"]), (&json!("sandbox"), &json!(2)));
}
