// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipts API: a receipt that stayed at the Node is told, and ten questions are taken in an hour.

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_pagopa::receipts::content;

use crate::stage::Stage;

const CREDITOR: &str = "99999000013";

fn path(organization: &str, iur: &str, iuv: &str) -> String {
    format!("/bizevents/service/v1/organizations/{organization}/receipts/{iur}/paymentoptions/{iuv}")
}

/// A receipt that nobody was sent: its two references.
async fn held(stage: &Stage) -> (String, String) {
    let report = stage.pay(json!("no_receipt")).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&report["payment_token"]), text(&report["receipt"]["iuv"]))
}

pub(crate) async fn a_receipt_that_stayed_at_the_node_is_told_to_the_cent() {
    let stage = Stage::set().await;
    let (iur, iuv) = held(&stage).await;
    let url = format!("{}{}", stage.base, path(CREDITOR, &iur, &iuv));
    let bytes = stage.client.get(url).send().await.unwrap().bytes().await.unwrap();
    let told = content(&bytes).unwrap();
    let shown = stage.get(&format!("/sandbox/v1/receipts/{iur}")).await.1;
    assert_eq!((told.receipt_id, told.iuv), (iur.clone(), iuv.clone()));
    assert_eq!(json!(told.amount), shown["amount"]);
    assert_eq!((shown["recipients"][0]["attempts"].clone(), told.irregularities.len()), (json!(0), 0));
    for (organization, iur, iuv, status) in [
        ("11111111111", iur.as_str(), iuv.as_str(), StatusCode::NOT_FOUND),
        (CREDITOR, "another", iuv.as_str(), StatusCode::NOT_FOUND),
        (CREDITOR, iur.as_str(), "05000000000000000", StatusCode::NOT_FOUND),
        ("nobody", iur.as_str(), iuv.as_str(), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(stage.get(&path(organization, iur, iuv)).await.0, status, "{organization} {iur} {iuv}");
    }
}

pub(crate) async fn ten_questions_are_taken_in_an_hour_and_only_with_the_key() {
    let stage = Stage::set().await;
    let ask = async || stage.client.get(format!("{}{}", stage.base, path(CREDITOR, "x", "y"))).send().await.unwrap();
    for _ in 0..10 {
        assert_eq!(ask().await.status(), StatusCode::NOT_FOUND);
    }
    let refused = ask().await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: i64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=3_600).contains(&wait), "{wait}");
    stage.post("/sandbox/v1/clock/advance", &json!({"seconds": 3_600})).await;
    assert_eq!(ask().await.status(), StatusCode::NOT_FOUND);

    let locked = Stage::bare(|settings| settings.api_key = Some("key".to_owned())).await;
    assert_eq!(locked.get(&path(CREDITOR, "x", "y")).await.0, StatusCode::UNAUTHORIZED);
    let url = format!("{}{}", locked.base, path(CREDITOR, "x", "y"));
    let opened = locked.client.get(url).header("Ocp-Apim-Subscription-Key", "key").send().await.unwrap();
    assert_eq!(opened.status(), StatusCode::NOT_FOUND);
}
