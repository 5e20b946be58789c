// SPDX-License-Identifier: AGPL-3.0-or-later
//! What does not exist for a scope: other tenants, other services, other clients.

use tramite_domain::attempt::AttemptKind;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::receipt::ReceiptOutcome;
use tramite_storage::{PageRequest, Payers, PositionFilter, ReceiptFilter, Scope, SessionFilter, StoreError};
use tramite_testkit::Database;

use crate::support::*;

/// One of everything in a tenant, under keys that another tenant uses too.
struct Things {
    position: tramite_domain::debt_position::DebtPosition,
    session: tramite_domain::session::CheckoutSession,
    receipt: tramite_domain::receipt::Receipt,
}

async fn furnish(town: &Town, scope: &Scope, shared: &tramite_domain::debt_position::DebtPosition) -> Things {
    let mut position = position("TARI-1");
    renumber(&mut position, first_number(shared));
    let mut session = session(scope.client().unwrap(), &[&position]);
    session.id = id();
    let receipt = receipt("RT-1", Some(&position));
    let mut cart = attempt(first(&position), AttemptKind::Cart, "cart-1");
    cart.session_id = Some(session.id);
    let batch = inserting(&position)
        .with(Write::InsertSession(Box::new(session.clone())))
        .with(Write::RecordAttempt(cart))
        .with(Write::InsertReceipt(Box::new(receipt.clone())))
        .with(Write::InsertEvent(Box::new(event(&position))));
    town.store.commit(scope, batch).await.unwrap();
    Things { position, session, receipt }
}

pub(crate) async fn two_institutions_with_the_same_notice_never_meet(database: Database) {
    let town = town(&database).await;
    let shared = simple("x");
    let (a, b) = (town.token(town.a.id), town.token(town.b.id));
    let of_a = furnish(&town, &a, &shared).await;
    let of_b = furnish(&town, &b, &shared).await;
    town.store.system().publish_feed(10).await.unwrap();
    let page = PageRequest::first(10);
    let tari = "TARI".parse().unwrap();
    let store = &town.store;
    for (scope, own, alien) in [(&a, &of_a, &of_b), (&b, &of_b, &of_a)] {
        let notice = first_number(&shared);
        assert_eq!(store.position_by_notice(scope, &notice).await.unwrap().as_ref(), Some(&own.position));
        let key = store.position_by_external_id(scope, &tari, &"TARI-1".parse().unwrap()).await.unwrap();
        assert_eq!(key.as_ref(), Some(&own.position));
        assert_eq!(store.position(scope, alien.position.id).await.unwrap(), None);
        let list = store.positions(scope, &PositionFilter::default(), &page, now()).await.unwrap();
        assert_eq!(list.items, vec![own.position.clone()]);
        let iuv = PositionFilter { iuv: Some(notice.iuv()), ..PositionFilter::default() };
        assert_eq!(store.positions(scope, &iuv, &page, now()).await.unwrap().items, vec![own.position.clone()]);

        assert_eq!(store.session(scope, alien.session.id).await.unwrap(), None);
        assert_eq!(store.session_by_cart(scope, "cart-1").await.unwrap().as_ref(), Some(&own.session));
        assert!(store.sessions_of(scope, &[first(&alien.position)]).await.unwrap().is_empty());
        let list = store.sessions(scope, &SessionFilter::default(), &page, now()).await.unwrap();
        assert_eq!(list.items, vec![own.session.clone()]);
        assert!(store.attempts(scope, &[first(&alien.position)], now()).await.unwrap().is_empty());
        assert_eq!(store.payers(scope, &[first(&alien.position)], now()).await.unwrap(), Payers::default());
        let asked = vec![alien.position.id, own.position.id, alien.position.id];
        let terms = store.session_terms(scope, asked, now()).await.unwrap();
        assert_eq!(terms.institution.id, scope.institution());
        let found: Vec<_> = terms.positions.iter().map(|one| one.as_ref().map(|one| &one.position)).collect();
        assert_eq!(found, [None, Some(&own.position), None]);
        assert_eq!(terms.positions[1].as_ref().unwrap().payers.sessions, vec![own.session.clone()]);
        assert!(store.session_terms(scope, Vec::new(), now()).await.unwrap().positions.is_empty());

        assert_eq!(store.receipt(scope, alien.receipt.id).await.unwrap(), None);
        let by_key = store.receipt_by_key(scope, "RT-1", ReceiptOutcome::Ok).await.unwrap();
        assert_eq!(by_key.as_ref(), Some(&own.receipt));
        let list = store.receipts(scope, &ReceiptFilter::default(), &page, now()).await.unwrap();
        assert_eq!(list.items.iter().map(|one| one.id).collect::<Vec<_>>(), vec![own.receipt.id]);
        let feed = store.feed(scope, 0, 10).await.unwrap();
        assert_eq!(feed.len(), 1);
        assert_eq!(feed[0].event.data.debt_position_id, Some(own.position.id));
        assert_eq!(store.institution(scope).await.unwrap().id, scope.institution());
        assert_eq!(store.delegations(scope, &page).await.unwrap().items.len(), 2);
    }
}

pub(crate) async fn another_tenants_rows_can_be_neither_changed_nor_named(database: Database) {
    let town = town(&database).await;
    let (a, b) = (town.token(town.a.id), town.token(town.b.id));
    let things = furnish(&town, &a, &simple("x")).await;
    let mut changed = things.position.clone();
    changed.version = 2;
    let attacks = [
        Write::UpdatePosition { position: Box::new(changed.clone()), expected: 1 },
        Write::SettleInstallment { position: Box::new(changed.clone()), expected: 1, installment: first(&changed) },
        Write::ErasePosition { id: changed.id, expected: 1, at: now() },
        Write::UpdateSession { session: Box::new(things.session.clone()), expected: 1 },
        variant(&things.receipt, message(b"x", 1), now()),
        Write::RecordAttempt(attempt(first(&changed), AttemptKind::Get, "")),
        Write::InsertReceipt(Box::new(receipt("RT-9", Some(&changed)))),
        Write::InsertSession(Box::new(session(town.portal, &[&changed]))),
    ];
    for attack in attacks {
        let refused = town.store.commit(&b, Batch::new().with(attack.clone())).await;
        assert!(matches!(refused, Err(StoreError::Conflict | StoreError::Failed(_))), "{attack:?}: {refused:?}");
    }
    assert_eq!(town.store.position(&a, changed.id).await.unwrap(), Some(things.position));
    assert_eq!(town.store.session(&a, things.session.id).await.unwrap(), Some(things.session));
    assert_eq!(town.store.receipt(&a, things.receipt.id).await.unwrap(), Some(things.receipt));
}

pub(crate) async fn objects_of_other_services_do_not_exist_for_a_restricted_token(database: Database) {
    let town = town(&database).await;
    let tari = simple("P-1");
    let mut mensa = simple("P-1");
    mensa.service_code = Some("MENSA".parse().unwrap());
    let mut unknown = simple("P-2");
    unknown.service_code = None;
    unknown.external_id = None;
    for one in [&tari, &mensa, &unknown] {
        town.add(one).await;
        let batch = Batch::new()
            .with(Write::InsertReceipt(Box::new(receipt(&format!("RT-{}", one.id), Some(one)))))
            .with(Write::InsertEvent(Box::new(event(one))));
        town.store.commit(&town.node(), batch).await.unwrap();
    }
    town.store.system().publish_feed(10).await.unwrap();
    let scope = town.restricted(&["TARI"]);
    let page = PageRequest::first(10);
    let store = &town.store;
    for hidden in [&mensa, &unknown] {
        assert_eq!(store.position(&scope, hidden.id).await.unwrap(), None);
        assert_eq!(store.position_by_notice(&scope, &first_number(hidden)).await.unwrap(), None);
        let key = format!("RT-{}", hidden.id);
        assert_eq!(store.receipt_by_key(&scope, &key, ReceiptOutcome::Ok).await.unwrap(), None);
    }
    let mensa_code = "MENSA".parse().unwrap();
    let by_key = store.position_by_external_id(&scope, &mensa_code, &"P-1".parse().unwrap()).await.unwrap();
    assert_eq!(by_key, None);
    assert_eq!(store.service(&scope, &mensa_code).await.unwrap(), None);
    assert_eq!(store.services(&scope, &page).await.unwrap().items.len(), 1);
    let positions = store.positions(&scope, &PositionFilter::default(), &page, now()).await.unwrap();
    assert_eq!(positions.items, vec![tari.clone()]);
    let receipts = store.receipts(&scope, &ReceiptFilter::default(), &page, now()).await.unwrap();
    assert_eq!(receipts.items.len(), 1);
    assert_eq!(store.feed(&scope, 0, 10).await.unwrap().len(), 1);
    let refused = store.commit(
        &scope,
        inserting(&{
            let mut another = simple("P-3");
            another.service_code = Some("MENSA".parse().unwrap());
            another
        }),
    );
    assert!(matches!(refused.await, Err(StoreError::Failed(_))));
    assert!(
        store
            .positions(&town.restricted(&[]), &PositionFilter::default(), &page, now())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

pub(crate) async fn a_session_exists_for_the_client_that_made_it(database: Database) {
    let town = town(&database).await;
    let kept = simple("P-1");
    town.add(&kept).await;
    let mine = town.token(town.a.id);
    let theirs = Scope::of_token(town.a.id, None, town.other);
    let made = session(town.portal, &[&kept]);
    let insert = || Batch::new().with(Write::InsertSession(Box::new(made.clone())));
    assert!(matches!(town.store.commit(&theirs, insert()).await, Err(StoreError::Failed(_))));
    town.store.commit(&mine, insert()).await.unwrap();
    let filter = SessionFilter::default();
    let page = PageRequest::first(10);
    assert_eq!(town.store.session(&theirs, made.id).await.unwrap(), None);
    assert!(town.store.sessions(&theirs, &filter, &page, now()).await.unwrap().items.is_empty());
    assert_eq!(town.store.session(&mine, made.id).await.unwrap().as_ref(), Some(&made));
    // The Node's side must know every session that holds the installment.
    assert_eq!(town.store.sessions_of(&theirs, &[first(&kept)]).await.unwrap(), vec![made.clone()]);
    assert_eq!(town.store.session(&town.node(), made.id).await.unwrap(), Some(made));
}

/// A position of another service, and a session of the portal that holds it beside one of its own.
async fn mixed(town: &Town) -> (tramite_domain::debt_position::DebtPosition, tramite_domain::session::CheckoutSession) {
    let tari = simple("P-1");
    let mut mensa = simple("P-1");
    mensa.service_code = Some("MENSA".parse().unwrap());
    town.add(&tari).await;
    town.add(&mensa).await;
    let made = session(town.portal, &[&tari, &mensa]);
    let insert = Batch::new().with(Write::InsertSession(Box::new(made.clone())));
    town.store.commit(&town.token(town.a.id), insert).await.unwrap();
    let mut cart = attempt(first(&tari), AttemptKind::Cart, "cart-1");
    cart.session_id = Some(made.id);
    town.store.commit(&town.node(), Batch::new().with(Write::RecordAttempt(cart))).await.unwrap();
    (mensa, made)
}

pub(crate) async fn a_session_with_an_item_of_another_service_does_not_exist_for_a_restricted_token(
    database: Database,
) {
    let town = town(&database).await;
    let (mensa, made) = mixed(&town).await;
    let page = PageRequest::first(10);
    let filter = SessionFilter::default();
    let store = &town.store;
    let found = async |codes: &[&str]| {
        let scope = town.restricted(codes);
        let by_id = store.session(&scope, made.id).await.unwrap();
        let by_cart = store.session_by_cart(&scope, "cart-1").await.unwrap();
        let list = store.sessions(&scope, &filter, &page, now()).await.unwrap().items;
        (by_id, by_cart, list)
    };
    for codes in [["TARI"].as_slice(), &["MENSA"], &[]] {
        assert_eq!(found(codes).await, (None, None, Vec::new()), "{codes:?}");
    }
    let all = (Some(made.clone()), Some(made.clone()), vec![made.clone()]);
    assert_eq!(found(&["MENSA", "TARI"]).await, all);
    let scope = town.restricted(&["TARI"]);
    let mut after = made.clone();
    after.version = 2;
    let writes = [
        Write::InsertSession(Box::new(session(town.portal, &[&mensa]))),
        Write::UpdateSession { session: Box::new(after), expected: 1 },
    ];
    for write in writes {
        let refused = store.commit(&scope, Batch::new().with(write)).await;
        assert!(matches!(refused, Err(StoreError::Failed(_))), "{refused:?}");
    }
    // The notice of another institution has no service of this one.
    let foreign = session(town.portal, &[]);
    store.commit(&scope, Batch::new().with(Write::InsertSession(Box::new(foreign.clone())))).await.unwrap();
    assert_eq!(store.sessions(&scope, &filter, &page, now()).await.unwrap().items, vec![foreign]);
    // Nor can a draft be erased that does not exist for the scope.
    let erase = || Batch::new().with(Write::ErasePosition { id: mensa.id, expected: 1, at: now() });
    let refused = store.commit(&scope, erase()).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    store.commit(&town.restricted(&["MENSA"]), erase()).await.unwrap();
}

pub(crate) async fn a_restricted_client_sees_the_events_of_its_own_sessions(database: Database) {
    let town = town(&database).await;
    let told = |client, service: Option<&str>| {
        let mut told = event(&simple("x"));
        told.client_id = client;
        told.data.service_code = service.map(|code| code.parse().unwrap());
        told
    };
    let mine = told(Some(town.portal), None);
    let of_service = told(None, Some("TARI"));
    let hidden = [
        told(Some(town.other), None),
        told(None, None),
        told(None, Some("MENSA")),
        told(Some(town.portal), Some("MENSA")),
        told(Some(town.other), Some("TARI")),
    ];
    for one in hidden.iter().chain([&mine, &of_service]) {
        let batch = Batch::new().with(Write::InsertEvent(Box::new(one.clone())));
        town.store.commit(&town.node(), batch).await.unwrap();
    }
    town.store.system().publish_feed(10).await.unwrap();
    let feed = town.store.feed(&town.restricted(&["TARI"]), 0, 10).await.unwrap();
    let found: Vec<_> = feed.into_iter().map(|one| one.event).collect();
    assert_eq!(found, vec![mine, of_service]);
}
