// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rule 33: the database is away. On the embedded database the same is a journey, with the file held by another program.

use std::time::{Duration, Instant};

use serde_json::json;
use tramite_pagopa::current::{PROBE_NOTICE, PaaFault};
use tramite_testkit::Database;
use tramite_testkit::postgres::{Cluster, Options};

use crate::kit::{Kit, POSITIONS, number};
use crate::support::debt_position;
use crate::support::portal::holds;

/// What the Node waits for at most, with a little for this machine.
const LIMIT: Duration = Duration::from_secs(2);

pub(crate) async fn rule_33_while_the_database_is_away_the_node_is_told_in_time_and_afterwards_all_is_accepted_once(
    _: Database,
) {
    let cluster = Cluster::start_new(Options { fsync: false, connections_max: 50, ..Options::default() }).unwrap();
    let kit = Kit::new(&Database::Postgres(cluster.create_database("rule_33"))).await;
    let mut notices = Vec::new();
    for at in 0..4 {
        let made = kit.portal().make(POSITIONS, &debt_position(&format!("T-{at}"))).await;
        kit.node.asks(&number(&made), None).await;
        let receipt = kit.node.receipt(&format!("rt-{at}"), &number(&made), 12_050);
        notices.push((made, receipt));
    }
    cluster.kill();
    for (made, receipt) in &notices {
        let begun = Instant::now();
        assert_eq!(kit.sends(receipt.clone()).await, Err(PaaFault::SystemError));
        assert_eq!(kit.verify(&number(made)).await.unwrap_err(), PaaFault::SystemError);
        assert!(begun.elapsed() < 2 * LIMIT, "two answers took {:?}", begun.elapsed());
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(kit.verify(PROBE_NOTICE).await.unwrap_err(), PaaFault::SystemError, "a probe does not lie");
    cluster.start();
    let back = Instant::now();
    for (made, receipt) in &notices {
        // The Node comes again until it is told OK, or that the receipt is there.
        while kit.sends(receipt.clone()).await == Err(PaaFault::SystemError) {
            assert!(back.elapsed() < Duration::from_secs(10), "it recovers by itself");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(kit.sends(receipt.clone()).await, Err(PaaFault::DuplicateReceipt));
        holds(&kit.shown(made).await, &json!({"status": "paid"}));
    }
    let list = kit.portal().get("/v1/receipts").await.is(200).json();
    let all = list["items"].as_array().unwrap();
    assert_eq!(all.len(), notices.len());
    assert!(all.iter().all(|one| one["anomalies"] == json!([])), "{list:#}");
}
