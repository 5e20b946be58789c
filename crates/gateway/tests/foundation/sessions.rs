// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions: what they pay, made all or nothing, and their states until they are over.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tramite_storage::{IdempotencyKey, Scope};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{holds, text};
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";
const POSITIONS: &str = "/v1/debt-positions";
const NUMBER: &str = "/payment_options/0/installments/0/notice_number";

fn session(items: &Value) -> Value {
    json!({"line_items": items, "return_url": "https://portale.example.it/esito"})
}

pub(crate) async fn a_session_pays_what_it_makes_what_it_finds_and_what_a_notice_names(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let found = portal.make(POSITIONS, &debt_position("T-1")).await;
    let noticed = portal.make(POSITIONS, &debt_position("T-2")).await;
    let mut inline = debt_position("T-3");
    inline["amount"] = json!(5000);
    let mut body = session(&json!([
        {"debt_position": inline},
        {"debt_position_id": found["id"], "installment_reference": "single", "expected_amount": 12050},
        {"notice_number": text(&noticed, NUMBER), "creditor_tax_code": "99999000013"},
    ]));
    let more = json!({"client_reference": "SUAPE-1", "state": "af0ifjsldkj", "metadata": {"pratica": "2026/7"},
        "payer": {"tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi", "email": "mario@example.it"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = portal.post_as("one", SESSIONS, &body).await;
    let told = made.is(201).json();
    let id = text(&told, "/id");
    let first = portal.get(format!("{POSITIONS}?external_id=T-3")).await.json()["items"][0].clone();
    let line = |position: &Value, amount: i64| {
        let one = &position["payment_options"][0]["installments"][0];
        json!({
            "debt_position_id": position["id"], "external_id": position["external_id"], "service_code": "TARI",
            "installment_id": one["id"], "installment_reference": "single", "iuv": one["iuv"],
            "notice_number": one["notice_number"], "description": "TARI 2026", "amount": amount,
            "amount_due": amount, "status": "open", "anomalies": [],
        })
    };
    assert_eq!(
        told,
        json!({
            "id": id, "status": "open", "status_reason": "waiting_for_payer", "is_final": false,
            "client_reference": "SUAPE-1", "url": told["url"], "amount": 29_100, "amount_paid": 0,
            "created_at": "2026-09-01T08:00:00Z", "expires_at": "2026-09-01T08:30:00Z",
            "next_check_after": "2026-09-01T08:00:05Z",
            "line_items": [line(&first, 5000), line(&found, 12_050), line(&noticed, 12_050)],
            "links": {"receipts": []}, "metadata": {"pratica": "2026/7"},
        })
    );
    let token = text(&told, "/url").strip_prefix(&format!("{PUBLIC_URL}/s/")).unwrap().to_owned();
    assert!(token.len() >= 22 && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
    assert_eq!(made.header("location"), Some(format!("{SESSIONS}/{id}").as_str()));
    assert_eq!(made.header("etag"), Some("\"1-open\""));
    let shown = portal.get(format!("{SESSIONS}/{id}")).await;
    assert_eq!((shown.is(200).json(), shown.header("etag")), (told.clone(), made.header("etag")));

    // The same intention again gives the same address, and nothing else is made.
    let again = portal.post_as("one", SESSIONS, &body).await;
    assert_eq!((again.is(201).json(), again.header("idempotent-replayed")), (told, Some("true")));
    // The link is made again for it: whoever has it may pay, so it is kept nowhere.
    let key =
        IdempotencyKey { sha256: Sha256::digest("one").into(), method: "POST".to_owned(), path: SESSIONS.to_owned() };
    let scope = Scope::of_token(seeded.a.id, None, seeded.for_a.id);
    let kept = gateway.gateway.store().idempotent_answer(&scope, &key, gateway.gateway.now()).await.unwrap();
    let kept = String::from_utf8(kept.unwrap().body.unwrap()).unwrap();
    assert!(kept.contains(&id) && !kept.contains(&token), "{kept}");
    assert_eq!(portal.ids(POSITIONS).await.len(), 3);
    portal.make(SESSIONS, &session(&json!([{"debt_position": debt_position("T-4")}]))).await;
    let found = text(&found, "/id");
    for query in ["client_reference=SUAPE-1".to_owned(), format!("debt_position_id={found}")] {
        assert_eq!(portal.ids(format!("{SESSIONS}?{query}")).await, [id.as_str()], "{query}");
    }
    for (query, count) in [("status=open", 2), ("status=expired", 0), ("client_reference=SUAPE-2", 0)] {
        assert_eq!(portal.ids(format!("{SESSIONS}?{query}")).await.len(), count, "{query}");
    }
    gateway.world.pass(90);
    let changed = portal.get(format!("{SESSIONS}?updated_since=2026-09-01T08:00:00Z")).await.is(200).json();
    let count = changed["items"].as_array().unwrap().len();
    assert_eq!((count, &changed["complete_until"]), (2, &json!("2026-09-01T08:00:30Z")));
    // Sessions are their client's alone.
    assert!(gateway.portal(&seeded.other_for_a).ids(SESSIONS).await.is_empty());
}

pub(crate) async fn a_session_that_fails_leaves_no_position_behind(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let gone = portal.make(POSITIONS, &debt_position("T-1")).await;
    portal.post(format!("{POSITIONS}/{}/cancel", text(&gone, "/id")), &json!({})).await.is(200);
    let good = json!({"debt_position": debt_position("T-2")});
    let mut wrong = debt_position("T-3");
    wrong["debtor"]["tax_code"] = json!("RSSMRA85T10A562A");
    let cases = [
        (json!({"debt_position_id": gone["id"]}), 409, "not_payable"),
        (json!({"debt_position": debt_position("T-1")}), 409, "external_id_taken"),
        (json!({"debt_position": debt_position("T-3"), "expected_amount": 1}), 409, "amount_changed"),
        (json!({"debt_position": wrong}), 422, "validation_failed"),
    ];
    for (second, status, code) in cases {
        let seen = portal.post(SESSIONS, &session(&json!([good, second]))).await;
        seen.is_problem(status, code);
        if code == "validation_failed" {
            let at = "/line_items/1/debt_position/debtor/tax_code".to_owned();
            assert_eq!(seen.faults(), [(at, "invalid_tax_code".to_owned())]);
        }
    }
    assert_eq!(portal.ids(POSITIONS).await, [text(&gone, "/id")]);
    assert!(portal.ids(SESSIONS).await.is_empty());
}

pub(crate) async fn a_session_may_find_or_renew_the_position_it_names(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let there = portal.make(POSITIONS, &debt_position("T-1")).await;
    let item = |body: &Value, how: &str| session(&json!([{"debt_position": body, "if_exists": how}]));
    let found = portal.make(SESSIONS, &item(&debt_position("T-1"), "return")).await;
    holds(&found, &json!({"amount": 12050, "line_items": [{"debt_position_id": there["id"]}]}));
    let mut other = debt_position("T-1");
    other["description"] = json!("TARI 2027");
    let differs = portal.post(SESSIONS, &item(&other, "return")).await;
    differs.is_problem(409, "external_id_taken");
    let place = "/line_items/0/debt_position/description";
    holds(&differs.json(), &json!({"existing_id": there["id"], "differences": [place]}));
    other["amount"] = json!(100);
    let renewed = portal.make(SESSIONS, &item(&other, "replace")).await;
    let line =
        json!({"debt_position_id": there["id"], "notice_number": text(&there, NUMBER), "description": "TARI 2027"});
    holds(&renewed, &json!({"amount": 100, "line_items": [line]}));
    assert_eq!(portal.ids(POSITIONS).await.len(), 1);
}

pub(crate) async fn its_client_cancels_a_session_that_nobody_is_paying(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.make(SESSIONS, &session(&json!([{"debt_position": debt_position("T-1")}]))).await;
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    let cancel =
        |key: &str, tag: &str| Ask::post(format!("{place}/cancel")).json(&json!({})).key(key).header("If-Match", tag);
    portal.ask(cancel("a", "\"1-redirected\"")).await.is_problem(412, "precondition_failed");
    let over = portal.ask(cancel("b", "\"1-open\"")).await;
    let status = json!({"status": "cancelled", "status_reason": "cancelled_by_client", "is_final": false});
    holds(&over.is(200).json(), &status);
    assert_eq!(over.header("etag"), Some("\"2-cancelled\""));
    let twice = portal.post(format!("{place}/cancel"), &json!({})).await;
    assert_eq!((twice.is(200).json(), twice.header("etag")), (over.json(), over.header("etag")));
    // The position is another matter, and may be paid by another session.
    let position = text(&made, "/line_items/0/debt_position_id");
    assert_eq!(portal.get(format!("{POSITIONS}/{position}")).await.json()["status"], "open");
    let next = portal.make(SESSIONS, &session(&json!([{"debt_position_id": position}]))).await;
    let place = format!("{SESSIONS}/{}", text(&next, "/id"));
    gateway.world.pass(1_800);
    holds(&portal.get(&place).await.is(200).json(), &json!({"status": "expired", "status_reason": "not_paid_in_time"}));
    assert_eq!(portal.ids(format!("{SESSIONS}?status=expired")).await, [text(&next, "/id")]);
    portal.post(format!("{place}/cancel"), &json!({})).await.is_problem(409, "checkout_session_state");
}

pub(crate) async fn a_waiting_portal_is_answered_as_soon_as_the_receipt_is_there(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(SESSIONS, &session(&json!([{"debt_position": debt_position("T-1")}]))).await;
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    let number = text(&made, "/line_items/0/notice_number");
    let unmoved = portal.get(format!("{place}?wait=1")).await;
    assert_eq!((unmoved.is(200).json()["status"].as_str(), unmoved.header("etag")), (Some("open"), Some("\"1-open\"")));
    let begun = Instant::now();
    let pays = async {
        node.asks(&number, None).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        node.pays(node.receipt("rt-1", &number, 12_050)).await;
    };
    let (woken, ()) = futures_util::future::join(portal.get(format!("{place}?wait=25")), pays).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let told = woken.is(200).json();
    let receipt = text(&told, "/line_items/0/receipt_id");
    let line = json!({"status": "paid", "paid_amount": 12050, "paid_at": "2026-09-01T08:00:00Z", "anomalies": []});
    let wanted = json!({
        "status": "completed", "status_reason": "paid", "is_final": true, "amount": 12050, "amount_paid": 12050,
        "line_items": [line], "links": {"receipts": [format!("/v1/receipts/{receipt}")]},
    });
    holds(&told, &wanted);
    assert!(told.get("late").is_none() && told.get("next_check_after").is_none());
    portal.get(format!("/v1/receipts/{receipt}")).await.is(200);
    portal.post(format!("{place}/cancel"), &json!({})).await.is_problem(409, "checkout_session_state");
    for wrong in ["wait=0", "wait=26", "wait=x", "wait="] {
        portal.get(format!("{place}?{wrong}")).await.is_problem(422, "invalid_parameter");
    }
}

pub(crate) async fn twenty_requests_of_a_client_wait_and_one_more_does_not(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.make(SESSIONS, &session(&json!([{"debt_position": debt_position("T-1")}]))).await;
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    let answers = futures_util::future::join_all((0..21).map(|_| portal.get(format!("{place}?wait=3")))).await;
    let refused: Vec<_> = answers.iter().filter(|seen| seen.status != 200).collect();
    assert_eq!(refused.len(), 1);
    refused[0].is_problem(429, "rate_limited");
    assert_eq!(refused[0].header("retry-after"), Some("5"));
    portal.get(format!("{place}?wait=1")).await.is(200);
}

pub(crate) async fn a_receipt_after_the_session_is_over_completes_it_late(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(SESSIONS, &session(&json!([{"debt_position": debt_position("T-1")}]))).await;
    let place = format!("{SESSIONS}/{}", text(&made, "/id"));
    portal.post(format!("{place}/cancel"), &json!({})).await.is(200);
    let number = text(&made, "/line_items/0/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    holds(&portal.get(&place).await.is(200).json(), &json!({"status": "completed", "late": true, "is_final": true}));
}
