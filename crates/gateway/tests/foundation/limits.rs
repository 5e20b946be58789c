// SPDX-License-Identifier: AGPL-3.0-or-later
//! How many requests are served.

use std::num::NonZeroU32;

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
