// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 6 to 8: what a position may be, and that it stands once.

use serde_json::{Map, Value, json};
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, number, with_options, with_transfers};
use crate::support::Ask;
use crate::support::debt_position;
use crate::support::portal::{holds, text};

pub(crate) async fn rule_06_what_the_node_would_refuse_later_is_refused_at_creation(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let own = |amount: i64| json!({"amount": amount, "account_id": "main"});
    let many: Map<String, Value> = (0..11).map(|at| (format!("CHIAVE_{at}"), json!("valore"))).collect();
    let debtor = |more: Value| {
        let mut body = debt_position("T-1");
        body["debtor"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let one = |more: Value| {
        let mut installment = json!({"amount": 100});
        installment.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        with_options("T-1", json!([{"kind": "single", "installments": [installment]}]))
    };
    let text = |name: &str, value: &str| {
        let mut body = debt_position("T-1");
        body[name] = json!(value);
        body
    };
    let both = json!({"amount": 100, "account_id": "main", "beneficiary_id": "provincia"});
    let installment = "/payment_options/0/installments/0";
    for (body, pointer, code) in [
        (with_transfers("T-1", 100, json!([own(60), own(30)])), format!("{installment}/transfers"), "transfers_sum"),
        (
            with_transfers("T-1", 6, json!([1, 1, 1, 1, 1, 1].map(own))),
            format!("{installment}/transfers"),
            "too_many_items",
        ),
        (with_transfers("T-1", 100, json!([both])), format!("{installment}/transfers/0"), "one_target"),
        (one(json!({"payment_metadata": many})), format!("{installment}/payment_metadata"), "too_many_members"),
        (debtor(json!({"address": {"country": "it"}})), "/debtor/address/country".to_owned(), "wrong_pattern"),
        (debtor(json!({"email": "mario.rossi"})), "/debtor/email".to_owned(), "wrong_pattern"),
        (debtor(json!({"full_name": "x".repeat(71)})), "/debtor/full_name".to_owned(), "too_long"),
        (text("description", &"x".repeat(141)), "/description".to_owned(), "too_long"),
        (text("description", "TARI di RSSMRA85T10A562S"), "/description".to_owned(), "personal_data_in_text"),
    ] {
        let seen = portal.post(POSITIONS, &body).await;
        seen.is_problem(422, "validation_failed");
        let faults = seen.faults();
        assert!(faults.iter().all(|(at, _)| *at == pointer), "{code}: {}", seen.text());
        assert!(faults.iter().any(|(_, one)| one == code), "{code}: {}", seen.text());
    }
    assert!(portal.ids(POSITIONS).await.is_empty(), "nothing of it was written");
    let five = portal.make(POSITIONS, &with_transfers("T-1", 5, json!([1, 1, 1, 1, 1].map(own)))).await;
    let got = kit.get(&number(&five)).await.unwrap();
    assert_eq!((got.transfers.len(), got.amount.cents()), (5, 5));
}

pub(crate) async fn rule_07_only_positive_whole_cents_are_an_amount_and_a_fixed_one_stays(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    for (at, wrong) in ["0", "-1", "10000000000", "120.5", "\"100\"", "1e2"].iter().enumerate() {
        let body = debt_position("T-1").to_string().replace("12050", wrong);
        let ask = Ask::post(POSITIONS).bytes("application/json", body).key(&format!("k{at}"));
        let seen = portal.ask(ask).await;
        seen.is_problem(422, "validation_failed");
        assert_eq!(seen.faults()[0].0, "/amount", "{wrong}");
    }
    let fixed = json!({"title": {"it": "Diritti"}, "taxonomy_code": "0101101IM", "account_id": "main", "kind": "both",
        "amount": {"rule": "fixed", "amount": 500}, "status": "active"});
    portal.put("/v1/services/DIRITTI", &fixed).await.is(201);
    let mut body = debt_position("T-2");
    body["service_code"] = json!("DIRITTI");
    let seen = portal.post(POSITIONS, &body).await;
    seen.is_problem(422, "validation_failed");
    assert_eq!(seen.faults(), [("/amount".to_owned(), "fixed_amount".to_owned())]);
    body.as_object_mut().unwrap().remove("amount");
    let made = portal.make(POSITIONS, &body).await;
    assert_eq!(kit.verify(&number(&made)).await.unwrap().amount.cents(), 500);
}

pub(crate) async fn rule_08_an_external_id_and_a_key_stand_for_one_position(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let body = debt_position("T-1");
    let first = portal.post_as("key", POSITIONS, &body).await;
    let id = text(&first.is(201).json(), "/id");
    let again = portal.post_as("key", POSITIONS, &body).await;
    assert_eq!((again.status, &again.body, again.header("idempotent-replayed")), (201, &first.body, Some("true")));
    let mut other = body.clone();
    other["amount"] = json!(100);
    portal.post_as("key", POSITIONS, &other).await.is_problem(422, "idempotency_key_reused");
    let taken = portal.post(POSITIONS, &body).await;
    taken.is_problem(409, "external_id_taken");
    holds(&taken.json(), &json!({"existing_id": id}));
    let how = |how: &str| format!("{POSITIONS}?if_exists={how}");
    assert_eq!(portal.post(how("return"), &body).await.is(200).json()["id"], id.as_str());
    let differs = portal.post(how("return"), &other).await;
    differs.is_problem(409, "external_id_taken");
    assert!(!differs.json()["differences"].as_array().unwrap().is_empty());
    let replaced = portal.post(how("replace"), &other).await.is(200).json();
    assert_eq!((&replaced["id"], number(&replaced)), (&json!(id), number(&first.json())));
    assert_eq!(kit.verify(&number(&replaced)).await.unwrap().amount.cents(), 100);
    assert_eq!(portal.ids(POSITIONS).await, [id]);
}
