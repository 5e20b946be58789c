// SPDX-License-Identifier: AGPL-3.0-or-later
//! A sample of all amounts, from the API through the database to the Node and back: `crates/domain/tests/amounts.rs`
//! compares every one of them as text.

use serde_json::json;
use tramite_pagopa::current::Request;
use tramite_pagopa::soap as wire;
use tramite_testkit::{Database, Random};

use crate::kit::{Kit, POSITIONS, get, number, verify};
use crate::support::debt_position;
use crate::support::portal::holds;

pub(crate) async fn amounts_agree_between_api_and_soap(database: Database) {
    let kit = Kit::new(&database).await;
    let mut random = Random::new(50);
    let edges = [1, 2, 9, 10, 11, 99, 100, 101, 999, 1_000, 1_001, 9_999, 100_000, 9_999_999];
    let others = (0..26).map(|_| 1 + i64::try_from(random.below(9_999_999)).unwrap());
    for (at, cents) in edges.into_iter().chain(others).enumerate() {
        let mut body = debt_position(&format!("T-{at}"));
        body["amount"] = json!(cents);
        let made = kit.portal().make(POSITIONS, &body).await;
        let (number, euros) = (number(&made), format!("{}.{:02}", cents / 100, cents % 100));
        for request in [verify(&number), Request::Get(get(&number))] {
            let action = request.primitive().operation();
            let answer = kit.node.posts(wire::request(&request), Some(action)).await;
            let told = String::from_utf8(answer.body).unwrap();
            assert!(told.contains(&format!(">{euros}<")), "{euros} in {told}");
        }
        kit.pays(&format!("rt-{at}"), &number, cents).await;
        holds(&kit.receipt(&format!("rt-{at}")).await, &json!({"amount": cents, "anomalies": []}));
        let shown = kit.shown(&made).await;
        assert_eq!(shown.pointer("/payment_options/0/installments/0/paid_amount"), Some(&json!(cents)));
    }
}
