// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts: kept whole, once per key, with every other message that comes under it.

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::anomaly::Anomaly;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::receipt::{Receipt, ReceiptOutcome};
use tramite_domain::resolution::Resolution;
use tramite_storage::{PageRequest, ReceiptFilter, Rule, Scope, StoreError};
use tramite_testkit::Database;

use crate::support::*;

pub(crate) async fn a_receipt_comes_back_with_its_message_and_without_it_in_lists(database: Database) {
    let town = town(&database).await;
    let owed = simple("TARI-1");
    town.add(&owed).await;
    let known = receipt("RT-1", Some(&owed));
    let mut copy = receipt("RT-2", None);
    copy.received_at = now().plus_seconds(100);
    copy.paid_at = now().plus_seconds(50);
    for one in [&known, &copy] {
        let batch = Batch::new().with(Write::InsertReceipt(Box::new(one.clone())));
        town.store.commit(&town.node(), batch).await.unwrap();
        assert_eq!(town.store.receipt(&town.node(), one.id).await.unwrap().as_ref(), Some(one));
    }
    let scope = town.node();
    let key = |outcome| town.store.receipt_by_key(&scope, "RT-1", outcome);
    assert_eq!(key(ReceiptOutcome::Ok).await.unwrap().as_ref(), Some(&known));
    assert_eq!(key(ReceiptOutcome::Ko).await.unwrap(), None);

    let bare = |one: &tramite_domain::receipt::Receipt| {
        let mut one = one.clone();
        one.message.bytes.clear();
        one
    };
    let list = async |filter: ReceiptFilter| {
        town.store.receipts(&town.node(), &filter, &PageRequest::first(10), now()).await.unwrap().items
    };
    assert_eq!(list(ReceiptFilter::default()).await, vec![bare(&copy), bare(&known)]);
    let paid_from = ReceiptFilter { paid_from: Some(now().plus_seconds(50)), ..ReceiptFilter::default() };
    assert_eq!(list(paid_from).await, vec![bare(&copy)]);
    let paid_to = ReceiptFilter { paid_to: Some(now().plus_seconds(50)), ..ReceiptFilter::default() };
    assert_eq!(list(paid_to).await, vec![bare(&known)]);
    let tari = ReceiptFilter { service_code: owed.service_code.clone(), ..ReceiptFilter::default() };
    assert_eq!(list(tari).await, vec![bare(&known)]);
    let late = ReceiptFilter { updated_since: Some(now().plus_seconds(99)), ..ReceiptFilter::default() };
    assert_eq!(list(late).await, vec![bare(&copy)]);
}

pub(crate) async fn of_fifty_equal_receipts_at_once_one_is_accepted(database: Database) {
    let town = town(&database).await;
    let owed = simple("TARI-1");
    town.add(&owed).await;
    let senders: Vec<_> = (0..50)
        .map(|_| {
            let (store, scope) = (town.store.clone(), town.node());
            let receipt = receipt("RT-1", Some(&owed));
            let after = paid(&owed, &receipt);
            let settle = Write::SettleInstallment { expected: 1, installment: first(&owed), position: Box::new(after) };
            let batch = Batch::new()
                .with(Write::InsertReceipt(Box::new(receipt)))
                .with(settle)
                .with(Write::InsertEvent(Box::new(event(&owed))));
            tokio::spawn(async move { store.commit(&scope, batch).await })
        })
        .collect();
    let mut accepted = 0;
    for sender in senders {
        match sender.await.unwrap() {
            Ok(()) => accepted += 1,
            Err(StoreError::Duplicate(Rule::Receipt)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(accepted, 1);
    let paid = town.store.position(&town.node(), owed.id).await.unwrap().unwrap();
    assert_eq!(paid.version, 2);
    assert_eq!(town.told().await, 1);
    // The same id with another outcome is another receipt (rules.md 29).
    let mut refused = receipt("RT-1", Some(&owed));
    refused.content.outcome = ReceiptOutcome::Ko;
    let batch = Batch::new().with(Write::InsertReceipt(Box::new(refused)));
    town.store.commit(&town.node(), batch).await.unwrap();
}

pub(crate) async fn other_bytes_under_a_key_are_kept_once_and_flagged_until_somebody_has_dealt_with_them(
    database: Database,
) {
    let town = town(&database).await;
    let kept = receipt("RT-1", None);
    let batch = Batch::new().with(Write::InsertReceipt(Box::new(kept.clone())));
    town.store.commit(&town.node(), batch).await.unwrap();
    let later = now().plus_seconds(500);
    let read = async || town.store.receipt(&town.node(), kept.id).await.unwrap().unwrap();
    let other = |read: &Receipt, digest: u8| Batch::new().with(variant(read, message(b"<other/>", digest), later));
    town.store.commit(&town.node(), other(&kept, 1)).await.unwrap();
    let flagged = read().await;
    assert_eq!(flagged.anomalies, BTreeSet::from([Anomaly::StandIn, Anomaly::ReceiptDiffers]));
    assert_eq!((flagged.message.clone(), flagged.version), (kept.message.clone(), 2));
    let changed = ReceiptFilter { updated_since: Some(later), ..ReceiptFilter::default() };
    let list = town.store.receipts(&town.node(), &changed, &PageRequest::first(10), later).await.unwrap();
    assert_eq!(list.items.len(), 1);

    // Neither the same bytes again nor a receipt that has changed since.
    for stale in [other(&flagged, 1), other(&kept, 2)] {
        assert!(matches!(town.store.commit(&town.node(), stale).await, Err(StoreError::Conflict)));
    }
    let mut quiet = other(&flagged, 2);
    let mut writes = std::mem::take(&mut quiet).into_writes();
    if let Some(Write::InsertReceiptVariant { opens, .. }) = writes.first_mut() {
        *opens = false;
    }
    town.store.commit(&town.node(), writes.into_iter().fold(quiet, Batch::with)).await.unwrap();
    assert_eq!(read().await, flagged, "while the matter is open, others change nothing of it");
    let keeps = async |digest| town.store.keeps_variant(&town.node(), kept.id, [digest; 32]).await.unwrap();
    assert_eq!((keeps(1).await, keeps(2).await, keeps(3).await), (true, true, false));
    assert!(!town.store.keeps_variant(&Scope::of_node(town.b.id), kept.id, [1; 32]).await.unwrap());

    // Once somebody has dealt with it, yet others open it again.
    let (resolution, batch) = resolving(&town, &flagged, Anomaly::ReceiptDiffers, 2);
    town.store.commit(&town.node(), batch).await.unwrap();
    let resolved = read().await;
    assert_eq!(resolved.resolutions, BTreeMap::from([(Anomaly::ReceiptDiffers, resolution)]));
    town.store.commit(&town.node(), other(&resolved, 3)).await.unwrap();
    let opened = read().await;
    assert_eq!((opened.resolutions, opened.version), (BTreeMap::new(), 4));
    assert_eq!(opened.anomalies, flagged.anomalies);
    let waits =
        ReceiptFilter { anomaly: Some(Anomaly::ReceiptDiffers), resolved: Some(false), ..ReceiptFilter::default() };
    let list = town.store.receipts(&town.node(), &waits, &PageRequest::first(10), now()).await.unwrap();
    assert_eq!(list.items.len(), 1);
    assert_eq!(crate::raw::count(&database, "receipt_variants").await, 3);
}

/// While 0014 is rolled out, a process of the version before keeps what is strange in the receipt's own column alone.
pub(crate) async fn what_an_older_process_found_strange_can_be_resolved_too(database: Database) {
    let town = town(&database).await;
    let kept = receipt("RT-1", None);
    let batch = Batch::new().with(Write::InsertReceipt(Box::new(kept.clone())));
    town.store.commit(&town.node(), batch).await.unwrap();
    crate::raw::run(&database, "DELETE FROM receipt_anomalies");
    let (resolution, batch) = resolving(&town, &kept, Anomaly::StandIn, 1);
    town.store.commit(&town.node(), batch).await.unwrap();
    let again = resolving(&town, &kept, Anomaly::StandIn, 2).1;
    assert!(matches!(town.store.commit(&town.node(), again).await, Err(StoreError::Conflict)));
    let resolved = ReceiptFilter { resolved: Some(true), ..ReceiptFilter::default() };
    let found = town.store.receipts(&town.node(), &resolved, &PageRequest::first(10), now()).await.unwrap();
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.items[0].resolutions, BTreeMap::from([(Anomaly::StandIn, resolution)]));
}

/// Somebody has dealt with it.
fn resolving(town: &Town, receipt: &Receipt, anomaly: Anomaly, expected: i64) -> (Resolution, Batch) {
    let at = now().plus_seconds(700);
    let resolution = Resolution { at, client_id: Some(town.portal), note: "Rimborsato".parse().unwrap() };
    let write = Write::ResolveAnomaly { receipt: receipt.id, anomaly, resolution: resolution.clone(), expected };
    (resolution, Batch::new().with(write))
}

pub(crate) async fn what_is_strange_is_found_by_its_name_and_resolved_once(database: Database) {
    let town = town(&database).await;
    let owed = simple("TARI-1");
    town.add(&owed).await;
    let mut double = receipt("RT-1", Some(&owed));
    double.anomalies = BTreeSet::from([Anomaly::StandIn, Anomaly::DuplicatePayment]);
    let alone = receipt("RT-2", None);
    let mut plain = receipt("RT-3", None);
    plain.anomalies = BTreeSet::new();
    for one in [&double, &alone, &plain] {
        let batch = Batch::new().with(Write::InsertReceipt(Box::new(one.clone())));
        town.store.commit(&town.node(), batch).await.unwrap();
    }
    let ids = async |anomaly, resolved| {
        let filter = ReceiptFilter { anomaly, resolved, ..ReceiptFilter::default() };
        let found = town.store.receipts(&town.node(), &filter, &PageRequest::first(10), now()).await.unwrap();
        found.items.into_iter().map(|one| one.content.receipt_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Some(Anomaly::StandIn), None).await, ["RT-2", "RT-1"]);
    assert_eq!(ids(Some(Anomaly::DuplicatePayment), Some(false)).await, ["RT-1"]);
    assert_eq!(ids(None, Some(false)).await, ["RT-2", "RT-1"]);
    assert!(ids(None, Some(true)).await.is_empty());

    let (resolution, batch) = resolving(&town, &double, Anomaly::DuplicatePayment, 1);
    // Neither another institution, nor a token for another service, nor a version that has passed.
    let strangers = [Scope::of_node(town.b.id), town.restricted(&["MENSA"])];
    for scope in &strangers {
        let refused = town.store.commit(scope, batch.clone()).await;
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    town.store.commit(&town.restricted(&["TARI"]), batch.clone()).await.unwrap();
    for again in [batch, resolving(&town, &double, Anomaly::DuplicatePayment, 2).1] {
        assert!(matches!(town.store.commit(&town.node(), again).await, Err(StoreError::Conflict)));
    }
    let kept = town.store.receipt(&town.node(), double.id).await.unwrap().unwrap();
    assert_eq!(kept.resolutions, BTreeMap::from([(Anomaly::DuplicatePayment, resolution)]));
    assert_eq!((kept.anomalies, kept.version), (double.anomalies, 2), "it stays, and says who has dealt with it");
    assert_eq!(ids(Some(Anomaly::DuplicatePayment), Some(false)).await, Vec::<String>::new());
    assert_eq!(ids(Some(Anomaly::DuplicatePayment), Some(true)).await, ["RT-1"]);
    assert_eq!(ids(None, Some(false)).await, ["RT-2", "RT-1"], "the other thing still waits");
    let changed = ReceiptFilter { updated_since: Some(now().plus_seconds(700)), ..ReceiptFilter::default() };
    let list = town.store.receipts(&town.node(), &changed, &PageRequest::first(10), now()).await.unwrap();
    assert_eq!(list.items.len(), 1);
    assert_eq!(list.items[0].resolutions, kept.resolutions);
}
