// SPDX-License-Identifier: AGPL-3.0-or-later
//! The pages of the sandbox, as a browser gets them.

use reqwest::StatusCode;
use serde_json::json;
use tramite_pagopa::Primitive;
use tramite_pagopa::current::PaaFault;

use crate::carts::{cart, open};
use crate::creditor::{Instead, NOTICE, OWNER};
use crate::stage::{Stage, notice};

pub(crate) async fn checkout_shows_what_is_due_and_escapes_it() {
    let stage = Stage::set().await;
    let id = open(&stage, &cart(&[NOTICE])).await;
    let path = format!("/checkout/{id}");
    let (answer, html) = stage.page(&format!("{path}?clientId=sandbox")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let policy = answer.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
    for (name, value) in
        [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-content-type-options", "nosniff")]
    {
        assert_eq!(answer.headers()[name], value);
    }
    for part in [
        "lang=\"it\"",
        "120,50 €",
        "Comune di Esempio, Ufficio Tributi",
        "TARI 2026 &lt;rata&gt; &amp; &quot;unica&quot;",
        "3050 0000 0001 2345 86",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains("<script"));
    let (_, english) = stage.page(&format!("{path}?lang=en")).await;
    assert!(english.contains("€120.50") && english.contains("Card refused"), "{english}");

    // Closing changes nothing; paying sends on, and a second click leads to the same place.
    assert_eq!(stage.form(&path, &[("action", "close")]).await.status(), StatusCode::OK);
    for _ in 0..2 {
        let sent_on = stage.form(&path, &[("action", "pay"), ("seconds", "")]).await;
        assert_eq!(sent_on.status(), StatusCode::SEE_OTHER);
        assert_eq!(sent_on.headers()["location"], "https://pay.example.it/r/ok/8f2a?a=1");
    }
    assert_eq!(stage.creditor.gets().len(), 1);
    let (answer, html) = stage.page(&path).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(
        html.contains("https:&#x2f;&#x2f;pay.example.it")
            || html.contains("href=\"https://pay.example.it/r/ok/8f2a?a=1\""),
        "{html}"
    );

    for (action, page) in [("decline", "error"), ("cancel", "cancel"), ("wait", "waiting"), ("pay_slowly", "ok")] {
        let id = open(&stage, &cart(&[&notice(page.len().try_into().unwrap())])).await;
        let sent_on = stage.form(&format!("/checkout/{id}"), &[("action", action), ("seconds", "3000")]).await;
        let location = sent_on.headers()["location"].to_str().unwrap();
        assert!(location.starts_with(&format!("https://pay.example.it/r/{page}/")), "{action}: {location}");
    }
    stage.creditor.does(Primitive::VerifyPaymentNotice, Instead::Refuse(PaaFault::Expired));
    let id = open(&stage, &cart(&[&notice(100)])).await;
    let (_, html) = stage.page(&format!("/checkout/{id}")).await;
    assert!(html.contains("PAA_PAGAMENTO_SCADUTO") && !html.contains("value=\"pay\""), "{html}");
    assert!(html.contains("value=\"cancel\""));
    stage.clock.pass_minutes(10);
    assert_eq!(stage.page(&format!("/checkout/{id}")).await.0.status(), StatusCode::GONE);
    assert_eq!(stage.page("/checkout/nothing").await.0.status(), StatusCode::NOT_FOUND);
}

pub(crate) async fn a_notice_can_be_paid_from_the_index() {
    let stage = Stage::set().await;
    let (answer, html) = stage.page("/?lang=en").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(html.contains("Comune di Esempio") && html.contains("<option>receipt_twice</option>"), "{html}");
    let fields = [
        ("creditor_tax_code", OWNER),
        ("notice_number", "3050 0000 0001 2345 86"),
        ("script", "other_amount"),
        ("amount", "100"),
        ("seconds", ""),
        ("transfer_type", ""),
    ];
    let sent_on = stage.form("/pay?lang=en", &fields).await;
    assert_eq!(sent_on.status(), StatusCode::SEE_OTHER);
    let transcript = sent_on.headers()["location"].to_str().unwrap();
    let (answer, html) = stage.page(transcript).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(html.contains("paSendRTV2") && html.contains("&lt;pafn:paVerifyPaymentNoticeReq"), "{html}");
    assert_eq!(stage.creditor.receipts()[0].payment_amount.cents(), 100);
    for fields in [
        [("creditor_tax_code", "1"), ("notice_number", "2"), ("script", "pay")],
        [("creditor_tax_code", OWNER), ("notice_number", NOTICE), ("script", "other_amount")],
    ] {
        assert_eq!(stage.form("/pay", &fields).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(stage.page("/transcripts/x").await.0.status(), StatusCode::NOT_FOUND);
    let (status, problem) = stage.get("/nothing").await;
    assert_eq!((status, &problem["status"]), (StatusCode::NOT_FOUND, &json!(404)));
}

pub(crate) async fn posts_from_other_sites_are_refused() {
    let stage = Stage::set().await;
    let id = open(&stage, &cart(&[NOTICE])).await;
    for (site, status) in [("cross-site", 403), ("same-site", 403), ("same-origin", 303)] {
        let post = stage.client.post(format!("{}/checkout/{id}", stage.base)).header("sec-fetch-site", site);
        assert_eq!(post.form(&[("action", "cancel")]).send().await.unwrap().status().as_u16(), status, "{site}");
    }
}
