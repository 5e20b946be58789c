// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many requests are served.

use std::num::NonZeroU32;

use serde_json::json;
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).unwrap()
}

pub(crate) async fn a_client_that_asks_too_much_waits_and_its_neighbour_does_not(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.client_per_second = number(1);
        settings.limits.client_burst = number(5);
    })
    .await;
    let seeded = gateway.seed().await;
    let (token, neighbour) = (gateway.token(&seeded.for_a).await, gateway.token(&seeded.other_for_a).await);
    let (at_a, at_b) = (
        gateway.token_with(&seeded.for_both, "&institution=comune-a").await,
        gateway.token_with(&seeded.for_both, "&institution=comune-b").await,
    );
    let list = |token: &str| Ask::get("/v1/services").token(token);
    for left in (0..5).rev() {
        let seen = gateway.ask(list(&token)).await;
        seen.is(200);
        assert_eq!(seen.header("x-ratelimit-limit"), Some("5"));
        assert_eq!(seen.header("x-ratelimit-remaining"), Some(left.to_string().as_str()));
        assert_eq!(seen.header("x-ratelimit-reset"), Some((5 - left).to_string().as_str()));
    }
    let refused = gateway.ask(list(&token)).await;
    refused.is_problem(429, "rate_limited");
    assert_eq!((refused.header("retry-after"), refused.header("x-ratelimit-remaining")), (Some("1"), Some("0")));
    assert!(refused.header("x-ratelimit-reset").is_some());
    gateway.ask(list(&neighbour)).await.is(200);
    for _ in 0..5 {
        gateway.ask(list(&at_a)).await.is(200);
    }
    gateway.ask(list(&at_a)).await.is_problem(429, "rate_limited");
    gateway.ask(list(&at_b)).await.is(200);
}

pub(crate) async fn tokens_are_counted_by_client_and_strangers_by_source(database: Database) {
    let gateway = TestGateway::with(&database, |settings| {
        settings.limits.token_client_per_minute = number(2);
        settings.limits.token_source_per_minute = number(6);
        settings.limits.source_per_second = number(1);
        settings.limits.source_burst = number(3);
    })
    .await;
    let seeded = gateway.seed().await;
    gateway.ask_token(&seeded.for_a, "").await.is(200);
    gateway.ask_token(&seeded.for_a, "").await.is(200);
    gateway.ask_token(&seeded.for_a, "").await.is_problem(429, "rate_limited");
    gateway.ask_token(&seeded.for_b, "").await.is(200);
    let mut forged = seeded.narrow.clone();
    forged.secret = "tr_test_".to_owned();
    gateway.ask_token(&forged, "").await.is(401);
    // A wrong secret has taken nothing from the client itself.
    gateway.ask_token(&seeded.narrow, "").await.is(200);
    gateway.ask_token(&seeded.narrow, "").await.is_problem(429, "rate_limited");
    let seen: Vec<u16> = {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            statuses.push(gateway.ask(Ask::get("/v1/services")).await.status);
        }
        statuses
    };
    assert_eq!(seen, [401, 401, 401, 429, 429]);
}

pub(crate) async fn a_client_has_limits_of_its_own_and_a_quota_of_the_day(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let operator = gateway.token(&seeded.operator).await;
    let path = format!("/v1/clients/{}/limits", seeded.for_both.id);
    let put = async |body: serde_json::Value| gateway.ask(Ask::put(&path).token(&operator).json(&body)).await;
    for (wrong, pointer) in [
        (json!({"requests_per_second": 5}), "/burst"),
        (json!({"burst": 5}), "/requests_per_second"),
        (json!({"requests_per_second": 5, "burst": 4}), "/burst"),
        (json!({"requests_per_second": 0, "burst": 5}), "/requests_per_second"),
        (json!({"requests_per_second": 1_001, "burst": 5_000}), "/requests_per_second"),
        (json!({"requests_per_day": 0}), "/requests_per_day"),
    ] {
        let seen = put(wrong).await;
        seen.is_problem(422, "validation_failed");
        assert!(seen.text().contains(&format!("\"pointer\":\"{pointer}\"")), "{}", seen.text());
    }
    // Whoever runs the platform is not shut out of it.
    let own = Ask::put(format!("/v1/clients/{}/limits", seeded.operator.id));
    let refused = gateway.ask(own.token(&operator).json(&json!({"requests_per_day": 1}))).await;
    refused.is_problem(422, "validation_failed");
    let limits = json!({"requests_per_second": 1, "burst": 3, "requests_per_day": 5});
    assert_eq!(put(limits.clone()).await.is(200).json(), limits);
    let client = gateway.ask(Ask::get(format!("/v1/clients/{}", seeded.for_both.id)).token(&operator)).await.json();
    assert_eq!(client["limits"], limits);

    let at_a = gateway.token_with(&seeded.for_both, "&institution=comune-a").await;
    let at_b = gateway.token_with(&seeded.for_both, "&institution=comune-b").await;
    let neighbour = gateway.token(&seeded.for_a).await;
    let list = |token: &str| Ask::get("/v1/services").token(token);
    for left in (0..3).rev() {
        let seen = gateway.ask(list(&at_a)).await;
        seen.is(200);
        let told = ["limit", "remaining"].map(|name| seen.header(&format!("x-ratelimit-{name}")).unwrap().to_owned());
        assert_eq!(told, ["3".to_owned(), left.to_string()]);
    }
    gateway.ask(list(&at_a)).await.is_problem(429, "rate_limited");
    // The other institution has a bucket of its own, and the day is one for both, in every process.
    let twin = gateway.twin().await;
    let seen = gateway.ask(list(&at_b)).await;
    seen.is(200);
    assert_eq!((seen.header("x-ratelimit-limit"), seen.header("x-ratelimit-remaining")), (Some("5"), Some("1")));
    twin.ask(list(&at_b)).await.is(200);
    for process in [&gateway, &twin] {
        let refused = process.ask(list(&at_b)).await;
        refused.is_problem(429, "quota_exceeded");
        assert_eq!(
            (refused.header("x-ratelimit-limit"), refused.header("x-ratelimit-remaining")),
            (Some("5"), Some("0"))
        );
        // It is ten in the morning in Italy.
        assert_eq!(refused.header("retry-after"), Some("50400"));
        assert_eq!(refused.header("x-ratelimit-reset"), Some("50400"));
    }
    gateway.ask(list(&neighbour)).await.is(200);
    // A larger quota holds at once, and a new day begins anew.
    put(json!({"requests_per_day": 6})).await.is(200);
    let seen = gateway.ask(list(&at_b)).await;
    assert_eq!(
        (seen.is(200).header("x-ratelimit-limit"), seen.header("x-ratelimit-remaining")),
        (Some("6"), Some("0"))
    );
    gateway.ask(list(&at_b)).await.is_problem(429, "quota_exceeded");
    gateway.world.pass(50_400);
    let tomorrow = gateway.token_with(&seeded.for_both, "&institution=comune-b").await;
    gateway.ask(list(&tomorrow)).await.is(200);
    let operator = gateway.token(&seeded.operator).await;
    let none = Ask::put(&path).token(&operator).json(&json!({}));
    assert_eq!(gateway.ask(none).await.is(200).json(), json!({}));
    let seen = gateway.ask(list(&tomorrow)).await;
    assert!(seen.header("x-ratelimit-limit").unwrap().parse::<u32>().unwrap() > 6);
}
