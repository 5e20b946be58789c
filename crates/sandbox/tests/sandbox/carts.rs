// SPDX-License-Identifier: AGPL-3.0-or-later
//! Carts: what Checkout takes, and where the citizen comes back.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tramite_pagopa::Primitive;
use tramite_pagopa::checkout::Cart;
use tramite_pagopa::current::{PaaFault, TransferType};

use crate::creditor::{Creditor, Instead, NOTICE, OWNER, with_stamp};
use crate::stage::{Stage, notice, registry};

pub(crate) fn cart(notices: &[&str]) -> Value {
    let notices: Vec<Value> = notices
        .iter()
        .map(|number| json!({"noticeNumber": number, "fiscalCode": OWNER, "amount": 12_050, "companyName": "Comune", "description": "TARI"}))
        .collect();
    json!({"emailNotice": "mario.rossi@example.it", "idCart": "cart-0001", "allCCP": false, "paymentNotices": notices,
        "returnUrls": {"returnOkUrl": "https://pay.example.it/r/ok/8f2a?a=1", "returnCancelUrl": "https://pay.example.it/r/cancel/8f2a",
            "returnErrorUrl": "https://pay.example.it/r/error/8f2a", "returnWaitingUrl": "https://pay.example.it/r/waiting/8f2a"}})
}

pub(crate) async fn post(stage: &Stage, cart: &Value) -> Response {
    stage.client.post(format!("{}/checkout/ec/v2/carts", stage.base)).json(cart).send().await.unwrap()
}

/// The id of a cart that is made.
pub(crate) async fn open(stage: &Stage, cart: &Value) -> String {
    let answer = post(stage, cart).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(answer.text().await.unwrap(), "");
    let path = location.strip_prefix("http://sandbox.example/checkout/").unwrap();
    path.strip_suffix("?clientId=sandbox").unwrap().to_owned()
}

async fn end(stage: &Stage, id: &str, outcome: Value) -> (StatusCode, Value) {
    stage.post(&format!("/sandbox/v1/carts/{id}/outcome"), &outcome).await
}

pub(crate) async fn a_cart_is_validated_to_the_letter() {
    let stage = Stage::set().await;
    let good = cart(&[NOTICE]);
    serde_json::from_value::<Cart>(good.clone()).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut cart = good.clone();
        *cart.pointer_mut(pointer).unwrap() = value;
        cart
    };
    let without = |parent: &str, name: &str| {
        let mut cart = good.clone();
        cart.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
        cart
    };
    let mut wrong = vec![
        with("/paymentNotices", json!([])),
        with("/paymentNotices", json!("none")),
        with("/paymentNotices/0", json!(1)),
        with("/paymentNotices/0/amount", json!(0)),
        with("/paymentNotices/0/amount", json!(-1)),
        with("/paymentNotices/0/amount", json!(120.5)),
        with("/paymentNotices/0/amount", json!("12050")),
        with("/paymentNotices/0/noticeNumber", json!("30500000000123458")),
        with("/paymentNotices/0/fiscalCode", json!("999990000130")),
        with("/paymentNotices/0/companyName", json!("x".repeat(141))),
        with("/paymentNotices/0/description", json!("x".repeat(141))),
        with("/emailNotice", json!("mario.rossi")),
        with("/emailNotice", Value::Null),
        with("/idCart", json!(7)),
        with("/idCart", json!("x".repeat(211))),
        with("/allCCP", json!("false")),
        with("/returnUrls/returnOkUrl", json!("javascript:alert(1)")),
        with("/returnUrls/returnOkUrl", json!("https://a b")),
        with("/returnUrls/returnOkUrl", json!("")),
    ];
    wrong.extend(["paymentNotices", "returnUrls"].map(|name| without("", name)));
    wrong.extend(
        ["noticeNumber", "fiscalCode", "amount", "companyName", "description"]
            .map(|name| without("/paymentNotices/0", name)),
    );
    wrong.extend(
        ["returnOkUrl", "returnCancelUrl", "returnErrorUrl", "returnWaitingUrl"]
            .map(|name| without("/returnUrls", name)),
    );
    for cart in wrong {
        let answer = post(&stage, &cart).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{cart}");
        assert_eq!(answer.headers()["content-type"], "application/json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["title"], &problem["status"]), (&json!("Request validation error"), &json!(400)));
    }
    let six: Vec<String> = (1..=6).map(notice).collect();
    let six: Vec<&str> = six.iter().map(String::as_str).collect();
    for (cart, title, detail) in [
        (cart(&six), "Multiple payment notices not processable", "at most 5 notices"),
        (cart(&[NOTICE, NOTICE]), "Invalid payment info", "Duplicate payment notice values found."),
        (cart(&["30500000000123458X"]), "Invalid payment info", "Invalid payment notice data"),
    ] {
        let answer = post(&stage, &cart).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["title"], &problem["detail"]), (&json!(title), &json!(detail)));
    }
    let mut bare = good.clone();
    for optional in ["emailNotice", "idCart", "allCCP"] {
        bare.as_object_mut().unwrap().remove(optional);
    }
    bare["returnUrls"]["returnOkUrl"] = json!("www.comune.example/ok");
    bare["more"] = json!({"is": "passed over"});
    for cart in [good, bare, cart(&six[..5])] {
        open(&stage, &cart).await;
    }
    // No creditor is asked for a cart.
    assert_eq!(stage.creditor.names(), Vec::<&str>::new());
}

pub(crate) async fn a_cart_is_paid_and_the_citizen_comes_back() {
    let stage = Stage::set().await;
    let other = notice(2);
    let id = open(&stage, &cart(&[NOTICE, &other])).await;
    let (status, settled) = end(&stage, &id, json!({"outcome": "pay"})).await;
    assert_eq!((status, &settled["outcome"]), (StatusCode::OK, &json!("ok")), "{settled}");
    assert_eq!(settled["return_url"], "https://pay.example.it/r/ok/8f2a?a=1");
    assert_eq!(settled["payments"].as_array().unwrap().len(), 2);
    // Both are activated before either is receipted; each of the two goes to two institutions.
    let names = stage.creditor.names();
    assert_eq!(names[..4], ["paVerifyPaymentNotice", "paGetPaymentV2", "paVerifyPaymentNotice", "paGetPaymentV2"]);
    assert_eq!(names[4..], ["paSendRTV2"; 4]);
    for get in stage.creditor.gets() {
        assert_eq!((get.payment_note.as_deref(), get.transfer_type), (Some("cart-0001"), Some(TransferType::PagoPa)));
    }
    for receipt in stage.creditor.receipts() {
        assert_eq!(receipt.payment_note.as_deref(), Some("cart-0001"));
        assert_eq!(receipt.psp.channel_description.as_deref(), Some("web"));
    }
    let (_, view) = stage.get(&format!("/sandbox/v1/carts/{id}")).await;
    assert_eq!((&view["status"], &view["outcome"]), (&json!("finished"), &json!("ok")));

    stage.register(registry(1)).await;
    stage.creditor.forgets();
    let mut postal = cart(&[&notice(3)]);
    postal["allCCP"] = json!(true);
    let id = open(&stage, &postal).await;
    end(&stage, &id, json!({"outcome": "pay", "skip_verify": true})).await;
    assert_eq!(stage.creditor.names(), ["paGetPayment", "paSendRT", "paSendRT"]);
    assert_eq!(stage.creditor.gets()[0].transfer_type, Some(TransferType::Postal));
}

pub(crate) async fn every_outcome_has_its_address() {
    let stage = Stage::set().await;
    let cases = [
        (json!({"outcome": "decline"}), "error", "error", 0),
        (json!({"outcome": "cancel"}), "cancelled", "cancel", 0),
        (json!({"outcome": "wait", "script": {"receipt_late": {"seconds": 0}}}), "waiting", "waiting", 2),
        (json!({"outcome": "pay", "script": {"receipt_late": {"seconds": 0}}}), "ok", "ok", 2),
        (json!({"outcome": "pay", "script": "receipt_twice"}), "ok", "ok", 4),
        (json!({"outcome": "pay", "script": "no_receipt"}), "ok", "ok", 0),
        (json!({"outcome": "pay", "script": "ko"}), "error", "error", 2),
    ];
    for (number, (wish, outcome, page, receipts)) in (1..).zip(cases) {
        stage.creditor.forgets();
        let number = notice(number);
        let id = open(&stage, &cart(&[&number])).await;
        let (_, settled) = end(&stage, &id, wish.clone()).await;
        assert_eq!(settled["outcome"], outcome, "{wish}: {settled}");
        assert!(
            settled["return_url"].as_str().unwrap().starts_with(&format!("https://pay.example.it/r/{page}/8f2a")),
            "{wish}"
        );
        wait_for(&stage.creditor, receipts).await;
        // What came to nothing can be tried again.
        let again = post(&stage, &cart(&[&number])).await.status();
        let expected = if outcome == "error" || outcome == "cancelled" {
            StatusCode::FOUND
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        assert_eq!(again, expected, "{wish}");
    }
    // A closed window tells nobody, and can be opened again.
    let id = open(&stage, &cart(&[&notice(9)])).await;
    let (_, settled) = end(&stage, &id, json!({"outcome": "close"})).await;
    assert_eq!((&settled["outcome"], &settled["return_url"]), (&json!("closed"), &Value::Null));
    assert_eq!(end(&stage, &id, json!({"outcome": "pay"})).await.1["outcome"], "ok");
    for script in ["verify_only", "activate_only", "decline"] {
        assert_eq!(
            end(&stage, &id, json!({"outcome": "pay", "script": script})).await.0,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}

async fn wait_for(creditor: &Creditor, receipts: usize) {
    for _ in 0..100 {
        if creditor.receipts().len() == receipts {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(creditor.receipts().len(), receipts);
}

pub(crate) async fn one_refusal_stops_the_whole_cart() {
    let stage = Stage::set().await;
    stage.pay(json!("pay")).await;
    stage.creditor.forgets();
    let (first, second) = (notice(1), notice(2));
    let id = open(&stage, &cart(&[&first, &second])).await;
    stage.order(json!({"notice_number": second})).await;
    stage.creditor.forgets();
    let (_, settled) = end(&stage, &id, json!({"outcome": "pay"})).await;
    assert_eq!(settled["return_url"], "https://pay.example.it/r/error/8f2a");
    assert_eq!(settled["payments"][1]["fault"]["fault_code"], "PPT_PAGAMENTO_DUPLICATO");
    assert_eq!(stage.creditor.names(), ["paVerifyPaymentNotice", "paGetPaymentV2"]);
    // The other one is free again.
    assert_eq!(stage.order(json!({"notice_number": first})).await["outcome"], "OK");

    let id = open(&stage, &cart(&[&notice(3)])).await;
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Refuse(PaaFault::Cancelled));
    let (_, settled) = end(&stage, &id, json!({"outcome": "wait"})).await;
    assert_eq!(settled["outcome"], "error");
    assert_eq!(settled["payments"][0]["fault"]["original_fault_code"], "PAA_PAGAMENTO_ANNULLATO");
}

pub(crate) async fn paid_and_busy_notices_make_no_cart() {
    let stage = Stage::set().await;
    let (paid, busy) = (notice(1), notice(2));
    stage.order(json!({"notice_number": paid})).await;
    stage.order(json!({"notice_number": busy, "script": "activate_only"})).await;
    for number in [&paid, &busy] {
        let answer = post(&stage, &cart(&[NOTICE, number])).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["detail"], "Invalid payment notice data");
    }
    stage.clock.pass_minutes(31);
    open(&stage, &cart(&[&busy])).await;
}

pub(crate) async fn a_cart_lives_ten_minutes_and_ends_once() {
    let stage = Stage::set().await;
    let id = open(&stage, &cart(&[NOTICE])).await;
    stage.clock.pass_minutes(9);
    let pay = || end(&stage, &id, json!({"outcome": "pay"}));
    let (first, second) = tokio::join!(pay(), pay());
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT]);
    assert_eq!(stage.creditor.gets().len(), 1);

    let late = open(&stage, &cart(&[&notice(2)])).await;
    stage.clock.pass_minutes(10);
    assert_eq!(end(&stage, &late, json!({"outcome": "pay"})).await.0, StatusCode::GONE);
    assert_eq!(stage.get(&format!("/sandbox/v1/carts/{late}")).await.1["status"], "expired");
    assert_eq!(end(&stage, "x", json!({"outcome": "pay"})).await.0, StatusCode::NOT_FOUND);
    assert_eq!(stage.get("/sandbox/v1/carts").await.1["items"].as_array().unwrap().len(), 2);
}

pub(crate) async fn the_key_of_the_subscription_is_demanded() {
    let stage = Stage::bare(|settings| settings.api_key = Some(String::from("segreto"))).await;
    for version in ["v1", "v2"] {
        let made = if version == "v2" { StatusCode::FOUND } else { StatusCode::GONE };
        let post = || stage.client.post(format!("{}/checkout/ec/{version}/carts", stage.base)).json(&cart(&[NOTICE]));
        assert_eq!(post().send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        let wrong = post().header("Ocp-Apim-Subscription-Key", "altro").send().await.unwrap();
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
        let right = post().header("Ocp-Apim-Subscription-Key", "segreto").send().await.unwrap();
        assert_eq!(right.status(), made);
        let in_query = post().query(&[("subscription-key", "segreto")]).send().await.unwrap();
        assert_eq!(in_query.status(), made);
    }
}

pub(crate) async fn stamps_are_sold_at_checkout_alone() {
    let stage = Stage::set().await;
    stage.creditor.does(Primitive::GetPaymentV2, Instead::Answer(with_stamp));
    let report = stage.pay(json!("pay")).await;
    assert_eq!(
        (&report["fault"]["fault_code"], &report["fault"]["fault_string"]),
        (&json!("PPT_SEMANTICA"), &json!("Pagamento non attivabile"))
    );
    let id = open(&stage, &cart(&[NOTICE])).await;
    assert_eq!(end(&stage, &id, json!({"outcome": "pay"})).await.1["outcome"], "ok");
    let receipt = &stage.creditor.receipts()[0];
    assert_eq!(receipt.transfers[1].iban, None);
    let stamp = tramite_pagopa::embedded::decode(receipt.transfers[1].stamp.as_ref().unwrap()).unwrap();
    let stamp = tramite_pagopa::embedded::guard_embedded(&stamp).unwrap();
    assert_eq!(stamp.text("ImprontaDocumento/DigestValue"), Some("wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E="));
    assert_eq!(stamp.text("Importo"), Some("5.50"));
}
