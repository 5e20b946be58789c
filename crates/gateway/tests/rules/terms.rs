// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 9 to 11: what time does to a position, and what new terms may change.

use serde_json::json;
use tramite_pagopa::current::PaaFault;
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, named, number, number_of, with_options};
use crate::support::debt_position;
use crate::support::portal::{holds, text};

pub(crate) async fn rule_09_a_position_opens_by_itself_and_is_not_born_dead(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut body = debt_position("T-1");
    body["valid_from"] = json!("2026-09-01T09:00:00Z");
    let made = portal.make(POSITIONS, &body).await;
    let (id, number) = (text(&made, "/id"), number(&made));
    let place = format!("{POSITIONS}/{id}");
    for (seconds, status, listed, told) in
        [(3_599, "scheduled", "scheduled", Some(PaaFault::UnknownPayment)), (3_600, "open", "open", None)]
    {
        kit.gateway.world.reach(seconds);
        let seen = portal.get(&place).await;
        assert_eq!(seen.is(200).json()["status"], status);
        assert!(seen.header("etag").unwrap().contains(status), "{:?}", seen.header("etag"));
        assert_eq!(portal.ids(format!("{POSITIONS}?status={listed}")).await, [id.as_str()]);
        match told {
            Some(fault) => assert_eq!(kit.fault(&number).await, fault),
            None => assert_eq!(kit.get(&number).await.unwrap().amount.cents(), 12_050),
        }
    }
    assert!(portal.ids(format!("{POSITIONS}?status=scheduled")).await.is_empty());
    let mut dead = debt_position("T-2");
    dead["due_date"] = json!("2026-08-31");
    portal.make(POSITIONS, &dead).await;
    dead["external_id"] = json!("T-3");
    dead["expires_after_due_date"] = json!(true);
    let seen = portal.post(POSITIONS, &dead).await;
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), [("/due_date".to_owned(), "due_date_past".to_owned())]);
}

pub(crate) async fn rule_10_a_due_date_that_passed_is_still_payable_unless_it_expires(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let mut made = Vec::new();
    for (external_id, due, expires) in
        [("T-kept", Some("2026-09-01"), false), ("T-gone", Some("2026-09-01"), true), ("T-open", None, true)]
    {
        let mut body = debt_position(external_id);
        body["expires_after_due_date"] = json!(expires);
        body.as_object_mut().unwrap().remove("due_date");
        if let Some(due) = due {
            body["due_date"] = json!(due);
        }
        made.push(portal.make(POSITIONS, &body).await);
    }
    let reduced = with_options(
        "T-reduced",
        json!([
            {"kind": "reduced", "available_days": 5, "installments": [{"reference": "early", "amount": 7_000}]},
            {"kind": "single", "installments": [{"reference": "whole", "amount": 10_000}]},
        ]),
    );
    let reduced = portal.make(POSITIONS, &reduced).await;
    let early = number_of(&reduced, "early");
    // The day ends in Rome: at 22:00 UTC in summer.
    for (seconds, gone) in [(50_399, false), (50_400, true)] {
        kit.gateway.world.reach(seconds);
        assert!(kit.verify(&number(&made[0])).await.is_ok(), "a due date alone keeps nobody from paying");
        assert_eq!(kit.verify(&number(&made[1])).await.err(), gone.then_some(PaaFault::Expired));
    }
    let (verified, got) = (kit.verify(&number(&made[2])).await.unwrap(), kit.get(&number(&made[2])).await.unwrap());
    assert_eq!((verified.due_date, got.due_date.to_string()), (None, "2099-12-31".to_owned()));
    // Open while nobody was notified, then for so many days; who pays later pays the position all the same.
    kit.later(40 * 86_400).await;
    assert!(kit.verify(&early).await.is_ok());
    kit.act(&reduced, "notify", &json!({"notified_on": "2026-10-01"})).await.is(200);
    assert_eq!(kit.fault(&early).await, PaaFault::Expired);
    kit.sends(kit.node.receipt("rt-late", &early, 7_000)).await.unwrap();
    let paid = kit.shown(&reduced).await;
    holds(&paid, &json!({"status": "paid"}));
    assert_eq!(named(&paid, "early")["anomalies"], json!(["late_reduced", "not_activated"]));
}

pub(crate) async fn rule_11_new_terms_change_only_what_is_unpaid_and_nobody_pays(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let plan = |lines: &[(&str, i64)]| {
        let lines: Vec<_> = lines.iter().map(|(name, amount)| json!({"reference": name, "amount": amount})).collect();
        with_options("T-1", json!([{"kind": "installments", "installments": lines}]))
    };
    let made = portal.make(POSITIONS, &plan(&[("1", 6_000), ("2", 6_050)])).await;
    let place = format!("{POSITIONS}/{}", text(&made, "/id"));
    let changed = portal.put(&place, &plan(&[("1", 6_000), ("2", 7_000), ("3", 100)])).await.is(200).json();
    for reference in ["1", "2"] {
        assert_eq!(number_of(&changed, reference), number_of(&made, reference), "a printed notice stays");
    }
    holds(&changed, &json!({"status": "open"}));
    kit.pays("rt-1", &number_of(&made, "1"), 6_000).await;
    let wanted = plan(&[("1", 6_000), ("2", 8_000)]);
    // Somebody asks for the second, and for half an hour nobody takes it away.
    kit.node.asks(&number_of(&made, "2"), None).await;
    portal.put(&place, &wanted).await.is_problem(409, "payment_in_progress");
    portal.post(format!("{place}/cancel"), &json!({})).await.is_problem(409, "payment_in_progress");
    let forced = portal.put(format!("{place}?force=true"), &wanted).await.is(200).json();
    holds(named(&forced, "2"), &json!({"amount": 8_000, "status": "open"}));
    holds(named(&forced, "3"), &json!({"status": "cancelled"}));
    holds(&forced, &json!({"status": "partially_paid"}));
    kit.later(1_801).await;
    for wrong in [plan(&[("1", 6_001), ("2", 8_000)]), plan(&[("2", 8_000)])] {
        portal.put(&place, &wrong).await.is_problem(409, "installment_paid");
    }
    let mut moved = wanted.clone();
    moved["service_code"] = json!("MENSA");
    portal.put(&place, &moved).await.is_problem(422, "immutable_field");
    // What was withdrawn and is paid all the same keeps nothing else from being changed.
    kit.sends(kit.node.receipt("rt-3", &number_of(&changed, "3"), 100)).await.unwrap();
    let after = portal.put(&place, &plan(&[("1", 6_000), ("2", 9_000)])).await.is(200).json();
    holds(named(&after, "3"), &json!({"status": "paid", "anomalies": ["cancelled_position", "not_activated"]}));
    kit.pays("rt-2", &number_of(&made, "2"), 9_000).await;
    kit.later(1_801).await;
    portal.put(&place, &wanted).await.is_problem(409, "debt_position_state");
    let cancelled = portal.make(POSITIONS, &debt_position("T-2")).await;
    kit.act(&cancelled, "cancel", &json!({})).await.is(200);
    let place = format!("{POSITIONS}/{}", text(&cancelled, "/id"));
    portal.put(&place, &debt_position("T-2")).await.is_problem(409, "debt_position_state");
}
