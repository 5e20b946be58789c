// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happens to a debt outside of pagoPA, told by the institution: a notification, a payment (rules.md 10, 15).

use serde_json::{Value, json};
use tramite_pagopa::current::{Answer, Notice, Request, VerifyRequest};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::node::{Node, addressee};
use crate::support::portal::{holds, text};
use crate::support::seed::TAX_CODES;
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";
const SESSIONS: &str = "/v1/checkout-sessions";
const ONE: &str = "/payment_options/0/installments/0";

/// What the Node is told of a notice: nothing for one that can be paid, else the fault.
async fn told(node: &Node, number: &str) -> Option<String> {
    let notice = Notice { fiscal_code: TAX_CODES[0].to_owned(), notice_number: number.to_owned() };
    match node.sends(&Request::Verify(VerifyRequest { addressee: addressee(TAX_CODES[0]), notice })).await.1 {
        Answer::Verify(_) => None,
        Answer::Refused(_, fault) => Some(fault.code.into_owned()),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn what_was_paid_outside_is_paid_for_everybody_until_it_is_taken_back(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let position = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    let session = json!({"line_items": [{"debt_position_id": id}], "return_url": "https://portale.example.it/esito"});
    let session = portal.make(SESSIONS, &session).await;
    let path = format!("{POSITIONS}/{id}/mark-paid");
    let paid = |more: Value| {
        let mut body = json!({
            "installment_id": text(&position, &format!("{ONE}/id")), "paid_at": "2026-09-01T07:00:00Z",
            "amount": 12050, "reference": "Bonifico 2026-0815",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let wrong = portal.post(&path, &paid(json!({"installment_id": id, "paid_at": "2026-09-02T07:00:00Z"}))).await;
    let expected = [("/installment_id", "unknown_installment"), ("/paid_at", "paid_at_to_come")];
    wrong.is_problem(422, "validation_failed");
    assert_eq!(wrong.faults(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    let named = portal.post(&path, &paid(json!({"reference": "da RSSMRA85T10A562S"}))).await;
    assert_eq!(named.faults(), [("/reference".to_owned(), "personal_data_in_text".to_owned())]);
    let token = gateway.token_with(&seeded.for_a, "&scope=debt-positions:write").await;
    let asked = Ask::post(&path).json(&paid(json!({}))).key("m0");
    gateway.ask(asked.token(&token)).await.is_problem(403, "insufficient_scope");

    assert_eq!(told(&node, &number).await, None);
    let marked = portal.post_as("m1", &path, &paid(json!({}))).await;
    let now = marked.is(200).json();
    holds(&now, &json!({"status": "paid"}));
    let one = now.pointer(ONE).unwrap();
    holds(one, &json!({"status": "paid", "paid_at": "2026-09-01T07:00:00Z", "paid_amount": 12050, "anomalies": []}));
    assert_eq!((one.get("receipt_id"), marked.header("etag")), (None, Some("\"2-paid\"")));
    assert_eq!(portal.post_as("m1", &path, &paid(json!({}))).await.header("idempotent-replayed"), Some("true"));
    assert_eq!(told(&node, &number).await.as_deref(), Some("PAA_PAGAMENTO_DUPLICATO"));
    let session = format!("{SESSIONS}/{}", text(&session, "/id"));
    holds(&portal.get(&session).await.is(200).json(), &json!({"status": "completed", "amount_paid": 12050}));

    let reopen = format!("{POSITIONS}/{id}/reopen");
    let reason = json!({"reason": "Bonifico stornato"});
    let back = portal.post(&reopen, &reason).await.is(200).json();
    holds(&back, &json!({"status": "open"}));
    assert_eq!(back.pointer(&format!("{ONE}/paid_at")), None);
    assert_eq!(told(&node, &number).await, None);

    portal.post(&path, &paid(json!({"amount": 12000}))).await.is(200);
    // The money came a second time: that is told, and nothing is taken back any more.
    node.pays(node.receipt("RT-1", &number, 12_050)).await;
    let twice = portal.get(format!("{POSITIONS}/{id}")).await.is(200).json();
    let anomalies = json!(["duplicate_payment", "amount_mismatch"]);
    holds(twice.pointer(ONE).unwrap(), &json!({"status": "paid", "paid_amount": 12000}));
    let found = twice.pointer(&format!("{ONE}/anomalies")).and_then(Value::as_array).unwrap();
    assert!(anomalies.as_array().unwrap().iter().all(|one| found.contains(one)), "{found:?}");
    portal.post(&reopen, &reason).await.is_problem(409, "debt_position_state");
}

pub(crate) async fn a_notification_ends_the_reduced_option_and_is_corrected_by_another(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let mut body = debt_position("MULTA-1");
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    body["payment_options"] = json!([
        {"kind": "reduced", "available_days": 5, "installments": [{"reference": "ridotta", "amount": 7000}]},
        {"kind": "single", "installments": [{"reference": "intera", "amount": 10000}]},
    ]);
    let position = portal.make(POSITIONS, &body).await;
    let (id, number) = (text(&position, "/id"), text(&position, &format!("{ONE}/notice_number")));
    let notify = format!("{POSITIONS}/{id}/notify");
    let later = portal.post(&notify, &json!({"notified_on": "2026-09-02"})).await;
    assert_eq!(later.faults(), [("/notified_on".to_owned(), "notified_on_to_come".to_owned())]);
    assert_eq!(told(&node, &number).await, None, "open while nobody was notified");
    let early = portal.post(&notify, &json!({"notified_on": "2026-08-20"})).await.is(200).json();
    assert_eq!(early.pointer("/payment_options/0/notified_on"), Some(&json!("2026-08-20")));
    holds(early.pointer(ONE).unwrap(), &json!({"status": "expired"}));
    holds(&early, &json!({"status": "open"}));
    assert_eq!(told(&node, &number).await.as_deref(), Some("PAA_PAGAMENTO_SCADUTO"));
    let right = portal.post(&notify, &json!({"notified_on": "2026-08-31"})).await;
    holds(right.is(200).json().pointer(ONE).unwrap(), &json!({"status": "open"}));
    let again = portal.post(&notify, &json!({"notified_on": "2026-08-31"})).await;
    assert_eq!(again.is(200).header("etag"), right.header("etag"), "the same day changes nothing");
    assert_eq!(told(&node, &number).await, None);

    let plain = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let notify = format!("{POSITIONS}/{}/notify", text(&plain, "/id"));
    let nothing = portal.post(notify, &json!({"notified_on": "2026-08-31"})).await;
    assert_eq!(nothing.faults(), [(String::new(), "nothing_to_notify".to_owned())]);
}
