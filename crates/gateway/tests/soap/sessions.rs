// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node's questions and receipts do to checkout sessions (rules.md, table S).

use tramite_domain::batch::Batch;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::money::Cents;
use tramite_domain::session::{Cart, CheckoutSession, Choice, SessionStatus, minted, session_status};
use tramite_pagopa::current::{Answer, Request, Version};
use tramite_testkit::Database;

use crate::messages::{get_request, notice_of, receipt, receipt_message};
use crate::place::{Place, scope};
use crate::town::session::{new_session, own_item, session_input};
use crate::town::{named, one_payment};

async fn session(place: &mut Place, position: &DebtPosition, cart: &str) -> CheckoutSession {
    let (session, batch) = new_session(&mut place.a, &session_input(), vec![own_item(position, Choice::Only)]);
    write(place, batch).await;
    let due = [(named(position, "single").id, named(position, "single").amount)];
    let cart = Cart {
        reference: cart.to_owned(),
        minted_at: place.a.now,
        amount: Some(Cents::new(100).unwrap()),
        location: "https://checkout.example.it/c/1".to_owned(),
    };
    let batch = minted(&mut place.a.given(), &session, cart, &due);
    write(place, batch).await;
    stored(place, &session).await
}

async fn write(place: &Place, batch: Batch) {
    place.store.commit(&scope(&place.a), batch).await.unwrap();
}

async fn stored(place: &Place, session: &CheckoutSession) -> CheckoutSession {
    place.store.session(&scope(&place.a), session.id).await.unwrap().unwrap()
}

async fn asked(place: &Place, position: &DebtPosition, note: &str) {
    let mut request = get_request(Version::V2, &notice_of(position, "single"));
    request.payment_note = Some(note.to_owned());
    assert!(matches!(place.ask(&Request::Get(request)).await, Answer::Get(..)));
    place.door.settled().await;
}

pub(crate) async fn a_get_with_a_sessions_own_cart_says_that_its_payment_runs(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let first = session(&mut place, &position, "cart-1").await;
    asked(&place, &position, "some other note").await;
    let heard = stored(&place, &first).await;
    assert_eq!(session_status(&heard, place.a.now), SessionStatus::Redirected);
    assert!(heard.last_get_at.is_some(), "but it does not expire meanwhile");
    asked(&place, &position, "cart-1").await;
    assert_eq!(session_status(&stored(&place, &first).await, place.a.now), SessionStatus::Processing);
}

pub(crate) async fn a_receipt_completes_the_sessions_that_hold_its_notice(database: Database) {
    let mut place = Place::open(database.url()).await;
    let position = place.position(&one_payment("S-1", 100)).await;
    let own = session(&mut place, &position, "cart-1").await;
    asked(&place, &position, "cart-1").await;
    let message = receipt_message("rt-1", &notice_of(&position, "single"), 100, place.a.now);
    assert!(matches!(place.ask(&receipt(message)).await, Answer::ReceiptAccepted(_)));
    let after = stored(&place, &own).await;
    assert_eq!(session_status(&after, place.a.now), SessionStatus::Completed);
    assert_eq!(after.amount_paid().cents(), 100);
}
