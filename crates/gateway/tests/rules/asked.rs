// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 22 to 25: what a get tells, that it tells it without a trace, and what a demand makes.

use futures_util::future::join_all;
use serde_json::{Value, json};
use tramite_domain::institution::Account;
use tramite_pagopa::current::{
    Answer, DemandRequest, Destination, GetAnswer, GetRequest, PaaFault, Request, TransferType, Version,
};
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, fault, get, named, number, with_transfers};
use crate::support::checkout::Checkout;
use crate::support::debt_position;
use crate::support::node::addressee;
use crate::support::portal::{holds, text};
use crate::support::seed::{IBAN, OTHER_IBAN, TAX_CODES};
use crate::support::{Ask, PUBLIC_URL, TestGateway};

const POSTAL: &str = "IT45R0760103200000000001016";

pub(crate) async fn rule_22_verify_and_get_change_nothing_and_a_shown_amount_is_honoured(database: Database) {
    let checkout = Checkout::start();
    let client = checkout.client();
    let kit = Kit::over(TestGateway::with(&database, |settings| settings.checkout = Some(client)).await).await;
    let portal = kit.portal();
    let item = json!({"line_items": [{"debt_position": debt_position("T-1")}], "return_url": "https://portale.example.it/esito"});
    let session = portal.make("/v1/checkout-sessions", &item).await;
    let id = text(&session, "/line_items/0/debt_position_id");
    let place = format!("{POSITIONS}/{id}");
    let number = text(&session, "/line_items/0/notice_number");
    let before = portal.get(&place).await;
    let answers = join_all((0..100).map(|_| kit.get(&number))).await;
    assert!(answers.iter().all(|answer| answer.is_ok() && *answer == answers[0]));
    let verified = join_all((0..100).map(|_| kit.verify(&number))).await;
    assert!(verified.iter().all(|answer| answer.is_ok() && *answer == verified[0]));
    kit.node.settled().await;
    let after = portal.get(&place).await;
    assert_eq!(after.header("etag"), before.header("etag"), "asking changes no version");
    // The citizen sees 120.50 at Checkout; then the amount changes: it is told at once, and both are right for half an hour.
    let path = text(&session, "/url").strip_prefix(PUBLIC_URL).unwrap().to_owned();
    assert_eq!(kit.gateway.ask(Ask::get(&path)).await.status, 303);
    let mut other = debt_position("T-1");
    for amount in [9_000, 8_000] {
        other["amount"] = json!(amount);
        portal.put(format!("{place}?force=true"), &other).await.is(200);
        assert_eq!(kit.get(&number).await.unwrap().amount.cents(), amount);
    }
    kit.later(600).await;
    kit.sends(kit.node.receipt("rt-1", &number, 12_050)).await.unwrap();
    holds(&kit.receipt("rt-1").await, &json!({"amount": 12_050, "anomalies": []}));
}

pub(crate) async fn rule_23_a_stamp_needs_the_second_version(database: Database) {
    let kit = Kit::new(&database).await;
    let stamp = json!({"document_hash": "wHpFSLCGZjIvNSXxqtGbxg7275t446DRTk5ZrsdUQ6E=", "province": "PG"});
    let transfers = json!([
        {"amount": 8_400, "account_id": "main"},
        {"amount": 1_600, "stamp": stamp},
        {"amount": 500, "beneficiary_id": "provincia"},
    ]);
    let made = kit.portal().make(POSITIONS, &with_transfers("T-1", 10_500, transfers)).await;
    let number = number(&made);
    assert!(kit.verify(&number).await.is_ok());
    let first = kit.get_by(GetRequest { version: Version::V1, ..get(&number) }).await;
    assert_eq!(first.unwrap_err(), PaaFault::Semantic);
    let got = kit.get(&number).await.unwrap();
    assert_eq!(ibans(&got), [IBAN, "stamp", OTHER_IBAN]);
    assert_eq!(got.transfers[2].company_name.as_deref(), Some("Provincia di Esempio"));
}

pub(crate) async fn rule_24_postal_and_bank_accounts_are_never_mixed(database: Database) {
    let kit = Kit::new(&database).await;
    kit.gateway
        .change_institution(kit.seeded.a.id, |a| {
            let main = a.accounts[0].clone();
            let (id, postal_iban) = ("posta".parse().unwrap(), Some(POSTAL.parse().unwrap()));
            a.accounts.push(Account { id, iban: OTHER_IBAN.parse().unwrap(), postal_iban, ..main });
        })
        .await;
    let share = |amount: i64, account: &str| json!({"amount": amount, "account_id": account});
    let portal = kit.portal();
    let postal = portal.make(POSITIONS, &with_transfers("T-1", 100, json!([share(100, "posta")]))).await;
    let mixed = with_transfers("T-2", 100, json!([share(60, "posta"), share(40, "main")]));
    let mixed = portal.make(POSITIONS, &mixed).await;
    for (position, kind, expected, support, all_ccp) in [
        (&postal, Some(TransferType::Postal), vec![POSTAL], false, true),
        (&postal, Some(TransferType::PagoPa), vec![OTHER_IBAN], true, true),
        (&postal, None, vec![OTHER_IBAN], true, true),
        (&mixed, Some(TransferType::Postal), vec![POSTAL, IBAN], false, false),
        (&mixed, None, vec![OTHER_IBAN, IBAN], false, false),
    ] {
        let number = number(position);
        let got = kit.get_by(GetRequest { transfer_type: kind, ..get(&number) }).await.unwrap();
        assert_eq!(ibans(&got), expected, "{kind:?}");
        let named: Vec<bool> = got
            .transfers
            .iter()
            .map(|one| one.metadata.iter().any(|entry| entry.key == "IBANAPPOGGIO" && entry.value == POSTAL))
            .collect();
        assert!(named.iter().all(|one| *one == support), "on every transfer or on none: {kind:?} {named:?}");
        assert_eq!(kit.verify(&number).await.unwrap().all_ccp, all_ccp);
    }
    assert_eq!(named(&postal, "single")["status"], Value::from("open"));
}

fn ibans(got: &GetAnswer) -> Vec<&str> {
    got.transfers.iter().map(|one| iban(&one.destination)).collect()
}

fn iban(destination: &Destination) -> &str {
    match destination {
        Destination::Iban(iban) => iban.as_str(),
        Destination::Stamp { .. } => "stamp",
    }
}

pub(crate) async fn rule_25_a_demand_makes_a_position_of_an_active_spontaneous_service(database: Database) {
    let kit = Kit::new(&database).await;
    let portal = kit.portal();
    let service = |status: &str| {
        json!({
            "title": {"it": "Bollo auto"}, "taxonomy_code": "0101101IM", "collection_kind": 9, "account_id": "main",
            "kind": "spontaneous", "amount": {"rule": "fixed", "amount": 12_050}, "anonymous_debtor_allowed": true,
            "status": status,
            "demand": {"service_id": "00009", "subject_id": "00035", "root": "auto", "key": ["targa"]},
        })
    };
    portal.put("/v1/services/BOLLO", &service("active")).await.is(201);
    let demand = |data: &str| {
        Request::Demand(DemandRequest {
            addressee: addressee(TAX_CODES[0]),
            service_id: "00009".to_owned(),
            subject_id: "00035".to_owned(),
            data: data.as_bytes().to_vec().into(),
        })
    };
    let car = demand("<auto><targa>AB345CD</targa></auto>");
    let (Answer::Demand(first), Answer::Demand(second)) = (kit.asks(car.clone()).await, kit.asks(car.clone()).await)
    else {
        panic!("no notice")
    };
    assert_eq!(first, second, "the same is asked for, and is there");
    assert_eq!(kit.verify(&first.notice.notice_number).await.unwrap(), first.payment, "committed before it is told");
    let made = portal.get(format!("{POSITIONS}?service_code=BOLLO")).await.is(200).json();
    assert_eq!(made["items"].as_array().map(Vec::len), Some(1), "{made:#}");
    assert_eq!((&made["items"][0]["origin"], &made["items"][0]["status"]), (&json!("demand"), &json!("open")));
    assert_eq!(fault(&kit.asks(demand("<auto><colore>blu</colore></auto>")).await), PaaFault::Semantic);
    portal.put("/v1/services/BOLLO", &service("retired")).await.is(200);
    assert_eq!(fault(&kit.asks(car).await), PaaFault::Semantic);
}
