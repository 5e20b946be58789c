// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happened to a debt position, and why it is stuck.

use serde_json::{Value, json};
use tramite_pagopa::current::{Answer, Notice, Request, VerifyRequest};
use tramite_testkit::Database;

use crate::journal::lines;
use crate::support::checkout::Checkout;
use crate::support::made::debt_position;
use crate::support::node::addressee;
use crate::support::portal::{Portal, holds, text};
use crate::support::seed::TAX_CODES;
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";

async fn timeline(portal: &Portal<'_>, id: &str) -> Value {
    portal.get(format!("{POSITIONS}/{id}/timeline?limit=100")).await.is(200).json()
}

/// What it waits for, and the sentence.
async fn explanation(portal: &Portal<'_>, id: &str) -> (String, String) {
    let told = timeline(portal, id).await;
    (text(&told, "/explanation/waits_for"), text(&told, "/explanation/sentence"))
}

fn kinds(timeline: &Value) -> Vec<String> {
    timeline["items"].as_array().unwrap().iter().map(|item| text(item, "/kind")).collect()
}

fn of_kind<'a>(timeline: &'a Value, kind: &str) -> &'a Value {
    timeline["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap()
}

/// A position that may be paid whole, or less by who pays early.
fn with_reduction(single_cents: i64) -> Value {
    let mut body = debt_position("MULTA-1");
    let fields = body.as_object_mut().unwrap();
    fields.remove("amount");
    fields.remove("due_date");
    body["payment_options"] = json!([
        {"kind": "single", "installments": [{"reference": "intera", "amount": single_cents}]},
        {"kind": "reduced", "available_days": 5, "installments": [{"reference": "ridotta", "amount": 7000}]},
    ]);
    body
}

pub(crate) async fn the_timeline_of_a_position_tells_its_whole_life(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(POSITIONS, &with_reduction(10_000)).await;
    let (id, number) = (text(&made, "/id"), text(&made, "/payment_options/0/installments/0/notice_number"));
    assert_eq!(explanation(&portal, &id).await.0, "payer");
    gateway.world.pass(60);
    portal.post(format!("{POSITIONS}/{id}/notify"), &json!({"notified_on": "2026-08-31"})).await.is(200);
    gateway.world.pass(60);
    portal.put(format!("{POSITIONS}/{id}"), &with_reduction(12_050)).await.is(200);
    gateway.world.pass(60);
    let notice = Notice { fiscal_code: TAX_CODES[0].to_owned(), notice_number: number.clone() };
    let verify = Request::Verify(VerifyRequest { addressee: addressee(TAX_CODES[0]), notice });
    assert!(matches!(node.sends(&verify).await.1, Answer::Verify(_)));
    lines(&portal, &format!("notice_number={number}"), 2).await;
    let sentence = "Open: it was looked up last on 2026-09-01 at 10:03 and nobody has begun to pay it.";
    assert_eq!(explanation(&portal, &id).await, ("payer_who_looked".to_owned(), sentence.to_owned()));
    gateway.world.pass(60);
    node.asks(&number, None).await;
    lines(&portal, &format!("notice_number={number}"), 4).await;
    gateway.world.pass(60);
    portal.post(format!("{POSITIONS}/{id}/cancel"), &json!({})).await.is_problem(409, "payment_in_progress");
    assert_eq!(explanation(&portal, &id).await.0, "payment_running");
    gateway.world.pass(3_600);
    let sentence = "A payment was begun on 2026-09-01 at 10:04 and no receipt came; the Node may deliver one until 2026-09-03 at 10:04.";
    assert_eq!(explanation(&portal, &id).await, ("receipt".to_owned(), sentence.to_owned()));
    node.pays(node.receipt("rt-1", &number, 12_050)).await;
    portal.post(format!("{POSITIONS}/{id}/cancel"), &json!({})).await.is_problem(409, "debt_position_state");

    let told = timeline(&portal, &id).await;
    let expected = [
        "debt_position.created",
        "debt_position.updated",
        "debt_position.notified",
        "debt_position.updated",
        "message.request",
        "message.response",
        "message.request",
        "message.response",
        "attempt.get",
        "message.request",
        "message.response",
        "receipt.kept",
        "installment.paid",
    ];
    // Request and answer come within one instant of the tests' clock, in either order.
    let mut found = kinds(&told);
    for at in [4, 6, 9] {
        found.get_mut(at..at + 2).unwrap().sort();
    }
    assert_eq!(found, expected, "{told:#}");
    let client = seeded.for_a.id.to_string();
    holds(of_kind(&told, "debt_position.created"), &json!({"client_id": client, "status": "open"}));
    let notified = json!({"client_id": client, "changes": [{"field": "notified_on", "after": "2026-08-31"}]});
    holds(&told["items"][1], &notified);
    holds(of_kind(&told, "debt_position.notified"), &json!({"client_id": client, "reason": "notified on 2026-08-31"}));
    let amount = json!({"field": "amount", "installment_reference": "intera", "before": "10000", "after": "12050"});
    let changes = told["items"][3]["changes"].as_array().unwrap();
    assert!(changes.contains(&amount), "{changes:#?}");
    let attempt = json!({"amount": 12050, "notice_number": number, "installment_reference": "intera"});
    holds(of_kind(&told, "attempt.get"), &attempt);
    let kept = of_kind(&told, "receipt.kept");
    holds(kept, &json!({"outcome": "OK", "amount": 12050}));
    portal.get(format!("/v1/receipts/{}", text(kept, "/receipt_id"))).await.is(200);
    portal.get(format!("/v1/journal/{}", text(of_kind(&told, "message.request"), "/journal_id"))).await.is(200);
    holds(
        &told,
        &json!({"status": "paid", "explanation": {
            "waits_for": "settlement", "receipt_id": kept["receipt_id"], "sentence": "Paid; receipt rt-1 of 2026-09-01 at 11:05.",
        }}),
    );
    let written = told.to_string();
    assert!(!written.contains("Rossi") && !written.contains("RSSMRA"), "{written}");
    walks(&portal, &id, &told).await;
    for stranger in [&seeded.for_b, &seeded.narrow] {
        let seen = gateway.portal(stranger).get(format!("{POSITIONS}/{id}/timeline")).await;
        seen.is_problem(404, "not_found");
    }
}

/// Page by page, what is told whole.
async fn walks(portal: &Portal<'_>, id: &str, whole: &Value) {
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = portal.get(format!("{POSITIONS}/{id}/timeline?limit=2{cursor}")).await.is(200).json();
        walked.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(&Value::from(walked), &whole["items"]);
}

pub(crate) async fn a_position_says_who_cancelled_it_and_a_session_is_named_to_its_client_alone(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let gateway = TestGateway::with(&database, |settings| settings.checkout = Some(client)).await;
    let seeded = gateway.seed().await;
    let (portal, other) = (gateway.portal(&seeded.for_a), gateway.portal(&seeded.other_for_a));
    let body = json!({
        "line_items": [{"debt_position": debt_position("T-1")}], "return_url": "https://portale.example.it/esito",
    });
    let made = portal.make("/v1/checkout-sessions", &body).await;
    let (session, id) = (text(&made, "/id"), text(&made, "/line_items/0/debt_position_id"));
    assert_eq!(explanation(&portal, &id).await.0, "payer_of_session");
    gateway.ask(Ask::get(text(&made, "/url").strip_prefix(PUBLIC_URL).unwrap())).await.is(303);
    let told = timeline(&portal, &id).await;
    let sentence = format!(
        "Checkout session {session} sent the payer to Checkout on 2026-09-01 at 10:00; no payment was begun there yet."
    );
    let waits = json!({"waits_for": "payer_at_checkout", "sentence": sentence, "session_id": session});
    holds(&told, &json!({"explanation": waits}));
    for kind in ["checkout_session.created", "attempt.cart", "checkout_session.updated"] {
        assert_eq!(of_kind(&told, kind)["session_id"], json!(session), "{kind}");
    }
    let seen = timeline(&other, &id).await;
    assert_eq!(kinds(&seen).len(), kinds(&told).len());
    assert!(!seen.to_string().contains(&session), "{seen:#}");
    assert!(text(&seen, "/explanation/sentence").starts_with("A checkout session of another client"), "{seen:#}");

    portal.post(format!("/v1/checkout-sessions/{session}/cancel"), &json!({})).await.is(200);
    other.post(format!("{POSITIONS}/{id}/cancel?force=true"), &json!({})).await.is(200);
    let by = seeded.other_for_a.id;
    let sentence = format!("Cancelled on 2026-09-01 at 10:00 by client {by}: it can be paid only if it is reopened.");
    assert_eq!(explanation(&portal, &id).await, ("reopening".to_owned(), sentence));
    gateway.world.pass(60);
    portal.post(format!("{POSITIONS}/{id}/reopen"), &json!({"reason": "Cancelled by mistake"})).await.is(200);
    let told = timeline(&portal, &id).await;
    let reopened = of_kind(&told, "debt_position.reopened");
    holds(reopened, &json!({"client_id": seeded.for_a.id.to_string(), "reason": "Cancelled by mistake"}));
}
