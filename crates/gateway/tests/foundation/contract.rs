// SPDX-License-Identifier: AGPL-3.0-or-later
//! The contract itself.

use serde_json::Value;
use tramite_gateway::{PLACEHOLDER_URL, contract, contract_json};
use tramite_testkit::Database;

use crate::support::{Ask, PUBLIC_URL, TestGateway};

pub(crate) async fn the_contract_is_the_same_each_time_and_says_what_it_must(_database: Database) {
    let text = contract_json(PLACEHOLDER_URL).unwrap();
    assert_eq!(text, contract_json(PLACEHOLDER_URL).unwrap());
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document, contract(PLACEHOLDER_URL).unwrap());
    assert_eq!(document["openapi"], "3.1.0");
    assert!(!text.contains("\"null\"") && !text.contains(": null"), "something may be null");
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(operation["security"].as_array().is_some_and(|all| !all.is_empty()), "{at}");
            assert!(operation["summary"].is_string() && operation["description"].is_string(), "{at}");
            for status in ["406", "422", "429", "500", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{at} {status}");
            }
            let examples =
                operation["responses"].as_object().unwrap().iter().filter(|(status, _)| status.starts_with('2'));
            for (status, response) in examples.filter(|(status, _)| *status != "204") {
                let content = response["content"].as_object().unwrap();
                assert!(
                    content.values().all(|media| media.get("example").is_some() || media.get("examples").is_some()),
                    "{at} {status}"
                );
            }
            if let Some(body) = operation.get("requestBody") {
                let content = body["content"].as_object().unwrap();
                assert!(content.values().all(|media| media.get("example").is_some()), "{at}");
            }
        }
    }
}

pub(crate) async fn routes_outside_the_contract_are_the_reviewed_list(_database: Database) {
    let mut routes = tramite_gateway::contract::protocol_routes().unwrap();
    routes.sort();
    let ours: Vec<(String, String)> =
        routes.into_iter().filter(|(_, path)| !path.starts_with("/s/") && !path.starts_with("/soap/")).collect();
    let reviewed = [
        ("GET", "/"),
        ("GET", "/.well-known/jwks.json"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("GET", "/docs"),
        ("GET", "/docs/{tail:.*}"),
        ("GET", "/errors"),
        ("GET", "/errors/{code}"),
        ("GET", "/openapi.json"),
        // Hosted pages: whoever opens them is a citizen, and they act for the client that their institution chose.
        ("GET", "/p/-/logo/{institution}/{file}"),
        ("GET", "/p/-/{file}"),
        ("GET", "/p/{institution}"),
        ("GET", "/p/{institution}/notice/{handle}"),
        ("GET", "/p/{institution}/notice/{handle}/pdf"),
        ("GET", "/p/{institution}/outcome/{session}"),
        ("GET", "/p/{institution}/outcome/{session}/receipt"),
        ("GET", "/p/{institution}/receipt"),
        ("GET", "/p/{institution}/{service}"),
        ("GET", "/p/{institution}/{service}/confirm"),
        ("POST", "/oauth2/token"),
        ("POST", "/p/{institution}/receipt"),
        ("POST", "/p/{institution}/{service}"),
        ("POST", "/p/{institution}/{service}/confirm"),
        ("POST", "/payment-options/organizations/{organization}/notices/{notice}"),
    ];
    assert_eq!(ours, reviewed.map(|(method, path)| (method.to_owned(), path.to_owned())));
}

pub(crate) async fn the_documents_and_the_viewer_are_served_from_here(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let document = gateway.ask(Ask::get("/openapi.json")).await;
    document.is(200);
    assert_eq!(document.json()["servers"][0]["url"], PUBLIC_URL);
    assert_eq!(document.json()["servers"][0]["x-sandbox"], true);
    for path in ["/", "/docs"] {
        let entrance = gateway.ask(Ask::get(path)).await;
        assert_eq!((entrance.status, entrance.header("location")), (303, Some("/docs/")));
    }
    for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/docs/swagger-initializer.js", "/docs/swagger-ui.css"] {
        gateway.ask(Ask::get(path)).await.is(200);
    }
    let page = gateway.ask(Ask::get("/docs/")).await;
    assert!(!page.text().contains("https://"), "the viewer loads something from elsewhere");
    gateway.ask(Ask::get("/docs/../../etc/passwd")).await.is_problem(404, "not_found");
}
