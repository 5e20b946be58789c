// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payments at a provider, script by script.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tramite_pagopa::Primitive;
use tramite_pagopa::current::{Outcome, PaaFault, TransferType, Version};

use crate::creditor::{BROKER, Instead, NOTICE, OWNER, PROVINCE, STATION, cents, payment};
use crate::stage::{Stage, notice, registry};

pub(crate) async fn a_payment_is_verified_activated_and_receipted() {
    let stage = Stage::set().await;
    let order = json!({"transfer_type": "POSTAL", "payment_note": "nota", "channel": "onsite",
        "payer": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"}});
    let report = stage.order(order).await;
    assert_eq!(report["outcome"], "OK", "{report}");
    assert_eq!(report["notice"]["amount"], 12_050);
    assert_eq!(stage.creditor.names(), ["paVerifyPaymentNotice", "paGetPaymentV2", "paSendRTV2", "paSendRTV2"]);

    let get = &stage.creditor.gets()[0];
    assert_eq!(
        (&*get.addressee.id_pa, &*get.addressee.id_broker_pa, &*get.addressee.id_station),
        (OWNER, BROKER, STATION)
    );
    assert_eq!(
        (get.amount, get.transfer_type, get.payment_note.as_deref()),
        (Some(cents(12_050)), Some(TransferType::Postal), Some("nota"))
    );

    let receipts = stage.creditor.receipts();
    let receipt = &receipts[0];
    let asked = payment(true);
    assert_eq!(report["payment_token"], json!(receipt.receipt_id));
    assert_eq!((receipt.receipt_id.len(), receipt.outcome, receipt.payment_amount), (32, Outcome::Ok, cents(12_050)));
    assert_eq!((receipt.debtor.as_ref(), &receipt.metadata), (Some(&asked.debtor), &asked.metadata));
    assert_eq!((receipt.payer.as_ref().unwrap().street.as_ref(), receipt.stand_in), (None, None));
    for (paid, due) in receipt.transfers.iter().zip(&asked.transfers) {
        assert_eq!((paid.id, paid.amount, &paid.metadata), (Some(due.id), Some(due.amount), &due.metadata));
    }
    assert_eq!(receipt.psp.id.as_deref(), Some("ABCDITM1"));
    assert_eq!(receipt.payment_method.as_deref(), Some("cash"));
    let xml = String::from_utf8(stage.creditor.messages()[2].clone()).unwrap();
    // Rome's time on a Friday, without a zone; the money arrives on Monday.
    for part in ["<paymentDateTime>2026-09-18T10:22:33<", "<applicationDate>2026-09-18<", "<transferDate>2026-09-21<"] {
        assert!(xml.contains(part), "{part}");
    }

    let steps = report["transcript"].as_array().unwrap();
    let outline: Vec<&str> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(outline, ["verify", "activate", "receipt", "receipt"]);
    assert!(steps[0]["request"].as_str().unwrap().contains("paVerifyPaymentNoticeReq"));
    assert_eq!((&steps[0]["http_status"], &steps[0]["direction"]), (&json!(200), &json!("node_to_creditor")));
    let (status, kept) = stage.get(&format!("/sandbox/v1/transcripts/{}", report["id"].as_str().unwrap())).await;
    assert_eq!((status, &kept["transcript"]), (StatusCode::OK, &report["transcript"]));
}

pub(crate) async fn the_version_of_the_station_chooses_the_primitives() {
    let stage = Stage::set().await;
    stage.register(registry(1)).await;
    let report = stage.pay(json!("pay")).await;
    assert_eq!(report["outcome"], "OK", "{report}");
    assert_eq!(stage.creditor.names(), ["paVerifyPaymentNotice", "paGetPayment", "paSendRT", "paSendRT"]);
    assert!(stage.creditor.receipts().iter().all(|receipt| receipt.version == Version::V1));
}

pub(crate) async fn every_script_does_what_it_says() {
    let stage = Stage::set().await;
    let owner_only = json!({"institutions": registry(2)["institutions"].as_array().unwrap().iter().cloned().map(|mut institution| {
        institution["stations"][0]["broadcast"] = json!(false);
        institution
    }).collect::<Vec<Value>>()});
    stage.register(owner_only).await;
    let verify = ["paVerifyPaymentNotice"].as_slice();
    let get = ["paVerifyPaymentNotice", "paGetPaymentV2"].as_slice();
    let receipt = ["paVerifyPaymentNotice", "paGetPaymentV2", "paSendRTV2"].as_slice();
    let twice = ["paVerifyPaymentNotice", "paGetPaymentV2", "paSendRTV2", "paSendRTV2"].as_slice();
    let cases = [
        (json!("pay"), receipt, "NOTIFIED", "PPT_PAGAMENTO_DUPLICATO"),
        (json!("verify_only"), verify, "", ""),
        (json!("activate_only"), get, "", "PPT_PAGAMENTO_IN_CORSO"),
        (json!("no_receipt"), get, "NOTICE_GENERATED", "PPT_PAGAMENTO_DUPLICATO"),
        (json!("receipt_twice"), twice, "NOTIFIED", "PPT_PAGAMENTO_DUPLICATO"),
        (json!("receipt_before_return"), receipt, "NOTIFIED", "PPT_PAGAMENTO_DUPLICATO"),
        (json!({"other_amount": {"amount": 11_600}}), receipt, "NOTIFIED", "PPT_PAGAMENTO_DUPLICATO"),
        (json!("ko"), receipt, "NOTIFIED", ""),
        (json!("decline"), get, "", ""),
    ];
    for (number, (script, heard, status, afterwards)) in (1..).zip(cases) {
        stage.creditor.forgets();
        let notice = notice(number);
        let report = stage.order(json!({"notice_number": notice, "script": script})).await;
        assert_eq!(report["outcome"], "OK", "{script}: {report}");
        assert_eq!(stage.creditor.names(), heard, "{script}");
        let got = report["receipt"]["recipients"][0]["status"].as_str().unwrap_or_default();
        assert_eq!(got, status, "{script}");
        for receipt in stage.creditor.receipts() {
            assert_eq!(receipt.outcome, if script == "ko" { Outcome::Ko } else { Outcome::Ok });
        }
        let again = stage.order(json!({"notice_number": notice, "script": "verify_only"})).await;
        assert_eq!(again["fault"]["fault_code"].as_str().unwrap_or_default(), afterwards, "{script}");
    }
}

pub(crate) async fn a_receipt_can_come_late() {
    let stage = Stage::set().await;
    let report = stage.pay(json!({"receipt_late": {"seconds": 1}})).await;
    assert_eq!(report["receipt"]["recipients"][0]["status"], "NOTICE_GENERATED");
    assert_eq!(stage.creditor.receipts().len(), 0);
    let path = format!("/sandbox/v1/receipts/{}", report["payment_token"].as_str().unwrap());
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if stage.get(&path).await.1["recipients"][1]["status"] == "NOTIFIED" {
            let (_, runs) = stage.get("/sandbox/v1/transcripts").await;
            assert_eq!((&runs["items"][0]["kind"], &runs["items"][0]["outcome"]), (&json!("receipt"), &json!("OK")));
            return;
        }
    }
    panic!("the receipt never came");
}

pub(crate) async fn an_attempt_and_a_payment_keep_others_out_without_a_call() {
    let stage = Stage::set().await;
    stage.pay(json!("activate_only")).await;
    stage.creditor.forgets();
    for script in ["verify_only", "pay"] {
        let report = stage.pay(json!(script)).await;
        assert_eq!(report["fault"]["fault_code"], "PPT_PAGAMENTO_IN_CORSO");
        assert_eq!(report["transcript"][0]["direction"], "within_node");
    }
    assert_eq!(stage.creditor.names(), Vec::<&str>::new());
    stage.clock.pass_minutes(30);
    assert_eq!(stage.pay(json!("pay")).await["outcome"], "OK");
    stage.creditor.forgets();
    let report = stage.pay(json!("pay")).await;
    assert_eq!((&report["outcome"], &report["fault"]["fault_code"]), (&json!("KO"), &json!("PPT_PAGAMENTO_DUPLICATO")));
    assert_eq!(stage.creditor.names(), Vec::<&str>::new());
    // Whoever wants to see what the creditor says to a Node that has forgotten can.
    assert_eq!(stage.order(json!({"force": true})).await["outcome"], "OK");
}

pub(crate) async fn of_two_payments_at_once_one_is_refused() {
    let stage = Stage::set().await;
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Sleep(100));
    let order = || stage.order(json!({"skip_verify": true}));
    let reports = tokio::join!(order(), order(), order());
    let mut outcomes: Vec<String> = [reports.0, reports.1, reports.2]
        .iter()
        .map(|report| report["fault"]["fault_code"].as_str().unwrap_or("OK").to_owned())
        .collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["OK", "PPT_PAGAMENTO_IN_CORSO", "PPT_PAGAMENTO_IN_CORSO"]);
    assert_eq!(stage.creditor.gets().len(), 1);
    // A get that is refused holds nothing.
    let other = notice(7);
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Refuse(PaaFault::Expired));
    assert_eq!(stage.order(json!({"notice_number": other})).await["outcome"], "KO");
    stage.creditor.behaves();
    assert_eq!(stage.order(json!({"notice_number": other})).await["outcome"], "OK");
}

pub(crate) async fn stand_in_needs_no_creditor() {
    let stage = Stage::set().await;
    let report = stage.pay(json!({"without_get": {"amount": 999, "stand_in": true, "description": "Tassa"}})).await;
    assert_eq!(report["outcome"], "OK", "{report}");
    assert_eq!(stage.creditor.names(), ["paSendRTV2"]);
    let receipt = &stage.creditor.receipts()[0];
    assert_eq!((receipt.stand_in, receipt.payment_amount), (Some(true), cents(999)));
    assert_eq!(receipt.creditor_reference_id.as_deref(), Some("05000000001234586"));

    // What was answered once is what the archive holds; the amount may be an old one.
    let known = notice(2);
    stage.order(json!({"notice_number": known, "script": "decline"})).await;
    stage.creditor.forgets();
    stage.order(json!({"notice_number": known, "script": {"without_get": {"amount": 12_150}}})).await;
    let receipt = &stage.creditor.receipts()[0];
    let shares: Vec<i64> = receipt.transfers.iter().map(|transfer| transfer.amount.unwrap().cents()).collect();
    assert_eq!((receipt.stand_in, receipt.payment_amount, shares), (None, cents(12_150), vec![11_600, 550]));
    assert!(receipt.transfers.iter().any(|transfer| transfer.fiscal_code.as_deref() == Some(PROVINCE)));
}

pub(crate) async fn a_wrong_order_is_refused_with_reasons() {
    let stage = Stage::set().await;
    let order = |change: Value| {
        let mut order = json!({"creditor_tax_code": OWNER, "notice_number": NOTICE});
        order.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        order
    };
    for (change, pointer) in [
        (json!({"notice_number": "1"}), ""),
        (json!({"script": "dance"}), ""),
        (json!({"surprise": true}), ""),
        (json!({"script": {"receipt_late": {"seconds": 3_601}}}), "/script/receipt_late/seconds"),
        (json!({"script": {"other_amount": {"amount": 0}}}), "/script/other_amount/amount"),
        (json!({"script": {"without_get": {}}}), "/script/without_get/amount"),
        (json!({"payer": {"tax_code": "1", "full_name": "Mario Rossi"}}), "/payer/tax_code"),
        (json!({"payment_note": ""}), "/payment_note"),
    ] {
        let (status, problem) = stage.post("/sandbox/v1/payments", &order(change.clone())).await;
        assert_eq!(
            (status, problem["errors"][0]["pointer"].as_str()),
            (StatusCode::UNPROCESSABLE_ENTITY, Some(pointer)),
            "{change}"
        );
    }
    let post = || stage.client.post(format!("{}/sandbox/v1/payments", stage.base));
    let wrong_type = post().body(order(json!({})).to_string()).send().await.unwrap();
    assert_eq!(wrong_type.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let no_json = post().header("content-type", "application/json").body("{").send().await.unwrap();
    assert_eq!(no_json.status(), StatusCode::BAD_REQUEST);
    assert_eq!(no_json.headers()["content-type"], "application/problem+json");
    assert_eq!(stage.creditor.names(), Vec::<&str>::new());
}
