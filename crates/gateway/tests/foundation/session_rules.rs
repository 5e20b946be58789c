// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a checkout session may not be.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{holds, text};
use crate::support::{Seen, TestGateway};

const SESSIONS: &str = "/v1/checkout-sessions";
const POSITIONS: &str = "/v1/debt-positions";

fn session(items: &Value, more: Value) -> Value {
    let mut body = json!({"line_items": items, "return_url": "https://portale.example.it/esito"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[track_caller]
fn faulty(seen: &Seen, pointer: &str, code: &str) {
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), [(pointer.to_owned(), code.to_owned())]);
}

pub(crate) async fn items_that_cannot_stand_together_are_refused(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let there = portal.make(POSITIONS, &debt_position("T-1")).await;
    let by_id = json!({"debt_position_id": there["id"]});
    let number = text(&there, "/payment_options/0/installments/0/notice_number");
    let by_notice = json!({"notice_number": number, "creditor_tax_code": "99999000013"});
    let inline = |key: &str| json!({"debt_position": debt_position(key)});
    let none = || json!({});
    let mut stamped = debt_position("T-2");
    for gone in ["amount", "due_date"] {
        stamped.as_object_mut().unwrap().remove(gone);
    }
    let hash = "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=";
    stamped["payment_options"] = json!([{"kind": "single", "installments": [{"amount": 1600, "transfers": [
        {"amount": 1600, "stamp": {"document_hash": hash, "province": "PG"}}]}]}]);
    let stamp = json!([{"debt_position": stamped}]);
    let six: Vec<Value> = (0..6).map(|at| inline(&format!("S-{at}"))).collect();
    let cases = [
        (session(&json!([]), none()), "/line_items", "too_few_items"),
        (session(&json!(six), none()), "/line_items", "too_many_items"),
        (session(&json!([by_id, by_notice]), none()), "/line_items/1", "duplicate_item"),
        (session(&json!([by_id, by_id]), none()), "/line_items/1", "duplicate_item"),
        (session(&json!([{}]), none()), "/line_items/0", "one_item_kind"),
        (session(&json!([{"notice_number": number}]), none()), "/line_items/0", "one_item_kind"),
        (session(&json!([by_id, inline("T-2")]), json!({"on_abandon": "cancel"})), "/on_abandon", "not_inline"),
        (session(&json!([by_id]), json!({"on_abandon": "cancel"})), "/on_abandon", "not_inline"),
        (session(&stamp, none()), "/allow_notice", "stamp_without_notice"),
        (session(&json!([by_id]), json!({"expires_in": 299})), "/expires_in", "below_minimum"),
        (session(&json!([by_id]), json!({"expires_in": 86_401})), "/expires_in", "above_maximum"),
        (session(&json!([by_id]), json!({"state": "x".repeat(129)})), "/state", "too_long"),
        (session(&json!([by_id]), json!({"status": "completed"})), "/status", "unknown_field"),
    ];
    for (body, pointer, code) in cases {
        let seen = portal.post(SESSIONS, &body).await;
        seen.is_problem(422, "validation_failed");
        assert!(seen.faults().contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code}: {}", seen.text());
    }
    assert_eq!(portal.ids(POSITIONS).await.len(), 1);
    for (expires_in, end) in [(300, "2026-09-01T08:05:00Z"), (86_400, "2026-09-02T08:00:00Z")] {
        let made = portal.make(SESSIONS, &session(&json!([by_id]), json!({"expires_in": expires_in}))).await;
        assert_eq!(made["expires_at"], end);
    }
    portal.post(SESSIONS, &session(&stamp, json!({"allow_notice": false}))).await.is(201);
    portal.post(SESSIONS, &session(&json!([inline("T-3")]), json!({"on_abandon": "cancel"}))).await.is(201);
}

pub(crate) async fn the_amount_and_the_installment_must_be_the_ones_that_are_meant(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut plan = debt_position("T-1");
    for gone in ["amount", "due_date"] {
        plan.as_object_mut().unwrap().remove(gone);
    }
    plan["payment_options"] = json!([
        {"kind": "single", "installments": [{"reference": "unica", "amount": 100}]},
        {"kind": "installments", "installments": [{"reference": "1", "amount": 60}, {"reference": "2", "amount": 40}]},
    ]);
    let id = portal.make(POSITIONS, &plan).await["id"].clone();
    let many = portal.post(SESSIONS, &session(&json!([{"debt_position_id": id}]), json!({}))).await;
    many.is_problem(422, "installment_ambiguous");
    assert_eq!(many.json()["choices"], json!(["unica", "1", "2"]));
    let item = |reference: &str, amount: i64| json!([{"debt_position_id": id, "installment_reference": reference, "expected_amount": amount}]);
    let changed = portal.post(SESSIONS, &session(&item("2", 60), json!({}))).await;
    changed.is_problem(409, "amount_changed");
    assert_eq!(changed.json()["amount_due"], 40);
    portal.post(SESSIONS, &session(&item("3", 40), json!({}))).await.is_problem(409, "not_payable");
    let made = portal.make(SESSIONS, &session(&item("2", 40), json!({}))).await;
    holds(&made, &json!({"amount": 40, "line_items": [{"installment_reference": "2", "amount": 40}]}));
}

pub(crate) async fn a_citizen_returns_to_an_origin_of_the_delegation_and_nowhere_else(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let body = |name: &str, address: &str| {
        let mut body = session(&json!([{"debt_position": debt_position("T-1")}]), json!({}));
        body[name] = json!(address);
        body
    };
    for wrong in [
        "https://utente@portale.example.it/esito",
        "https://utente:parola@portale.example.it/esito",
        "https://portale.example.it/esito#qui",
        "https://portale.example.it:8443/esito",
        "http://portale.example.it/esito",
        "http://127.0.0.1:9000/esito",
        "https://altro.example.it/esito",
        "https://portale.example.it.altro.example/esito",
        "https://portale.example.it@altro.example/esito",
        "https://portale.example.it/esito?tramite_token=x",
        "https://portale.example.it/esito?a=1&tramite_session=x",
        "https://portale.example.it/esito?tramite%5Fstate=x",
    ] {
        for name in ["return_url", "cancel_url"] {
            let seen = portal.post(SESSIONS, &body(name, wrong)).await;
            seen.is_problem(422, "return_url_not_allowed");
            assert_eq!(seen.faults(), [(format!("/{name}"), "not_allowed".to_owned())], "{wrong}");
        }
    }
    for wrong in [
        "/esito",
        "javascript:alert(1)",
        "//portale.example.it/",
        "https:\\\\portale.example.it/",
        "https://portale.example.it/a b",
    ] {
        let seen = portal.post(SESSIONS, &body("return_url", wrong)).await;
        assert_eq!(seen.status, 422, "{wrong}: {}", seen.text());
        assert_eq!(seen.faults()[0].0, "/return_url");
    }
    assert!(portal.ids(POSITIONS).await.is_empty());
    let right = "https://PORTALE.example.it:443/esito?pratica=1";
    portal.post(SESSIONS, &body("return_url", right)).await.is(201);
}

pub(crate) async fn a_body_with_values_of_a_wrong_kind_is_told_field_by_field(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let mut wrong = debt_position("T-1");
    wrong["amount"] = json!(1.5);
    let body = session(&json!([{"debt_position": wrong}]), json!({}));
    faulty(&portal.post(SESSIONS, &body).await, "/line_items/0/debt_position/amount", "wrong_type");
    let body = session(&json!([{"debt_position_id": "1"}]), json!({}));
    assert_eq!(portal.post(SESSIONS, &body).await.faults()[0].0, "/line_items/0/debt_position_id");
    let body = session(&json!([{"debt_position": debt_position("T-1")}]), json!({"payer": {"email": null}}));
    faulty(&portal.post(SESSIONS, &body).await, "/payer/email", "null_value");
    let body =
        session(&json!([{"debt_position": debt_position("T-1")}]), json!({"client_reference": "RSSMRA85T10A562S"}));
    faulty(&portal.post(SESSIONS, &body).await, "/client_reference", "personal_data_in_text");
    assert!(portal.ids(POSITIONS).await.is_empty());
}
