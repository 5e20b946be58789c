// SPDX-License-Identifier: AGPL-3.0-or-later
//! What every answer has, and what every request is asked.

use actix_web::http::Method;
use serde_json::json;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

/// Headers of every answer, whatever it is.
const EVERYWHERE: [&str; 7] = [
    "request-id",
    "tramite-environment",
    "cache-control",
    "x-content-type-options",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

pub(crate) async fn every_answer_carries_the_headers_of_all_answers(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let asks = [
        Ask::get("/status"),
        Ask::get("/nothing"),
        Ask::delete("/status"),
        Ask::get("/v1/services"),
        Ask::get("/v1/services").token(&token),
        Ask::get("/v1/services?x=1").token(&token),
        Ask::get("/v1/institutions").token(&token),
        Ask::put("/v1/services/NUOVO").token(&token).json(&json!({})),
        Ask::post("/oauth2/token").form("a=b"),
        Ask::get("/errors"),
        Ask::get("/docs"),
        Ask::get("/docs/nothing.js"),
        Ask::get("/.well-known/jwks.json"),
    ];
    let mut seen_ids = std::collections::BTreeSet::new();
    for ask in asks {
        let seen = gateway.ask(ask.clone()).await;
        for name in EVERYWHERE {
            assert!(seen.header(name).is_some(), "{name} of {ask:?}: {}", seen.text());
        }
        assert_eq!(seen.header("tramite-environment"), Some("sandbox"));
        assert_eq!(seen.header("x-content-type-options"), Some("nosniff"));
        assert!(seen.header("access-control-allow-origin").is_none());
        assert!(seen.header("strict-transport-security").is_none(), "the public address is not https");
        let id = uuid::Uuid::parse_str(seen.header("request-id").unwrap()).unwrap();
        assert_eq!(id.get_version_num(), 7);
        assert!(seen_ids.insert(id));
    }
    let https = |settings: &mut tramite_gateway::GatewaySettings| {
        *settings = tramite_gateway::GatewaySettings::new("https://tramite.example.it").unwrap();
    };
    let public = TestGateway::with(&database, https).await;
    let seen = public.ask(Ask::get("/status")).await;
    assert!(seen.header("strict-transport-security").unwrap().contains("max-age"));
    assert_eq!(seen.header("content-type"), Some("application/problem+json"));
}

pub(crate) async fn a_path_without_its_method_says_which_it_has(database: Database) {
    let gateway = TestGateway::new(&database).await;
    for (path, allow) in [
        ("/status", "GET"),
        ("/v1/institutions", "GET, POST"),
        ("/v1/institutions/x", "GET, PUT"),
        ("/oauth2/token", "POST"),
        ("/docs/index.html", "GET"),
    ] {
        for method in [Method::PATCH, Method::OPTIONS, Method::TRACE, Method::HEAD] {
            let seen = gateway.ask(Ask::new(method, path)).await;
            assert_eq!((seen.status, seen.header("allow")), (405, Some(allow)), "{path}");
        }
        gateway.ask(Ask::new(Method::PATCH, path)).await.is_problem(405, "method_not_allowed");
    }
    for path in ["/v1", "/v1/nothing", "/v1/services/", "/soap", "/status/x"] {
        let seen = gateway.ask(Ask::get(path)).await;
        seen.is_problem(404, "not_found");
        assert!(seen.json()["detail"].as_str().unwrap().contains("no such path"), "{}", seen.text());
    }
}

pub(crate) async fn only_known_parameters_are_taken_and_each_once(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    for (query, pointer, code) in [
        ("embed=all", "/embed", "unknown_parameter"),
        ("limit=1&limit=2", "/limit", "repeated_parameter"),
        ("limit=0", "/limit", "below_minimum"),
        ("limit=1000000000", "/limit", "above_maximum"),
        ("limit=99999999999999999999", "/limit", "wrong_type"),
        ("limit=1e2", "/limit", "wrong_type"),
        ("limit=%2B5", "/limit", "wrong_type"),
        ("limit=", "/limit", "wrong_type"),
        ("limit", "/limit", "wrong_type"),
        ("cursor=%00", "/cursor", "wrong_pattern"),
        ("cursor=", "/cursor", "too_short"),
        ("a%2Fb=1", "/a~1b", "unknown_parameter"),
    ] {
        let seen = gateway.ask(Ask::get(format!("/v1/services?{query}")).token(&token)).await;
        seen.is_problem(422, "invalid_parameter");
        assert!(seen.faults().contains(&(pointer.to_owned(), code.to_owned())), "{query}: {}", seen.text());
    }
    let single = gateway.ask(Ask::get("/v1/services/TARI?x=1").token(&token)).await;
    single.is_problem(422, "invalid_parameter");
    let several = gateway.ask(Ask::get("/v1/services?a=1&limit=x").token(&token)).await;
    assert_eq!(several.faults().len(), 2);
    let cursor = gateway.ask(Ask::get("/v1/services?cursor=AAAA").token(&token)).await;
    cursor.is_problem(422, "invalid_cursor");
    let first = gateway.ask(Ask::get("/v1/services?limit=1").token(&token)).await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = gateway.ask(Ask::get(format!("/v1/services?limit=1&cursor={next}")).token(&token)).await.json();
    assert_ne!(first["items"][0]["code"], second["items"][0]["code"]);
    assert!(second.get("next_cursor").is_none());
}

pub(crate) async fn media_types_are_negotiated_and_sizes_bounded(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let list = || Ask::get("/v1/services").token(&token);
    gateway.ask(list().header("Accept", "text/html")).await.is_problem(406, "not_acceptable");
    gateway.ask(list().header("Accept", "text/html, application/json;q=0.5")).await.is(200);
    let put = || Ask::put("/v1/services/NUOVO").token(&token);
    for media in ["text/plain", "application/xml", "application/json; charset=utf-16", "application/jsonp", ""] {
        gateway.ask(put().bytes(media, "{}")).await.is_problem(415, "unsupported_media_type");
    }
    gateway.ask(put()).await.is_problem(415, "unsupported_media_type");
    let zipped = put().bytes("application/json", "{}").header("Content-Encoding", "gzip");
    gateway.ask(zipped).await.is_problem(415, "unsupported_media_type");
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(300_000));
    gateway.ask(put().bytes("application/json", large)).await.is_problem(413, "body_too_large");
    let fine = put().bytes("application/json; charset=UTF-8", "{}");
    gateway.ask(fine).await.is_problem(422, "validation_failed");
}

pub(crate) async fn nothing_in_a_path_is_a_failure(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let long = "a".repeat(2_000);
    for segment in [
        "%2e%2e",
        "%00",
        "%C0%AF",
        "%FF",
        "%",
        "%zz",
        "..%2f..%2fetc",
        "'%20OR%201=1",
        "%F0%9F%98%80",
        long.as_str(),
        "TARI%20",
        "{code}",
    ] {
        let seen = gateway.ask(Ask::get(format!("/v1/services/{segment}")).token(&token)).await;
        seen.is_problem(404, "not_found");
        let seen = gateway.ask(Ask::get(format!("/v1/institutions/{segment}")).token(&token)).await;
        seen.is_problem(404, "not_found");
    }
}
