// SPDX-License-Identifier: AGPL-3.0-or-later
//! Debt positions: whole, versioned, unique, all or nothing.

use tramite_domain::attempt::AttemptKind;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, OptionKind};
use tramite_domain::service::{AmountCallback, LateCharges, LateRate, OnFailure, Service};
use tramite_domain::task::{Task, Work};
use tramite_storage::{PageRequest, PositionFilter, Rule, StoreError};
use tramite_testkit::Database;

use crate::support::*;

pub(crate) async fn a_position_comes_back_as_it_was_kept(database: Database) {
    let town = town(&database).await;
    let kept = position("TARI-1");
    town.add(&kept).await;
    let scope = town.token(town.a.id);
    let store = &town.store;
    assert_eq!(store.position(&scope, kept.id).await.unwrap().as_ref(), Some(&kept));
    let service = "TARI".parse().unwrap();
    let by_key = store.position_by_external_id(&scope, &service, &"TARI-1".parse().unwrap()).await.unwrap();
    assert_eq!(by_key.as_ref(), Some(&kept));
    for (_, one) in kept.installments() {
        let found = store.position_by_notice(&scope, &one.notice_number.unwrap()).await.unwrap();
        assert_eq!(found.as_ref(), Some(&kept));
    }
    assert_eq!(store.position_by_notice(&scope, &number()).await.unwrap(), None);
    assert_eq!(store.position(&scope, id()).await.unwrap(), None);
}

pub(crate) async fn an_update_rewrites_the_head_and_keeps_what_was_issued(database: Database) {
    let town = town(&database).await;
    let before = position("TARI-1");
    town.add(&before).await;
    let mut after = before.clone();
    after.description = text("TARI 2026 bis");
    after.debtor.email = None;
    after.debtor.address = None;
    after.version = 2;
    after.updated_at = now().plus_seconds(60);
    after.options[0].installments[0].amount = cents(100);
    after.options[0].installments[0].past_amounts.truncate(1);
    after.options[1].installments[0].past_amounts.clear();
    after.options[0].installments[0].transfers.truncate(1);
    after.options[0].installments[0].due_date = None;
    after.options[1].installments[1].cancelled_at = Some(now());
    after.options[1].installments.push(installment("3", 77));
    after.options[2].notified_on = None;
    after.options.push(option(OptionKind::Single, vec![installment("nuova", 50)]));
    town.store.commit(&town.node(), updating(&after, 1)).await.unwrap();
    assert_eq!(town.store.position(&town.node(), before.id).await.unwrap(), Some(after.clone()));

    // What a replacement no longer names is not taken away: its number stays taken.
    let mut smaller = after.clone();
    smaller.version = 3;
    smaller.options.truncate(1);
    town.store.commit(&town.node(), updating(&smaller, 2)).await.unwrap();
    let kept = town.store.position(&town.node(), before.id).await.unwrap().unwrap();
    assert_eq!(kept.installments().count(), after.installments().count());
}

pub(crate) async fn a_version_that_moved_is_a_conflict_and_nothing_is_written(database: Database) {
    let town = town(&database).await;
    let before = position("TARI-1");
    town.add(&before).await;
    let mut after = before.clone();
    after.version = 2;
    after.description = text("cambiata");
    let stale = updating(&after, 7).with(Write::InsertEvent(Box::new(event(&after))));
    assert!(matches!(town.store.commit(&town.node(), stale).await, Err(StoreError::Conflict)));
    let settle =
        Write::SettleInstallment { position: Box::new(after.clone()), expected: 7, installment: first(&after) };
    assert!(matches!(town.store.commit(&town.node(), Batch::new().with(settle)).await, Err(StoreError::Conflict)));
    assert_eq!(town.store.position(&town.node(), before.id).await.unwrap(), Some(before));
    assert_eq!(town.told().await, 0);
    // What stands below another position is not taken from it, and nothing of the change is written.
    let other = simple("TARI-3");
    town.add(&other).await;
    let mut thief = town.store.position(&town.node(), after.id).await.unwrap().unwrap();
    let mut taken = other.options[0].installments[0].clone();
    taken.transfers.clear();
    thief.options[0].installments.push(taken);
    thief.version += 1;
    let theft = updating(&thief, thief.version - 1);
    assert!(matches!(
        town.store.commit(&town.node(), theft).await,
        Err(StoreError::Conflict | StoreError::Duplicate(_))
    ));
    assert_eq!(town.store.position(&town.node(), other.id).await.unwrap(), Some(other));
    assert_eq!(town.store.position(&town.node(), after.id).await.unwrap().unwrap().version, thief.version - 1);
    let absent = simple("TARI-2");
    assert!(matches!(town.store.commit(&town.node(), updating(&absent, 1)).await, Err(StoreError::Conflict)));
}

pub(crate) async fn of_many_who_change_one_version_one_succeeds(database: Database) {
    let town = town(&database).await;
    let before = simple("TARI-1");
    town.add(&before).await;
    let tries = (0..30).map(|number| {
        let (store, scope) = (town.store.clone(), town.node());
        let mut after = before.clone();
        after.version = 2;
        after.description = text(&format!("n. {number}"));
        tokio::spawn(async move { store.commit(&scope, updating(&after, 1)).await })
    });
    let mut done = 0;
    for one in tries.collect::<Vec<_>>() {
        match one.await.unwrap() {
            Ok(()) => done += 1,
            Err(error) => assert!(matches!(error, StoreError::Conflict), "{error:?}"),
        }
    }
    assert_eq!(done, 1);
}

pub(crate) async fn what_is_unique_is_told_by_its_rule(database: Database) {
    let town = town(&database).await;
    let kept = simple("TARI-1");
    town.add(&kept).await;
    let refused = async |position: &_| match town.store.commit(&town.node(), inserting(position)).await {
        Err(StoreError::Duplicate(rule)) => rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&simple("TARI-1")).await, Rule::ExternalId);
    let mut same_notice = simple("TARI-2");
    renumber(&mut same_notice, first_number(&kept));
    assert_eq!(refused(&same_notice).await, Rule::Iuv);
    // So the one index keeps both apart: a number always tells the reference below it.
    let mut apart = simple("TARI-3");
    apart.options[0].installments[0].notice_number = Some(first_number(&kept));
    let kept_apart = town.store.commit(&town.node(), inserting(&apart)).await;
    assert!(matches!(kept_apart, Err(StoreError::Failed(_))), "{kept_apart:?}");
    assert!(matches!(refused(&kept).await, Rule::Other(_) | Rule::ExternalId));

    let mut other_service = simple("TARI-1");
    other_service.service_code = Some("MENSA".parse().unwrap());
    town.add(&other_service).await;

    // The catalogue of the Node knows a service of an institution by two codes (rule 25).
    let mut as_tari = service("ASILO");
    as_tari.demand = service("TARI").demand;
    let put = |service: Service, expected| {
        let batch = Batch::new().with(Write::PutService { service: Box::new(service), expected });
        let (store, scope) = (town.store.clone(), town.node());
        async move { store.commit(&scope, batch).await }
    };
    let twice = put(as_tari.clone(), None).await;
    assert!(matches!(twice, Err(StoreError::Duplicate(Rule::Demand))), "{twice:?}");
    let found = async || town.store.demanded_service(&town.node(), "0TARI", "00035").await.unwrap();
    assert_eq!(found().await, Some(service("TARI")));
    let without = Service { demand: None, version: 2, ..service("TARI") };
    put(without.clone(), Some(1)).await.unwrap();
    assert_eq!(town.store.service(&town.node(), &without.code).await.unwrap(), Some(without));
    put(as_tari.clone(), None).await.unwrap();
    assert_eq!(found().await, Some(as_tari), "once it is given up, another may have it");
    let hidden = town.store.demanded_service(&town.restricted(&["TARI"]), "0TARI", "00035").await.unwrap();
    assert_eq!(hidden, None);
}

pub(crate) async fn a_batch_is_written_whole_or_not_at_all(database: Database) {
    let town = town(&database).await;
    let (one, two) = (position("TARI-1"), position("TARI-1"));
    let task = Task { id: id(), work: Work::CheckActivation { receipt_id: id() }, due_at: now() };
    let batch = inserting(&one)
        .with(Write::InsertEvent(Box::new(event(&one))))
        .with(Write::InsertTask(task))
        .with(Write::InsertJournal(Box::new(journal_entry())))
        .with(Write::InsertAudit(audit_line()))
        .with(Write::RecordAttempt(attempt(first(&one), AttemptKind::Get, "")))
        .with(Write::InsertPosition(Box::new(two)));
    let refused = town.store.commit(&town.node(), batch).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(Rule::ExternalId))), "{refused:?}");
    assert_eq!(town.store.position(&town.node(), one.id).await.unwrap(), None);
    assert_eq!(town.told().await, 0);
    assert!(town.store.system().claim_tasks(now(), 10, 60).await.unwrap().is_empty());
    assert!(town.store.attempts(&town.node(), &[first(&one)], now()).await.unwrap().is_empty());
    town.store.commit(&town.node(), Batch::new()).await.unwrap();
}

pub(crate) async fn a_settled_installment_is_paid_and_its_siblings_are_untouched(database: Database) {
    let town = town(&database).await;
    let before = position("TARI-1");
    town.add(&before).await;
    let receipt = receipt("RT-1", Some(&before));
    let mut after = paid(&before, &receipt);
    after.told_status = tramite_domain::debt_position::PositionStatus::Paid;
    let mut written = after.clone();
    // Only the state and the payment of the named installment are written, whatever the rest of the position says.
    written.options[1].installments[0].amount = cents(1);
    written.options[0].installments[0].amount = cents(1);
    written.options[0].installments[0].due_date = None;
    written.description = text("Other");
    written.debtor = simple("x").debtor;
    let settle = Write::SettleInstallment { position: Box::new(written), expected: 1, installment: first(&before) };
    let batch = Batch::new().with(Write::InsertReceipt(Box::new(receipt))).with(settle);
    town.store.commit(&town.node(), batch).await.unwrap();
    assert_eq!(town.store.position(&town.node(), before.id).await.unwrap(), Some(after.clone()));

    let told = DebtPosition { version: 3, description: text("Other"), ..after.clone() };
    let tell = Write::TellPosition { position: Box::new(told), expected: 2 };
    town.store.commit(&town.node(), Batch::new().with(tell)).await.unwrap();
    let told = DebtPosition { version: 3, ..after };
    assert_eq!(town.store.position(&town.node(), before.id).await.unwrap(), Some(told));
}

pub(crate) async fn an_erased_draft_is_gone_and_its_numbers_stay_taken(database: Database) {
    let town = town(&database).await;
    let mut draft = position("TARI-1");
    draft.published_at = None;
    town.add(&draft).await;
    let scope = town.node();
    let erase = |expected| Batch::new().with(Write::ErasePosition { id: draft.id, expected, at: now() });
    assert!(matches!(town.store.commit(&scope, erase(9)).await, Err(StoreError::Conflict)));
    town.store.commit(&scope, erase(1)).await.unwrap();
    assert!(matches!(town.store.commit(&scope, erase(2)).await, Err(StoreError::Conflict)));
    assert_eq!(town.store.position(&scope, draft.id).await.unwrap(), None);
    assert_eq!(town.store.position_by_notice(&scope, &first_number(&draft)).await.unwrap(), None);
    let all = town.store.positions(&scope, &PositionFilter::default(), &PageRequest::first(10), now()).await.unwrap();
    assert!(all.items.is_empty());
    let mut again = simple("TARI-1");
    renumber(&mut again, first_number(&draft));
    let refused = town.store.commit(&scope, inserting(&again)).await;
    assert!(matches!(refused, Err(StoreError::Duplicate(Rule::Iuv))), "{refused:?}");
    town.add(&simple("TARI-1")).await;
}

pub(crate) async fn a_position_of_an_unknown_notice_needs_no_service(database: Database) {
    let town = town(&database).await;
    for _ in 0..2 {
        let mut unknown = simple("x");
        unknown.service_code = None;
        unknown.external_id = None;
        unknown.options[0].installments[0].transfers.clear();
        town.add(&unknown).await;
        assert_eq!(town.store.position(&town.node(), unknown.id).await.unwrap(), Some(unknown));
    }
}

pub(crate) async fn a_position_of_a_thousand_installments_is_kept_and_changed(database: Database) {
    let town = town(&database).await;
    let mut large = position("TARI-1");
    large.options[1].installments = (0..1_100).map(|number| installment(&number.to_string(), 5)).collect();
    town.add(&large).await;
    let found = town.store.position(&town.node(), large.id).await.unwrap().unwrap();
    assert!(found == large, "every installment is back in its place");
    // More statements than the runtime lets pass in one turn, and on the same connections prepared by the time before.
    for version in 1..4 {
        large.version = version + 1;
        large.options[1].installments.push(installment(&format!("new-{version}"), 5));
        town.store.commit(&town.node(), updating(&large, version)).await.unwrap();
        let found = town.store.position(&town.node(), large.id).await.unwrap().unwrap();
        assert!(found == large, "every installment is where it was, and the new one is last");
    }
}

pub(crate) async fn of_an_attempt_the_last_time_is_kept(database: Database) {
    let town = town(&database).await;
    let kept = simple("TARI-1");
    town.add(&kept).await;
    let mut get = attempt(first(&kept), AttemptKind::Get, "");
    let record = async |one: &tramite_domain::attempt::Attempt| {
        let batch = Batch::new().with(Write::RecordAttempt(one.clone()));
        town.store.commit(&town.node(), batch).await.unwrap();
    };
    record(&get).await;
    get.at = now().plus_seconds(10);
    record(&tramite_domain::attempt::Attempt { id: id(), ..get.clone() }).await;
    // One that was seen earlier and comes late changes nothing.
    record(&tramite_domain::attempt::Attempt { id: id(), at: now(), ..get.clone() }).await;
    // Another amount is another attempt: each of them was told as due.
    let dearer =
        tramite_domain::attempt::Attempt { id: id(), at: now().plus_seconds(7), amount: cents(99), ..get.clone() };
    record(&dearer).await;
    let cart = attempt(first(&kept), AttemptKind::Cart, "cart-1");
    record(&cart).await;
    let found = town.store.attempts(&town.node(), &[first(&kept)], now()).await.unwrap();
    assert_eq!(found, vec![cart, dearer.clone(), get.clone()]);
    let late = town.store.attempts(&town.node(), &[first(&kept)], now().plus_seconds(5)).await.unwrap();
    assert_eq!(late, vec![dearer.clone(), get.clone()]);
    let in_use = async |id| town.store.position_in_use(&town.node(), id, now().plus_seconds(5)).await.unwrap().unwrap();
    assert_eq!(in_use(kept.id).await.payers.attempts, vec![dearer, get]);
    // Of several installments all are looked at, in the order of time.
    let several = position("TARI-2");
    town.add(&several).await;
    let ids: Vec<_> = several.installments().map(|(_, one)| one.id).collect();
    let mut tried = Vec::new();
    for (seconds, installment) in (6..).zip(ids.iter().rev()) {
        let at = now().plus_seconds(seconds);
        tried.push(tramite_domain::attempt::Attempt { at, ..attempt(*installment, AttemptKind::Get, "") });
        record(&tried[tried.len() - 1]).await;
    }
    assert_eq!(in_use(several.id).await.payers.attempts, tried);
}

pub(crate) async fn a_position_is_read_with_what_its_service_says_of_its_amount_now(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let owed = simple("P-1");
    town.add(&owed).await;
    let rate = LateRate { from: "2026-01-01".parse().unwrap(), annual_rate_basis_points: 160 };
    let late = LateCharges {
        rates: vec![rate],
        surcharge: cents(500),
        most: Some(cents(10_000)),
        account_id: Some("main".parse().unwrap()),
    };
    let callback = AmountCallback {
        url: "https://gestionale.example.it/amounts".parse().unwrap(),
        account_id: None,
        on_failure: OnFailure::Refuse,
        secret: 3,
        former_secret: Some(2),
    };
    let told = |version, late_charges: Option<LateCharges>, amount_callback: Option<AmountCallback>| {
        let service = Service { version, late_charges, amount_callback, ..service("TARI") };
        Batch::new().with(Write::PutService { service: Box::new(service), expected: Some(version - 1) })
    };
    for (version, late_charges, amount_callback) in [(2, Some(late), None), (3, None, Some(callback)), (4, None, None)]
    {
        let put = told(version, late_charges.clone(), amount_callback.clone());
        town.store.commit(&scope, put).await.unwrap();
        let kept = town.store.service(&scope, &"TARI".parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((&kept.late_charges, &kept.amount_callback), (&late_charges, &amount_callback));
        let expected = DebtPosition { late_charges, amount_callback, ..owed.clone() };
        assert_eq!(town.store.position(&scope, owed.id).await.unwrap().as_ref(), Some(&expected));
        assert_eq!(
            town.store.position_by_notice(&scope, &first_number(&owed)).await.unwrap().as_ref(),
            Some(&expected)
        );
        let listed = town.store.positions(&scope, &PositionFilter::default(), &PageRequest::first(5), now()).await;
        assert_eq!(listed.unwrap().items, vec![expected]);
    }
}
