// SPDX-License-Identifier: AGPL-3.0-or-later
//! When the sandbox starts, when it does not, and when it falls silent.

use actix_web::{App, HttpResponse, HttpServer, web};
use reqwest::StatusCode;
use serde_json::json;
use tramite_pagopa::current::Answer;
use tramite_pagopa::soap;
use tramite_sandbox::{Sandbox, StartError};
use url::Url;

use crate::creditor::{Creditor, verify_answer};
use crate::stage::{Stage, clock, registry, settings};

/// A gateway that tells its environment on every page.
fn gateway(environment: Option<&'static str>) -> Url {
    let server = HttpServer::new(move || {
        App::new().default_service(web::to(move || async move {
            let mut answer = HttpResponse::Ok();
            if let Some(environment) = environment {
                answer.insert_header(("Tramite-Environment", environment));
            }
            answer.content_type(soap::CONTENT_TYPE).body(soap::answer(&Answer::Verify(verify_answer())))
        }))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/status", server.addrs()[0]).parse().unwrap();
    tokio::spawn(server.run());
    url
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

    // A station that turns out to be production is the last one that is called.
    let stage = Stage::bare(|settings| settings.soap_url = gateway(Some("production"))).await;
    stage.register(registry(2)).await;
    assert_eq!(stage.pay(json!("verify_only")).await["outcome"], "OK");
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
