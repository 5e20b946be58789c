// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 26 and 28 to 31: money that has been paid is kept, once, whatever is strange about it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::money::Cents;
use tramite_pagopa::current::{Outcome, PaaFault, ReceiptMessage, Request, Version};
use tramite_pagopa::strict::{NoRegister, check_answer};
use tramite_pagopa::{Primitive, soap as wire};
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, fault, named, number, number_of, single_or_plan};
use crate::support::debt_position;
use crate::support::portal::holds;

async fn open(kit: &Kit, external_id: &str) -> (Value, String) {
    let made = kit.portal().make(POSITIONS, &debt_position(external_id)).await;
    let number = number(&made);
    (made, number)
}

pub(crate) async fn rule_26_a_receipt_is_accepted_once_whatever_comes_again(database: Database) {
    let kit = Kit::new(&database).await;
    let (made, number) = open(&kit, "T-1").await;
    kit.node.asks(&number, None).await;
    let receipt = kit.node.receipt("rt-1", &number, 12_050);
    let deliveries = join_all((0..50).map(|_| kit.delivers(receipt.clone()))).await;
    let (mut counted, mut failures) = (BTreeMap::new(), 0);
    for (outcome, failed) in deliveries {
        *counted.entry(outcome.err().map_or("OK", PaaFault::code)).or_insert(0) += 1;
        failures += failed;
    }
    // One is told OK: none, where we could not say so in time.
    let taken = counted.remove("OK").unwrap_or(0);
    assert!(taken == 1 || (taken == 0 && failures > 0), "{taken} OK after {failures} failures");
    assert_eq!(counted, BTreeMap::from([("PAA_RECEIPT_DUPLICATA", 50 - taken)]));
    let first = kit.shown(&made).await;
    holds(&first, &json!({"status": "paid"}));
    let (version, amount) = (Version::V1, Cents::new(1).unwrap());
    for other in [ReceiptMessage { version, ..receipt.clone() }, ReceiptMessage { payment_amount: amount, ..receipt }] {
        assert_eq!(kit.sends(other).await, Err(PaaFault::DuplicateReceipt));
    }
    holds(&kit.receipt("rt-1").await, &json!({"amount": 12_050, "anomalies": ["receipt_differs"]}));
    assert_eq!(named(&kit.shown(&made).await, "single")["paid_amount"], 12_050);
    let list = kit.portal().get("/v1/receipts").await.is(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

pub(crate) async fn rule_28_only_a_stranger_and_an_unreadable_receipt_are_refused(database: Database) {
    let mut kit = Kit::new(&database).await;
    let (made, printed) = open(&kit, "T-1").await;
    let mut stranger = kit.node.receipt("rt-1", &printed, 12_050);
    stranger.addressee.id_pa = "99999000099".to_owned();
    assert_eq!(kit.sends(stranger).await, Err(PaaFault::WrongInstitution));
    let whole =
        String::from_utf8(wire::request(&Request::Receipt(Box::new(kit.node.receipt("rt-1", &printed, 12_050)))))
            .unwrap();
    for field in ["receiptId", "noticeNumber", "fiscalCode", "outcome", "paymentAmount"] {
        let answer = post(&kit, without(&whole, field)).await;
        assert_eq!(fault(&answer), PaaFault::SyntaxXsd, "{field}");
    }
    holds(&kit.shown(&made).await, &json!({"status": "open"}));
    // Everything else is taken, paid and flagged.
    let standing = whole.replace("</receipt>", "<standin>true</standin></receipt>").replace("rt-1", "rt-standin");
    for (id, message, anomaly) in [
        ("rt-standin", standing, "stand_in"),
        (
            "rt-bare",
            without(&without(&whole, "transferList"), "creditorReferenceId").replace("rt-1", "rt-bare"),
            "irregular_message",
        ),
        (
            "rt-station",
            whole.replace("99999000039_01", "99999000039_77").replace("rt-1", "rt-station"),
            "station_mismatch",
        ),
    ] {
        let (made, number) = open(&kit, id).await;
        let answer = post(&kit, message.replace(&printed, &number).replace(&printed[1..], &number[1..])).await;
        assert!(matches!(answer, tramite_pagopa::current::Answer::ReceiptAccepted(_)), "{id}: {answer:?}");
        holds(&kit.shown(&made).await, &json!({"status": "paid"}));
        let told = kit.receipt(id).await["anomalies"].to_string();
        assert!(told.contains(anomaly), "{id}: {told}");
    }
    let (closed, printed) = open(&kit, "T-closed").await;
    kit.gateway.change_institution(kit.seeded.a.id, |a| a.status = InstitutionStatus::Closed).await;
    kit.other_process();
    kit.sends(kit.node.receipt("rt-closed", &printed, 12_050)).await.unwrap();
    kit.gateway.change_institution(kit.seeded.a.id, |a| a.status = InstitutionStatus::Active).await;
    holds(&kit.shown(&closed).await, &json!({"status": "paid"}));
    assert!(kit.receipt("rt-closed").await["anomalies"].to_string().contains("institution_inactive"));
    // Beyond the limits of size it is kept raw, and the Node comes back.
    let large = post(&kit, format!("{whole}{}", " ".repeat(600_000)).replace("rt-1", "rt-large")).await;
    assert_eq!(fault(&large), PaaFault::SystemError);
}

async fn post(kit: &Kit, message: String) -> tramite_pagopa::current::Answer {
    let outbound = kit.node.posts(message.into_bytes(), Some("paSendRTV2")).await;
    check_answer(Primitive::SendRtV2, &outbound.body, &NoRegister).unwrap()
}

/// A message without the first of its elements of that name within the receipt.
fn without(whole: &str, element: &str) -> String {
    let (head, receipt) = whole.split_once("<receipt>").unwrap();
    let (before, rest) = receipt.split_once(&format!("<{element}>")).unwrap();
    let (_, after) = rest.split_once(&format!("</{element}>")).unwrap();
    format!("{head}<receipt>{before}{after}")
}

pub(crate) async fn rule_29_a_ko_pays_nothing_and_absent_fields_are_fine(database: Database) {
    let kit = Kit::new(&database).await;
    let (made, number) = open(&kit, "T-1").await;
    kit.node.asks(&number, None).await;
    let ok = kit.node.receipt("rt-1", &number, 12_050);
    let ko = ReceiptMessage { outcome: Outcome::Ko, ..ok.clone() };
    kit.sends(ko.clone()).await.unwrap();
    holds(&kit.receipt("rt-1").await, &json!({"outcome": "ko"}));
    holds(&kit.shown(&made).await, &json!({"status": "open"}));
    assert_eq!(kit.sends(ko).await, Err(PaaFault::DuplicateReceipt));
    // The same id with OK is another receipt; it is paid when it came, for it does not say when.
    kit.later(90).await;
    let bare = ReceiptMessage { payment_date_time: None, fee: None, payer: None, payment_method: None, ..ok };
    kit.sends(bare).await.unwrap();
    holds(&kit.shown(&made).await, &json!({"status": "paid"}));
    let list = kit.portal().get("/v1/receipts").await.is(200).json();
    let all = list["items"].as_array().unwrap();
    let paying = all.iter().find(|one| one["outcome"] == "ok").unwrap();
    let wanted = json!({"paid_at": "2026-09-01T08:01:30Z", "received_at": "2026-09-01T08:01:30Z", "anomalies": ["irregular_message"]});
    holds(paying, &wanted);
    assert_eq!(all.len(), 2);
}

pub(crate) async fn rule_30_money_wins_over_every_state_and_is_flagged(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut cases = Vec::new();
    for (name, more, cents, anomalies) in [
        ("draft", json!({"publish": false}), 12_050, json!(["draft_position"])),
        ("cancelled", json!({}), 12_050, json!(["cancelled_position"])),
        (
            "expired",
            json!({"due_date": "2026-09-01", "expires_after_due_date": true}),
            12_050,
            json!(["expired_position"]),
        ),
        ("amount", json!({}), 12_049, json!(["amount_mismatch"])),
        ("open", json!({}), 12_050, json!([])),
    ] {
        let mut body = debt_position(name);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = portal.make(POSITIONS, &body).await;
        if name == "cancelled" {
            kit.act(&made, "cancel", &json!({})).await.is(200);
        }
        cases.push((name, made, cents, anomalies));
    }
    kit.later(86_400).await;
    for (name, made, cents, anomalies) in &cases {
        let mut expected: Vec<&str> = anomalies.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
        expected.push("stand_in");
        let receipt = kit.node.receipt(name, &number(made), *cents);
        kit.sends(ReceiptMessage { stand_in: Some(true), ..receipt }).await.unwrap();
        holds(&kit.receipt(name).await, &json!({"anomalies": expected}));
        let shown = kit.shown(made).await;
        holds(&shown, &json!({"status": "paid"}));
        holds(named(&shown, "single"), &json!({"paid_amount": cents, "anomalies": expected}));
    }
    // Another receipt for what is paid changes no state; without a get and without stand-in that is told too.
    let (_, paid, ..) = &cases[4];
    let before = kit.shown(paid).await;
    kit.sends(kit.node.receipt("again", &number(paid), 12_050)).await.unwrap();
    holds(&kit.receipt("again").await, &json!({"anomalies": ["duplicate_payment", "not_activated"]}));
    let after = kit.shown(paid).await;
    assert_eq!(
        (&after["status"], &named(&after, "single")["receipt_id"]),
        (&before["status"], &named(&before, "single")["receipt_id"])
    );
    // An unknown notice gets a position of its own.
    let unknown = "305999999999999942";
    kit.sends(kit.node.receipt("unknown", unknown, 777)).await.unwrap();
    let kept = kit.receipt("unknown").await;
    holds(&kept, &json!({"anomalies": ["unknown_position", "not_activated"]}));
    let position = kit.shown(&json!({"id": kept["debt_position_id"]})).await;
    holds(&position, &json!({"status": "paid"}));
    assert_eq!(kit.fault(unknown).await, PaaFault::AlreadyPaid);
}

pub(crate) async fn rule_31_alternatives_paid_at_once_are_all_kept_and_told(database: Database) {
    let kit = Kit::new(&database).await;
    let plan = kit.portal().make(POSITIONS, &single_or_plan("T-1")).await;
    let all = [("whole", 10_000), ("first", 5_000), ("second", 5_000)];
    for (reference, _) in all {
        kit.node.asks(&number_of(&plan, reference), None).await;
    }
    let sent =
        all.map(|(reference, cents)| kit.delivers(kit.node.receipt(reference, &number_of(&plan, reference), cents)));
    let is_taken = |(outcome, failures): &(Result<(), PaaFault>, usize)| {
        outcome.is_ok() || (*failures > 0 && *outcome == Err(PaaFault::DuplicateReceipt))
    };
    assert!(join_all(sent).await.iter().all(is_taken));
    let shown = kit.shown(&plan).await;
    holds(&shown, &json!({"status": "paid"}));
    let mut double = Vec::new();
    for (reference, cents) in all {
        let one = named(&shown, reference);
        holds(one, &json!({"status": "paid", "paid_amount": cents}));
        let told = kit.receipt(reference).await;
        assert_eq!(told["anomalies"], one["anomalies"], "the receipt and its installment tell the same");
        if told["anomalies"].to_string().contains("duplicate_payment") {
            double.push(reference);
        }
    }
    // As if one after the other: either the single payment came second, or what came after it of the plan did.
    let serial = [vec!["whole"], vec!["first", "second"], vec!["whole", "first"], vec!["whole", "second"]];
    assert!(serial.contains(&double), "{double:?}");
}
