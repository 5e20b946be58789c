// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions.

use tramite_domain::attempt::AttemptKind;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::session::{CheckoutSession, ItemPayment, SessionStatus};
use tramite_storage::{Due, PageRequest, PersonSessions, SessionFilter, StoreError};
use tramite_testkit::Database;

use crate::support::*;

pub(crate) async fn a_session_comes_back_as_it_was_kept(database: Database) {
    let town = town(&database).await;
    let (one, two) = (simple("P-1"), simple("P-2"));
    let made = session(town.portal, &[&one, &two]);
    let scope = town.token(town.a.id);
    let mut batch = inserting(&one);
    batch.append(inserting(&two));
    batch.push(Write::InsertSession(Box::new(made.clone())));
    town.store.commit(&scope, batch).await.unwrap();
    assert_eq!(town.store.session(&scope, made.id).await.unwrap().as_ref(), Some(&made));

    let mut after = made.clone();
    after.version = 2;
    after.updated_at = now().plus_seconds(60);
    after.cart = None;
    after.processing_since = Some(now());
    after.last_get_at = Some(now());
    after.closed_at = Some(now());
    after.told_status = SessionStatus::Processing;
    after.items[1].paid =
        Some(ItemPayment { paid_at: now(), amount: cents(12_050), receipt_id: Some(id::<ReceiptRowId>()) });
    // What its client asked for stays as it was, whatever the change says of it.
    let mut written = after.clone();
    written.client_reference = None;
    written.return_url = "https://example.org/other".to_owned();
    written.metadata = serde_json::from_str("{}").unwrap();
    let update = |expected| Batch::new().with(Write::UpdateSession { session: Box::new(written.clone()), expected });
    assert!(matches!(town.store.commit(&scope, update(5)).await, Err(StoreError::Conflict)));
    town.store.commit(&scope, update(1)).await.unwrap();
    assert_eq!(town.store.session(&scope, made.id).await.unwrap().as_ref(), Some(&after));
    assert_eq!(town.store.sessions_of(&scope, &[first(&two)]).await.unwrap(), vec![after.clone()]);

    let by_position = SessionFilter { debt_position_id: Some(one.id), ..SessionFilter::default() };
    let by_reference = SessionFilter { client_reference: Some("SUAPE-1".to_owned()), ..SessionFilter::default() };
    let by_change = SessionFilter { updated_since: Some(after.updated_at), ..SessionFilter::default() };
    for filter in [by_position, by_reference, by_change] {
        let found = town.store.sessions(&scope, &filter, &PageRequest::first(5), now()).await.unwrap();
        assert_eq!(found.items, vec![after.clone()], "{filter:?}");
    }
    let other = SessionFilter { client_reference: Some("SUAPE-2".to_owned()), ..SessionFilter::default() };
    assert!(town.store.sessions(&scope, &other, &PageRequest::first(5), now()).await.unwrap().items.is_empty());
}

pub(crate) async fn a_session_is_found_by_each_cart_it_minted(database: Database) {
    let town = town(&database).await;
    let owed = simple("P-1");
    let made = session(town.portal, &[&owed]);
    let mut batch = inserting(&owed).with(Write::InsertSession(Box::new(made.clone())));
    for reference in ["cart-1", "cart-2"] {
        let mut cart = attempt(first(&owed), AttemptKind::Cart, reference);
        cart.session_id = Some(made.id);
        batch.push(Write::RecordAttempt(cart));
    }
    batch.push(Write::RecordAttempt(attempt(first(&owed), AttemptKind::Get, "get-1")));
    let scope = town.token(town.a.id);
    town.store.commit(&scope, batch).await.unwrap();
    for reference in ["cart-1", "cart-2"] {
        assert_eq!(town.store.session_by_cart(&scope, reference).await.unwrap().as_ref(), Some(&made));
    }
    for reference in ["cart-3", "get-1", ""] {
        assert_eq!(town.store.session_by_cart(&scope, reference).await.unwrap(), None);
    }
}

pub(crate) async fn all_live_sessions_and_some_that_are_over_wait_for_a_payment(database: Database) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let owed = simple("P-1");
    town.add(&owed).await;
    let told = |status: SessionStatus| {
        let mut one = session(town.portal, &[&owed]);
        one.told_status = status;
        one
    };
    let live = [told(SessionStatus::Open), told(SessionStatus::Unresolved)];
    let over = [SessionStatus::Expired, SessionStatus::Cancelled, SessionStatus::Failed].map(told);
    let mut paid = told(SessionStatus::Completed);
    paid.items[0].paid = Some(ItemPayment { paid_at: now(), amount: cents(12_050), receipt_id: None });
    for one in live.iter().chain(&over).chain([&paid]) {
        town.store.commit(&scope, Batch::new().with(Write::InsertSession(Box::new(one.clone())))).await.unwrap();
    }
    assert_eq!(town.store.sessions_of(&scope, &[first(&owed)]).await.unwrap(), live);
    let waiting = async |over_max| town.store.sessions_waiting(&town.node(), first(&owed), over_max).await.unwrap();
    let some = waiting(2).await;
    assert!(some.more);
    assert_eq!(some.sessions, [&live[0], &live[1], &over[2], &over[1]].map(Clone::clone), "the newest of those over");
    let all = waiting(3).await;
    assert_eq!((all.sessions.len(), all.more), (5, false));
}

pub(crate) async fn the_sessions_of_a_person_are_walked_to_the_oldest_however_many_debts_are_in_each(
    database: Database,
) {
    let town = town(&database).await;
    let scope = town.token(town.a.id);
    let debts = [simple("P-1"), simple("P-2"), simple("P-3")];
    for debt in &debts {
        town.add(debt).await;
    }
    let older = session(town.portal, &[&debts[0]]);
    let mut nobodys = session(town.portal, &[&debts[0]]);
    (nobodys.payer, nobodys.state) = (None, None);
    nobodys.metadata = serde_json::from_str("{}").unwrap();
    let newer = session(town.portal, &[&debts[0], &debts[1], &debts[2]]);
    for one in [&older, &nobodys, &newer] {
        town.store.commit(&scope, Batch::new().with(Write::InsertSession(Box::new(one.clone())))).await.unwrap();
    }
    // Of somebody else, so that they are found by the debts alone.
    let (code, ids) = ("CNRGLL61A01Z999K".parse().unwrap(), debts.each_ref().map(|debt| debt.id));
    let walked = async |which, limit| {
        let (mut all, mut before): (Vec<CheckoutSession>, _) = (Vec::new(), None);
        loop {
            let stretch = (before, limit);
            let (some, next) = town.store.sessions_of_person(&scope, &code, &ids, which, stretch).await.unwrap();
            all.extend(some);
            before = next;
            if before.is_none() {
                return all;
            }
        }
    };
    for limit in [1, 2, 3, 4] {
        assert_eq!(walked(PersonSessions::Naming, limit).await, [&newer, &older].map(Clone::clone), "{limit}");
        assert_eq!(walked(PersonSessions::All, limit).await, [&newer, &nobodys, &older].map(Clone::clone), "{limit}");
    }
    // More than exist for a caller who is confined to other services: it is said all the same that there are more.
    let (seen, next) = town
        .store
        .sessions_of_person(&town.restricted(&["MENSA"]), &code, &ids, PersonSessions::All, (None, 2))
        .await
        .unwrap();
    assert_eq!((seen, next), (vec![], Some(nobodys.id)));
}

pub(crate) async fn the_platform_finds_a_sessions_home_and_its_foreign_items(database: Database) {
    let town = town(&database).await;
    let made = session(town.portal, &[]);
    let scope = town.token(town.a.id);
    town.store.commit(&scope, Batch::new().with(Write::InsertSession(Box::new(made.clone())))).await.unwrap();
    let system = town.store.system();
    assert_eq!(system.session_home(made.id).await.unwrap(), Some(town.a.id));
    assert_eq!(system.session_home(id()).await.unwrap(), None);
    let number = made.items[0].notice_number.to_string();
    let holding = || system.sessions_with_foreign_item("77777777777", &number);
    assert_eq!(holding().await.unwrap(), vec![(town.a.id, made.id)]);
    assert!(system.sessions_with_foreign_item("99999000013", &number).await.unwrap().is_empty());
    let due = async |at, after| system.session_transitions_due(at, after, 10).await.unwrap();
    let only = Due { institution: town.a.id, id: made.id, since: made.expires_at };
    assert_eq!(due(made.expires_at, None).await, vec![only]);
    assert!(due(made.expires_at, Some(only)).await.is_empty());
    assert!(due(made.expires_at.plus_seconds(-1), None).await.is_empty());
    let mut paid = made.clone();
    paid.version = 2;
    paid.told_status = SessionStatus::Completed;
    paid.items[0].paid = Some(ItemPayment { paid_at: now(), amount: cents(1), receipt_id: None });
    let update = Write::UpdateSession { session: Box::new(paid), expected: 1 };
    town.store.commit(&scope, Batch::new().with(update)).await.unwrap();
    assert!(holding().await.unwrap().is_empty());
    assert!(due(made.expires_at, None).await.is_empty());
}
