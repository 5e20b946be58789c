// SPDX-License-Identifier: AGPL-3.0-or-later
//! New terms for debt positions: what stays keeps its numbers, and nobody changes what is being paid.

use serde_json::{Value, json};
use tramite_testkit::Database;

use crate::support::made::debt_position;
use crate::support::portal::{holds, text};
use crate::support::{Ask, TestGateway};

const POSITIONS: &str = "/v1/debt-positions";

fn plan(installments: &[(&str, i64)]) -> Value {
    let each = installments.iter().map(|(reference, amount)| json!({"reference": reference, "amount": amount}));
    json!({
        "external_id": "TARI-1", "service_code": "TARI", "description": "TARI 2026",
        "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
        "payment_options": [{"kind": "installments", "installments": each.collect::<Vec<_>>()}],
    })
}

/// The installment of that name as the answer tells of it.
fn named<'a>(position: &'a Value, reference: &str) -> &'a Value {
    let options = position["payment_options"].as_array().unwrap();
    let mut all = options.iter().flat_map(|option| option["installments"].as_array().unwrap());
    all.find(|one| one["reference"] == reference).unwrap()
}

pub(crate) async fn new_terms_keep_the_numbers_of_what_stays_and_cancel_what_is_missing(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let portal = gateway.portal(&seeded.for_a);
    let made = portal.post(POSITIONS, &plan(&[("1", 6000), ("2", 6050)])).await;
    let before = made.is(201).json();
    let place = format!("{POSITIONS}/{}", text(&before, "/id"));
    let put = |body: &Value, tag: &str| Ask::put(&place).json(body).header("If-Match", tag);
    let wanted = plan(&[("1", 7000), ("3", 5050)]);
    portal.ask(put(&wanted, "\"9-open\"")).await.is_problem(412, "precondition_failed");
    let replaced = portal.ask(put(&wanted, made.header("etag").unwrap())).await;
    let after = replaced.is(200).json();
    assert_eq!(replaced.header("etag"), Some("\"2-open\""));
    let (old, new) = (named(&before, "1"), named(&after, "1"));
    for kept in ["id", "iuv", "notice_number"] {
        assert_eq!(old[kept], new[kept], "{kept}");
    }
    holds(new, &json!({"amount": 7000, "status": "open"}));
    let number = text(new, "/notice_number");
    assert_eq!(new["qr_code"], format!("PAGOPA|002|{number}|99999000013|7000"));
    holds(named(&after, "2"), &json!({"status": "cancelled", "notice_number": named(&before, "2")["notice_number"]}));
    let numbers = [named(&before, "1"), named(&before, "2")].map(|one| text(one, "/notice_number"));
    assert!(!numbers.contains(&text(named(&after, "3"), "/notice_number")));
    assert_eq!(portal.get(&place).await.is(200).json(), after);

    for (field, value) in [("service_code", "MENSA"), ("external_id", "TARI-2")] {
        let mut moved = wanted.clone();
        moved[field] = json!(value);
        let refused = portal.put(&place, &moved).await;
        refused.is_problem(422, "immutable_field");
        assert_eq!(refused.faults(), [(format!("/{field}"), "immutable".to_owned())]);
    }
}

pub(crate) async fn what_is_paid_stays_as_it_was_and_the_rest_may_change(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(POSITIONS, &plan(&[("1", 6000), ("2", 6050)])).await;
    let place = format!("{POSITIONS}/{}", text(&made, "/id"));
    let number = text(named(&made, "1"), "/notice_number");
    node.asks(&number, None).await;
    node.pays(node.receipt("rt-1", &number, 6000)).await;
    let paid = portal.get(&place).await;
    assert_eq!(
        (&paid.is(200).json()["status"], paid.header("etag")),
        (&json!("partially_paid"), Some("\"2-partially_paid\""))
    );
    let one = paid.json();
    holds(named(&one, "1"), &json!({"status": "paid", "is_final": true, "paid_amount": 6000, "anomalies": []}));
    assert!(named(&one, "1")["receipt_id"].is_string());

    gateway.world.pass(1_801);
    for wrong in [plan(&[("1", 6001), ("2", 6050)]), plan(&[("2", 6050)])] {
        portal.put(&place, &wrong).await.is_problem(409, "installment_paid");
    }
    let after = portal.put(&place, &plan(&[("1", 6000), ("2", 7000)])).await.is(200).json();
    assert_eq!(named(&after, "1"), named(&one, "1"));
    holds(named(&after, "2"), &json!({"amount": 7000, "status": "open"}));
    let cancelled = portal.post(format!("{place}/cancel"), &json!({})).await.is(200).json();
    assert_eq!(named(&cancelled, "1"), named(&one, "1"));
    holds(named(&cancelled, "2"), &json!({"status": "cancelled"}));
    portal.post(format!("{place}/cancel"), &json!({})).await.is_problem(409, "debt_position_state");
}

pub(crate) async fn nobody_changes_what_somebody_is_paying_unless_forced(database: Database) {
    let gateway = TestGateway::new(&database).await;
    let seeded = gateway.seed().await;
    let (portal, node) = (gateway.portal(&seeded.for_a), gateway.node());
    let made = portal.make(POSITIONS, &debt_position("TARI-1")).await;
    let place = format!("{POSITIONS}/{}", text(&made, "/id"));
    node.asks(&text(&made, "/payment_options/0/installments/0/notice_number"), None).await;
    let until = json!("2026-09-01T08:30:00Z");
    let shown = portal.get(&place).await.is(200).json();
    assert_eq!(shown.pointer("/payment_options/0/installments/0/locked_until"), Some(&until));
    let mut body = debt_position("TARI-1");
    body["amount"] = json!(100);
    for refused in [portal.put(&place, &body).await, portal.post(format!("{place}/cancel"), &json!({})).await] {
        refused.is_problem(409, "payment_in_progress");
        assert_eq!(refused.json()["locked_until"], until);
    }
    let forced = portal.put(format!("{place}?force=true"), &body).await.is(200).json();
    assert_eq!(forced.pointer("/payment_options/0/installments/0/amount"), Some(&json!(100)));
    gateway.world.pass(1_800);
    let free = portal.get(&place).await.is(200).json();
    assert_eq!(free.pointer("/payment_options/0/installments/0/locked_until"), None);
    portal.post(format!("{place}/cancel"), &json!({})).await.is(200);
}
