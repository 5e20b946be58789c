// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 12 to 17: from publication to the end of a position, and what changes around it meanwhile.

use serde_json::{Value, json};
use tramite_pagopa::current::{Destination, PaaFault};
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, named, number, number_of, single_or_plan, with_options};
use crate::support::Ask;
use crate::support::debt_position;
use crate::support::portal::{holds, text};
use crate::support::seed::OTHER_IBAN;

pub(crate) async fn rule_12_cancel_and_reopen_keep_the_numbers(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let reason = json!({"reason": "Per errore"});
    for (external_id, publish, from, status) in [
        ("T-draft", false, None, "draft"),
        ("T-scheduled", true, Some("2026-09-20T00:00:00Z"), "scheduled"),
        ("T-open", true, None, "open"),
    ] {
        let mut body = debt_position(external_id);
        body["publish"] = json!(publish);
        if let Some(from) = from {
            body["valid_from"] = json!(from);
        }
        let made = portal.make(POSITIONS, &body).await;
        for _ in 0..2 {
            holds(&kit.act(&made, "cancel", &json!({})).await.is(200).json(), &json!({"status": "cancelled"}));
        }
        assert_eq!(kit.fault(&number(&made)).await, PaaFault::Cancelled);
        let back = kit.act(&made, "reopen", &reason).await.is(200).json();
        assert_eq!((&back["status"], number(&back)), (&json!(status), number(&made)), "as before");
    }
    let mut body = debt_position("T-expired");
    body["due_date"] = json!("2026-09-02");
    body["expires_after_due_date"] = json!(true);
    let expired = portal.make(POSITIONS, &body).await;
    kit.later(3 * 86_400).await;
    holds(&kit.shown(&expired).await, &json!({"status": "expired"}));
    kit.act(&expired, "reopen", &reason).await.is_problem(422, "still_expired");
    kit.act(&expired, "cancel", &json!({})).await.is(200);
    kit.act(&expired, "reopen", &reason).await.is_problem(422, "still_expired");
    let paid = portal.make(POSITIONS, &debt_position("T-paid")).await;
    kit.pays("rt-1", &number(&paid), 12_050).await;
    kit.act(&paid, "cancel", &json!({})).await.is_problem(409, "debt_position_state");
    let plan = portal.make(POSITIONS, &single_or_plan("T-plan")).await;
    kit.pays("rt-2", &number_of(&plan, "first"), 5_000).await;
    kit.later(1_801).await;
    let rest = kit.act(&plan, "cancel", &json!({})).await.is(200).json();
    holds(named(&rest, "first"), &json!({"status": "paid"}));
    holds(named(&rest, "second"), &json!({"status": "cancelled"}));
    // Every number ever printed belongs to one debt.
    let all = portal.get(format!("{POSITIONS}?limit=500")).await.is(200).json();
    let mut numbers: Vec<String> = Vec::new();
    for position in all["items"].as_array().unwrap() {
        let whole = kit.shown(position).await;
        let options = whole["payment_options"].as_array().unwrap().clone();
        let installments = options.iter().flat_map(|option| option["installments"].as_array().unwrap());
        numbers.extend(installments.map(|one| text(one, "/notice_number")));
    }
    let count = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!((count, numbers.len()), (8, 8));
}

pub(crate) async fn rule_13_the_option_that_was_started_supersedes_the_others(database: Database) {
    let kit = Kit::new(&database).await;
    let plan = kit.portal().make(POSITIONS, &single_or_plan("T-1")).await;
    let [whole, first, second] = ["whole", "first", "second"].map(|reference| number_of(&plan, reference));
    kit.pays("rt-1", &first, 5_000).await;
    let shown = kit.shown(&plan).await;
    holds(&shown, &json!({"status": "partially_paid", "is_final": false}));
    holds(named(&shown, "whole"), &json!({"status": "superseded"}));
    assert_eq!(kit.fault(&whole).await, PaaFault::Cancelled);
    assert!(kit.verify(&second).await.is_ok(), "the rest of the plan is due");
    kit.pays("rt-2", &second, 5_000).await;
    holds(&kit.shown(&plan).await, &json!({"status": "paid", "is_final": true}));
    assert_eq!(kit.fault(&whole).await, PaaFault::AlreadyPaid);
}

pub(crate) async fn rule_14_a_partially_paid_position_never_expires_as_a_whole(database: Database) {
    let kit = Kit::new(&database).await;
    let line = |reference: &str, due: &str| json!({"reference": reference, "amount": 5_000, "due_date": due});
    let installments = [line("1", "2026-09-10"), line("2", "2026-09-20")];
    let mut body = with_options("T-1", json!([{"kind": "installments", "installments": installments}]));
    body["expires_after_due_date"] = json!(true);
    let [paid, unpaid] = [("T-1", true), ("T-2", false)];
    let mut made = Vec::new();
    for (external_id, pays) in [paid, unpaid] {
        body["external_id"] = json!(external_id);
        let position = kit.portal().make(POSITIONS, &body).await;
        if pays {
            kit.pays("rt-1", &number_of(&position, "1"), 5_000).await;
        }
        made.push(position);
    }
    kit.later(30 * 86_400).await;
    let shown = kit.shown(&made[0]).await;
    holds(&shown, &json!({"status": "partially_paid"}));
    holds(named(&shown, "2"), &json!({"status": "expired"}));
    assert_eq!(kit.fault(&number_of(&made[0], "2")).await, PaaFault::Expired);
    holds(&kit.shown(&made[1]).await, &json!({"status": "expired"}));
    let portal = kit.portal();
    assert_eq!(portal.ids(format!("{POSITIONS}?status=partially_paid")).await, [text(&made[0], "/id")]);
    assert_eq!(portal.ids(format!("{POSITIONS}?status=expired")).await, [text(&made[1], "/id")]);
}

pub(crate) async fn rule_15_what_was_paid_outside_is_paid_and_can_be_taken_back_until_a_receipt_comes(
    database: Database,
) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut marked = Vec::new();
    for external_id in ["T-1", "T-2"] {
        let made = portal.make(POSITIONS, &debt_position(external_id)).await;
        let body = json!({
            "installment_id": text(&made, "/payment_options/0/installments/0/id"), "paid_at": "2026-09-01T07:00:00Z",
            "amount": 12_050, "reference": "Bonifico 2026-0815",
        });
        let shown = kit.act(&made, "mark-paid", &body).await.is(200).json();
        holds(&shown, &json!({"status": "paid"}));
        holds(named(&shown, "single"), &json!({"status": "paid", "channel": "external", "paid_amount": 12_050}));
        assert_eq!(kit.fault(&number(&made)).await, PaaFault::AlreadyPaid);
        marked.push(made);
    }
    let reason = json!({"reason": "Bonifico stornato"});
    let [taken_back, paid_twice] = [&marked[0], &marked[1]];
    let back = kit.act(taken_back, "reopen", &reason).await.is(200).json();
    holds(named(&back, "single"), &json!({"status": "open"}));
    assert!(kit.verify(&number(taken_back)).await.is_ok(), "it is due again, under the same number");
    // Money wins: a receipt is kept beside the mark, which stands from then on.
    kit.sends(kit.node.receipt("rt-2", &number(paid_twice), 12_050)).await.unwrap();
    kit.act(paid_twice, "reopen", &reason).await.is_problem(409, "debt_position_state");
    let shown = kit.shown(paid_twice).await;
    let anomalies = named(&shown, "single")["anomalies"].as_array().unwrap().clone();
    assert!(anomalies.contains(&json!("duplicate_payment")), "{anomalies:?}");
    holds(&shown, &json!({"status": "paid"}));
}

pub(crate) async fn rule_16_the_notices_of_a_retired_service_stay_payable(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let made = portal.make(POSITIONS, &debt_position("T-1")).await;
    let service = |status: &str| {
        json!({"title": {"it": "Un servizio"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
            "amount": {"rule": "free"}, "status": status})
    };
    portal.put("/v1/services/TARI", &service("retired")).await.is(200);
    portal.post(POSITIONS, &debt_position("T-2")).await.is_problem(409, "service_not_active");
    assert!(kit.verify(&number(&made)).await.is_ok());
    kit.pays("rt-1", &number(&made), 12_050).await;
    holds(&kit.shown(&made).await, &json!({"status": "paid"}));
    portal.ask(Ask::delete("/v1/services/TARI")).await.is_problem(405, "method_not_allowed");
    assert_eq!(portal.get("/v1/services/TARI").await.is(200).json()["status"], "retired");
}

pub(crate) async fn rule_17_issued_notices_outlive_station_segregation_code_and_account(database: Database) {
    let mut kit = Kit::new(&database).await;
    let made = kit.portal().make(POSITIONS, &debt_position("T-1")).await;
    let operator = kit.gateway.portal(&kit.seeded.operator);
    let station = json!({"broker_tax_code": "99999000039", "version": 2, "primitive_version": 2});
    operator.put("/v1/stations/99999000039_02", &station).await.is(201);
    let before = iban(&kit, &number(&made)).await;
    let changed = kit
        .change_a(|body| {
            body["accounts"][0]["iban"] = json!(OTHER_IBAN);
            body["stations"][0]["issuing"] = json!(false);
            let new =
                json!({"station_id": "99999000039_02", "aux_digit": 3, "segregation_code": "09", "issuing": true});
            body["stations"].as_array_mut().unwrap().push(new);
        })
        .await;
    changed.is(200);
    kit.other_process();
    // Another account is paid to a day after the decision; whatever was issued goes there then.
    assert_eq!(iban(&kit, &number(&made)).await, before);
    kit.later(86_400).await;
    kit.other_process();
    assert_eq!(iban(&kit, &number(&made)).await, OTHER_IBAN, "the account that is valid now");
    let next = kit.portal().make(POSITIONS, &debt_position("T-2")).await;
    assert_eq!((&number(&made)[..3], &number(&next)[..3]), ("305", "309"));
    kit.pays("rt-1", &number(&made), 12_050).await;
    holds(&kit.receipt("rt-1").await, &json!({"anomalies": []}));
    holds(&kit.shown(&made).await, &json!({"status": "paid"}));
}

async fn iban(kit: &Kit, number: &str) -> String {
    match kit.get(number).await.unwrap().transfers.remove(0).destination {
        Destination::Iban(iban) => iban.to_string(),
        Destination::Stamp { .. } => panic!("a stamp: {:?}", Value::Null),
    }
}
