// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts: to whom, how often, until when.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_pagopa::Primitive;
use tramite_pagopa::current::PaaFault;

use crate::creditor::{Instead, OWNER, PROVINCE};
use crate::stage::{Stage, registry};

pub(crate) async fn a_receipt_goes_to_the_owner_and_to_broadcast_stations() {
    let stage = Stage::set().await;
    let mut registry = registry(2);
    let stations = |list: Value| list;
    registry["institutions"][0]["stations"] = stations(json!([
        {"station_id": "own", "segregation_code": "05", "broadcast": true},
        {"station_id": "own_other", "segregation_code": "07", "broadcast": true, "primitive_version": 1},
        {"station_id": "own_silent", "segregation_code": "08"}]));
    registry["institutions"][1]["stations"] = stations(json!([
        {"station_id": "theirs_silent", "segregation_code": "05"},
        {"station_id": "theirs", "segregation_code": "06", "broadcast": true}]));
    stage.register(registry).await;
    let report = stage.pay(json!("pay")).await;
    let receipts = stage.creditor.receipts();
    let sent: Vec<(&str, &str, &str)> = receipts
        .iter()
        .map(|receipt| {
            (&*receipt.addressee.id_pa, &*receipt.addressee.id_station, receipt.version.receipt().operation())
        })
        .collect();
    assert_eq!(
        sent,
        [(OWNER, "own", "paSendRTV2"), (OWNER, "own_other", "paSendRT"), (PROVINCE, "theirs", "paSendRTV2")]
    );
    // Everybody gets the whole receipt of the owner's notice.
    assert!(receipts.iter().all(|receipt| receipt.fiscal_code == OWNER && receipt.transfers.len() == 2));
    // The owner's second station is told of a duplicate, which is as good as an OK.
    let recipients = report["receipt"]["recipients"].as_array().unwrap();
    let last: Vec<(&str, &str)> = recipients
        .iter()
        .map(|recipient| (recipient["status"].as_str().unwrap(), recipient["last_answer"].as_str().unwrap()))
        .collect();
    assert_eq!(last, [("NOTIFIED", "OK"), ("NOTIFIED", "PAA_RECEIPT_DUPLICATA"), ("NOTIFIED", "OK")]);
}

pub(crate) async fn a_receipt_is_tried_forty_eight_times_and_then_no_more() {
    let stage = Stage::set().await;
    stage.creditor.does(Primitive::SendRtV2, Instead::Refuse(PaaFault::SystemError));
    let report = stage.pay(json!("pay")).await;
    // The citizen has paid, whatever the creditor says to the receipt.
    assert_eq!(report["outcome"], "OK");
    assert_eq!(report["receipt"]["recipients"][0]["status"], "NOTICE_PENDING");
    assert_eq!(report["receipt"]["recipients"][0]["next_attempt_at"], "2026-09-18T09:22:33.500Z");
    for attempt in 2..=48 {
        let (_, done) = stage.post("/sandbox/v1/receipts/redeliver", &json!({})).await;
        assert_eq!((&done["attempted"], &done["pending"]), (&json!(2), &json!(2)), "{attempt}");
    }
    let (_, pending) = stage.get("/sandbox/v1/receipts?status=NOTICE_PENDING").await;
    let owner = &pending["items"][0]["recipients"][0];
    assert_eq!((&owner["attempts"], &owner["last_answer"]), (&json!(48), &json!("PAA_SYSTEM_ERROR")));
    assert_eq!(owner["next_attempt_at"], Value::Null);
    let (_, done) = stage.post("/sandbox/v1/receipts/redeliver", &json!({})).await;
    assert_eq!(done["attempted"], 0);

    stage.creditor.behaves();
    let ticket = json!({"receipt_id": report["payment_token"]});
    let (_, done) = stage.post("/sandbox/v1/receipts/redeliver", &ticket).await;
    assert_eq!((&done["attempted"], &done["notified"]), (&json!(2), &json!(2)), "{done}");
    assert_eq!(done["items"][0]["recipients"][0]["attempts"], 1);
    let (_, health) = stage.get("/sandbox/v1/status").await;
    assert_eq!((&health["receipts"], &health["receipts_pending"]), (&json!(1), &json!(0)));
}

pub(crate) async fn an_hour_later_the_node_comes_back_by_itself() {
    let stage = Stage::set().await;
    stage.creditor.does(Primitive::SendRtV2, Instead::Say(503, Vec::new()));
    let report = stage.pay(json!("pay")).await;
    stage.creditor.behaves();
    let path = format!("/sandbox/v1/receipts/{}", report["payment_token"].as_str().unwrap());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(stage.get(&path).await.1["recipients"][0]["attempts"], 1);
    stage.clock.pass_minutes(60);
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if stage.get(&path).await.1["recipients"][1]["status"] == "NOTIFIED" {
            return;
        }
    }
    panic!("the Node never came back");
}

pub(crate) async fn only_ok_and_duplicata_are_final() {
    let stage = Stage::set().await;
    let cases = [
        (Instead::Refuse(PaaFault::DuplicateReceipt), "NOTIFIED", "PAA_RECEIPT_DUPLICATA"),
        (Instead::Refuse(PaaFault::UnknownPayment), "NOTICE_PENDING", "PAA_PAGAMENTO_SCONOSCIUTO"),
        (Instead::Refuse(PaaFault::WrongInstitution), "NOTICE_PENDING", "PAA_ID_DOMINIO_ERRATO"),
        (Instead::Sleep(800), "NOTICE_PENDING", "PPT_STAZIONE_INT_PA_TIMEOUT"),
        (Instead::Say(500, Vec::new()), "NOTICE_PENDING", "PPT_STAZIONE_INT_PA_SERVIZIO_NONATTIVO"),
        (Instead::Say(200, b"<ok/>".to_vec()), "NOTICE_PENDING", "PPT_STAZIONE_INT_PA_ERRORE_RESPONSE"),
    ];
    for (number, (instead, status, last)) in (1..).zip(cases) {
        stage.creditor.does(Primitive::SendRtV2, instead);
        let report = stage.order(json!({"notice_number": crate::stage::notice(number)})).await;
        let recipient = &report["receipt"]["recipients"][0];
        assert_eq!((&recipient["status"], &recipient["last_answer"]), (&json!(status), &json!(last)));
    }
}

pub(crate) async fn the_same_receipt_can_be_sent_fifty_times_at_once() {
    let stage = Stage::patient().await;
    let report = stage.pay(json!("no_receipt")).await;
    let path = format!("/sandbox/v1/receipts/{}/send", report["payment_token"].as_str().unwrap());
    let (status, sent) = stage.post(&path, &json!({"times": 50, "concurrently": true, "id_pa": OWNER})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&sent["accepted"], &sent["duplicate"], &sent["failed"]), (&json!(1), &json!(49), &json!(0)));
    let (_, sent) = stage.post(&path, &json!({"differently": true})).await;
    assert_eq!((&sent["accepted"], &sent["duplicate"]), (&json!(1), &json!(1)));
    let fees: Vec<i64> =
        stage.creditor.receipts().iter().rev().take(3).map(|receipt| receipt.fee.unwrap().cents()).collect();
    assert_eq!(fees, [151, 151, 150]);
    let (_, whole) = stage.get(path.trim_end_matches("/send")).await;
    assert_eq!(whole["recipients"][0]["status"], "NOTICE_GENERATED");
    assert!(whole["messages"][1]["xml"].as_str().unwrap().contains(PROVINCE));
    for wrong in [json!({"times": 0}), json!({"times": 201})] {
        assert_eq!(stage.post(&path, &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

pub(crate) async fn a_held_receipt_goes_out_when_asked_for() {
    let stage = Stage::set().await;
    let report = stage.pay(json!("no_receipt")).await;
    let (_, done) = stage.post("/sandbox/v1/receipts/redeliver", &json!({})).await;
    assert_eq!(done["attempted"], 0);
    let ticket = json!({"receipt_id": report["payment_token"]});
    let (_, done) = stage.post("/sandbox/v1/receipts/redeliver", &ticket).await;
    assert_eq!(done["items"][0]["recipients"][0]["status"], "NOTIFIED");
    assert_eq!(
        stage.post("/sandbox/v1/receipts/redeliver", &json!({"receipt_id": "x"})).await.0,
        StatusCode::NOT_FOUND
    );
    let (_, found) = stage.get(&format!("/sandbox/v1/receipts?creditor_tax_code={OWNER}&notice_number=x")).await;
    assert_eq!(found["items"], json!([]));
}
