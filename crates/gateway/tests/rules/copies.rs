// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules 27 and 32: a receipt of several institutions.

use serde_json::{Value, json};
use tramite_pagopa::current::PaaFault;
use tramite_testkit::Database;

use crate::kit::{Kit, POSITIONS, number};
use crate::support::Ask;
use crate::support::debt_position;
use crate::support::node::addressee;
use crate::support::portal::{Portal, holds, text};
use crate::support::receipt::share;
use crate::support::seed::TAX_CODES;

async fn only_receipt(portal: &Portal<'_>) -> Value {
    let list = portal.get("/v1/receipts").await.is(200).json();
    let all = list["items"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{list:#}");
    all[0].clone()
}

pub(crate) async fn rule_27_the_position_is_that_of_the_fiscal_code_never_of_id_pa(database: Database) {
    let kit = Kit::new(&database).await;
    let (ours, theirs) = (kit.portal(), kit.gateway.portal(&kit.seeded.for_b));
    let made = ours.make(POSITIONS, &debt_position("T-1")).await;
    let mut receipt = kit.node.receipt("rt-1", &number(&made), 12_050);
    receipt.transfers = vec![share(1, TAX_CODES[0], 12_000), share(2, TAX_CODES[1], 50)];
    // The copy for the beneficiary comes first, and touches no position, here or there.
    let mut copy = receipt.clone();
    copy.addressee = addressee(TAX_CODES[1]);
    kit.sends(copy.clone()).await.unwrap();
    holds(&only_receipt(&theirs).await, &json!({"role": "beneficiary", "creditor_tax_code": TAX_CODES[0]}));
    assert!(theirs.ids(POSITIONS).await.is_empty(), "none is invented");
    assert!(ours.ids("/v1/receipts").await.is_empty(), "no copy is derived");
    holds(&kit.shown(&made).await, &json!({"status": "open"}));
    // The one for the owner has a key of its own.
    kit.node.asks(&number(&made), None).await;
    kit.sends(receipt.clone()).await.unwrap();
    holds(&only_receipt(&ours).await, &json!({"role": "owner", "anomalies": []}));
    holds(&kit.shown(&made).await, &json!({"status": "paid"}));
    for again in [copy, receipt] {
        assert_eq!(kit.sends(again).await, Err(PaaFault::DuplicateReceipt));
    }
    only_receipt(&theirs).await;
}

pub(crate) async fn rule_32_owner_and_beneficiary_see_each_their_own(database: Database) {
    let kit = Kit::new(&database).await;
    let (ours, theirs) = (kit.portal(), kit.gateway.portal(&kit.seeded.for_b));
    let made = ours.make(POSITIONS, &debt_position("T-1")).await;
    let mut receipt = kit.node.receipt("rt-1", &number(&made), 12_050);
    // The order of the list says nothing: the second transfer comes first.
    receipt.transfers = vec![share(2, TAX_CODES[1], 50), share(1, TAX_CODES[0], 12_000)];
    let mut copy = receipt.clone();
    copy.addressee = addressee(TAX_CODES[1]);
    copy.debtor.as_mut().unwrap().full_name = tramite_domain::personal::Personal::new("Copia".to_owned());
    let own = kit.node.pays(receipt).await;
    let other = kit.node.pays(copy).await;
    let (a, b) = (only_receipt(&ours).await, only_receipt(&theirs).await);
    let indices = |receipt: &Value| {
        let all = receipt["transfers"].as_array().unwrap();
        let mut told: Vec<(i64, i64)> =
            all.iter().map(|one| (one["index"].as_i64().unwrap(), one["amount"].as_i64().unwrap())).collect();
        told.sort_unstable();
        told
    };
    assert_eq!(indices(&a), [(1, 12_000), (2, 50)], "the owner sees the whole receipt");
    assert_eq!(indices(&b), [(2, 50)], "a beneficiary sees its own transfers");
    for (portal, receipt, bytes) in [(&ours, &a, &own), (&theirs, &b, &other)] {
        let place = format!("/v1/receipts/{}", text(receipt, "/id"));
        let message = portal.ask(Ask::get(&place).header("Accept", "application/xml")).await;
        assert_eq!(&message.is(200).body, bytes, "the message that the Node addressed to that institution");
    }
    theirs.get(format!("/v1/receipts/{}", text(&a, "/id"))).await.is_problem(404, "not_found");
}
