// SPDX-License-Identifier: AGPL-3.0-or-later
//! Versions: ETag, If-Match, If-None-Match.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::{Ask, TestGateway};

fn service(title: &str) -> Value {
    json!({
        "title": {"it": title}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "fixed", "amount": 500}, "status": "active",
    })
}

pub(crate) async fn a_version_that_moved_is_never_overwritten(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let put = |title: &str| Ask::put("/v1/services/NUOVO").token(&token).json(&service(title));
    gateway.ask(put("a").header("If-Match", "*")).await.is_problem(412, "precondition_failed");
    let made = gateway.ask(put("a").header("If-None-Match", "*")).await;
    made.is(201);
    assert_eq!(made.header("location"), Some("/v1/services/NUOVO"));
    let first = made.header("etag").unwrap().to_owned();
    gateway.ask(put("b").header("If-None-Match", "*")).await.is_problem(412, "precondition_failed");
    let changed = gateway.ask(put("b").header("If-Match", &first)).await;
    changed.is(200);
    assert_ne!(changed.header("etag"), Some(first.as_str()));
    gateway.ask(put("c").header("If-Match", &first)).await.is_problem(412, "precondition_failed");
    gateway.ask(put("c").header("If-Match", format!("W/{first}"))).await.is_problem(412, "precondition_failed");
    for wrong in ["", "3 active", "\"a\" \"b\""] {
        gateway.ask(put("c").header("If-Match", wrong)).await.is_problem(400, "invalid_request");
    }
    for other in ["3-active", "\"", "{}", "W/*", "\"a\",\"b\""] {
        gateway.ask(put("c").header("If-Match", other)).await.is_problem(412, "precondition_failed");
    }
    // A body that is none is told first, because no version makes it right; what a body means does not matter to an old one.
    let mut wrong = service("c");
    wrong["account_id"] = json!("nowhere");
    for (body, old) in [(json!({}), (422, "validation_failed")), (wrong, (412, "precondition_failed"))] {
        let ask = || Ask::put("/v1/services/NUOVO").token(&token).json(&body);
        gateway.ask(ask().header("If-Match", &first)).await.is_problem(old.0, old.1);
        gateway.ask(ask()).await.is_problem(422, "validation_failed");
    }
    let same = gateway.ask(put("b")).await;
    assert_eq!((same.status, same.header("etag")), (200, changed.header("etag")), "nothing changed, nothing moved");
    let shown = gateway.ask(Ask::get("/v1/services/NUOVO").token(&token)).await;
    assert_eq!((shown.header("etag"), shown.json()), (changed.header("etag"), changed.json()));
}

pub(crate) async fn of_two_changes_of_one_version_one_wins(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let token = gateway.token(&seeded.for_a).await;
    let shown = gateway.ask(Ask::get("/v1/services/TARI").token(&token)).await;
    let etag = shown.header("etag").unwrap();
    let titles: Vec<String> = (0..8).map(|number| format!("Titolo {number}")).collect();
    let asks = titles.iter().map(|title| {
        gateway.ask(Ask::put("/v1/services/TARI").token(&token).json(&service(title)).header("If-Match", etag))
    });
    let mut statuses: Vec<u16> = join_all(asks).await.iter().map(|seen| seen.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}
