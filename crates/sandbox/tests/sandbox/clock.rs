// SPDX-License-Identifier: AGPL-3.0-or-later
//! The clock of the sandbox, put forward: what waits does not have to be waited for.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_domain::time::Instant;
use tramite_pagopa::Primitive;

use crate::carts::{cart, open};
use crate::creditor::{Instead, NOTICE};
use crate::stage::{Stage, notice};

const HOUR: i64 = 3_600;

async fn advance(stage: &Stage, seconds: i64) -> Value {
    let (status, passed) = stage.post("/sandbox/v1/clock/advance", &json!({"seconds": seconds})).await;
    assert_eq!(status, StatusCode::OK, "{passed}");
    passed
}

async fn recipient(stage: &Stage, report: &Value) -> Value {
    let path = format!("/sandbox/v1/receipts/{}", report["payment_token"].as_str().unwrap());
    stage.get(&path).await.1["recipients"][0].clone()
}

pub(crate) async fn two_days_see_forty_eight_attempts_and_no_more() {
    let stage = Stage::set().await;
    stage.creditor.does(Primitive::SendRtV2, Instead::Say(503, Vec::new()));
    let report = stage.pay(json!("pay")).await;
    let first = recipient(&stage, &report).await;
    assert_eq!(first["attempts"], 1);
    // A second before the hour nothing comes, with it the second attempt does, at the hour it was promised for.
    assert_eq!(advance(&stage, HOUR - 1).await["attempted"], 0);
    assert_eq!(advance(&stage, 1).await["attempted"], 2, "owner and broadcast station");
    let second = recipient(&stage, &report).await;
    let at = |value: &Value| value["next_attempt_at"].as_str().unwrap().parse::<Instant>().unwrap();
    assert_eq!((&second["attempts"], at(&second).seconds_since(at(&first))), (&json!(2), HOUR));

    let passed = advance(&stage, 100 * HOUR).await;
    assert_eq!((&passed["attempted"], &passed["notified"], &passed["pending"]), (&json!(92), &json!(0), &json!(0)));
    assert_eq!(passed["ahead_seconds"], 101 * HOUR);
    let last = recipient(&stage, &report).await;
    assert_eq!(
        (&last["attempts"], &last["status"], &last["next_attempt_at"]),
        (&json!(48), &json!("NOTICE_PENDING"), &Value::Null)
    );
    assert_eq!(stage.creditor.receipts().len(), 96);
    stage.creditor.behaves();
    assert_eq!(advance(&stage, 100 * HOUR).await["attempted"], 0, "a support ticket alone brings it back");
}

pub(crate) async fn late_receipts_tokens_and_carts_go_by_the_clock() {
    let stage = Stage::set().await;
    let late = stage.pay(json!({"receipt_late": {"seconds": 3_000}})).await;
    let busy = notice(2);
    stage.order(json!({"notice_number": busy, "script": "activate_only"})).await;
    let id = open(&stage, &cart(&[&notice(3)])).await;
    let state = async || stage.get(&format!("/sandbox/v1/carts/{id}")).await.1["status"].clone();

    advance(&stage, 599).await;
    assert_eq!(
        (state().await, recipient(&stage, &late).await["status"].clone()),
        (json!("open"), json!("NOTICE_GENERATED"))
    );
    advance(&stage, 1).await;
    assert_eq!(state().await, "expired");
    let fault = async || stage.order(json!({"notice_number": busy, "script": "verify_only"})).await["fault"].clone();
    advance(&stage, 1_199).await;
    assert_eq!(fault().await["fault_code"], "PPT_PAGAMENTO_IN_CORSO");
    advance(&stage, 1).await;
    assert_eq!(fault().await, Value::Null);
    assert_eq!(advance(&stage, 1_199).await["attempted"], 0);
    assert_eq!(advance(&stage, 1).await["notified"], 2);
    assert_eq!(recipient(&stage, &late).await["status"], "NOTIFIED");
    // It went out once: the timer that waited for it finds nothing to do.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(stage.creditor.receipts().len(), 2);
    // What is said of a payment is the world's own time: the creditor's clock was not moved.
    stage.order(json!({"notice_number": notice(4)})).await;
    let xml = String::from_utf8(stage.creditor.messages().last().unwrap().clone()).unwrap();
    assert!(xml.contains("<paymentDateTime>2026-09-18T10:22:33<"), "{xml}");
}

pub(crate) async fn what_is_left_of_a_wait_is_waited_in_real_time() {
    let stage = Stage::set().await;
    let report = stage.pay(json!({"receipt_late": {"seconds": 3_600}})).await;
    assert_eq!(advance(&stage, 3_599).await["attempted"], 0);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if recipient(&stage, &report).await["status"] == "NOTIFIED" {
            return;
        }
    }
    panic!("the receipt never came");
}

pub(crate) async fn the_clock_goes_forward_and_within_a_month() {
    let stage = Stage::set().await;
    let (_, before) = stage.get("/sandbox/v1/clock").await;
    assert_eq!((&before["now"], &before["ahead_seconds"]), (&json!("2026-09-18T08:22:33.500Z"), &json!(0)));
    for wrong in [json!(0), json!(-1), json!(2_678_401)] {
        let (status, problem) = stage.post("/sandbox/v1/clock/advance", &json!({"seconds": wrong})).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("/seconds")));
    }
    // Of two at once each passes in full.
    let _ = tokio::join!(advance(&stage, 100), advance(&stage, 50));
    let (_, after) = stage.get("/sandbox/v1/clock").await;
    assert_eq!((&after["now"], &after["ahead_seconds"]), (&json!("2026-09-18T08:25:03.500Z"), &json!(150)));
    assert_eq!(stage.order(json!({"notice_number": NOTICE})).await["outcome"], "OK");
}
