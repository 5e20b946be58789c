// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for checkout sessions (rules.md 34 to 40 and table S).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::session::{new_session, own_item, session_input};
use support::{Town, client, codes, named, one_payment, pay, personal, single_or_plan};
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::money::Cents;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{
    Cart, CheckoutSession, Choice, ItemInput, ItemPayment, OPEN_SESSIONS_MAX, OnAbandon, Opened, OwnItem, PayerInput,
    ReturnKind, SessionInput, SessionStatus, Visit, abandoned, asked, cancel, clock_moved, foreign_item_paid,
    item_paid, minted, open, returned, session_status, visit,
};

fn input() -> SessionInput {
    SessionInput {
        client_reference: Some("SUAPE-2026-000123".to_owned()),
        payer: Some(PayerInput { tax_code: Some(personal("RSSMRA85T10A562S")), ..Default::default() }),
        ..session_input()
    }
}

fn item(position: &DebtPosition, inline: bool) -> OwnItem {
    OwnItem { inline, ..own_item(position, Choice::Only) }
}

fn opened(town: &mut Town, position: &DebtPosition) -> CheckoutSession {
    new_session(town, &input(), vec![item(position, true)]).0
}

fn after(batch: Batch) -> CheckoutSession {
    let found = batch.into_writes().into_iter().find_map(|write| match write {
        Write::UpdateSession { session, .. } => Some(*session),
        _ => None,
    });
    found.unwrap()
}

fn cart(town: &Town, cents: i64) -> Cart {
    Cart {
        reference: "cart-1".to_owned(),
        minted_at: town.now,
        amount: Some(Cents::new(cents).unwrap()),
        location: "https://checkout.example.it/c/1".to_owned(),
    }
}

fn payment(town: &Town, cents: i64) -> ItemPayment {
    ItemPayment { paid_at: town.now, amount: Cents::new(cents).unwrap(), receipt_id: None }
}

#[test]
fn a_session_goes_from_open_over_redirected_and_processing_to_completed() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    assert_eq!(
        visit(&session, std::slice::from_ref(&position), town.now),
        Visit::Mint {
            due: vec![tramite_domain::session::Due {
                place: 0,
                installment_id: Some(named(&position, "single").id),
                amount: Cents::new(100).unwrap()
            }]
        }
    );
    let minted_cart = cart(&town, 100);
    let session = after(minted(&mut town.given(), &session, minted_cart, &[]));
    assert_eq!(session.told_status, SessionStatus::Redirected);
    let session = after(returned(&mut town.given(), &session, ReturnKind::Cancel));
    assert_eq!(session.told_status, SessionStatus::Redirected, "Checkout's cancel changes nothing but the hint");
    let session = after(returned(&mut town.given(), &session, ReturnKind::Ok));
    assert_eq!(session.told_status, SessionStatus::Processing);
    let paid = payment(&town, 100);
    let session = after(item_paid(&mut town.given(), &session, named(&position, "single").id, &paid));
    assert_eq!(session.told_status, SessionStatus::Completed);
    assert_eq!(session.amount_paid().cents(), 100);
    assert_eq!(visit(&session, &[position], town.now), Visit::Paid);
}

#[test]
fn a_cart_is_used_again_for_eight_minutes_and_only_for_the_same_amount() {
    let mut town = Town::new();
    let mut position = town.position(&one_payment("S-1", 100));
    let fresh = opened(&mut town, &position);
    let cart = cart(&town, 100);
    let session = after(minted(&mut town.given(), &fresh, cart, &[]));
    let positions = |position: &DebtPosition| vec![position.clone()];
    assert!(matches!(visit(&session, &positions(&position), town.now.plus_seconds(479)), Visit::Cart { .. }));
    assert!(matches!(visit(&session, &positions(&position), town.now.plus_seconds(480)), Visit::Mint { .. }));
    let id = named(&position, "single").id;
    position.installment_mut(id).unwrap().amount = Cents::new(101).unwrap();
    assert!(matches!(visit(&session, &positions(&position), town.now), Visit::Mint { .. }));
    position.cancelled_at = Some(town.now);
    assert_eq!(visit(&session, &positions(&position), town.now), Visit::Over);
}

#[test]
fn an_abandoned_session_expires_but_not_while_somebody_may_be_paying() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    assert_eq!(session_status(&session, town.now.plus_seconds(1_800)), SessionStatus::Expired);
    let last_get = town.now.plus_seconds(1_700);
    let session = after(asked(&mut town.given(), &session, last_get, false));
    assert_eq!(session_status(&session, town.now.plus_seconds(1_800)), SessionStatus::Open);
    assert_eq!(session_status(&session, last_get.plus_seconds(1_800)), SessionStatus::Expired);
}

#[test]
fn what_an_expired_session_made_is_withdrawn_unless_another_session_offers_it_or_somebody_asked_for_it() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let made = CheckoutSession { on_abandon: OnAbandon::Cancel, ..opened(&mut town, &position) };
    town.later(1_000);
    let other = opened(&mut town, &position);
    let over = made.expires_at;
    let both = [made.clone(), other.clone()];
    assert_eq!(abandoned(&made, &[], &[], over.plus_seconds(-1)), []);
    assert_eq!(abandoned(&made, &[], &both, over), []);
    assert_eq!(abandoned(&made, &[], &both, other.expires_at), [position.id]);
    assert_eq!(abandoned(&CheckoutSession { on_abandon: OnAbandon::Keep, ..made.clone() }, &[], &[], over), []);
    let get = Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(&position, "single").id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(100).unwrap(),
        at: over.plus_seconds(-60),
    };
    assert_eq!(abandoned(&made, &[get], &[], over), []);
}

#[test]
fn a_payment_without_receipt_is_unresolved_after_the_lock_and_failed_after_the_redeliveries() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    let now = town.now;
    let session = after(asked(&mut town.given(), &session, now, true));
    let state = |seconds| session_status(&session, now.plus_seconds(seconds));
    assert_eq!(state(1_799), SessionStatus::Processing);
    assert_eq!(state(1_800), SessionStatus::Unresolved);
    assert_eq!(state(48 * 3_600), SessionStatus::Failed);
    assert_eq!(
        cancel(&mut town.given(), &session).unwrap_err(),
        Refusal::SessionState { status: SessionStatus::Processing }
    );
}

#[test]
fn a_later_question_of_the_node_with_our_cart_starts_the_lock_anew() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    let first = town.now;
    let session = after(asked(&mut town.given(), &session, first, true));
    let again = after(asked(&mut town.given(), &session, first.plus_seconds(1_000), true));
    assert_eq!(session_status(&again, first.plus_seconds(2_799)), SessionStatus::Processing);
    let other = after(asked(&mut town.given(), &again, first.plus_seconds(2_000), false));
    assert_eq!(other.processing_since, again.processing_since, "somebody else's question is not ours");
    assert!(asked(&mut town.given(), &other, first, true).is_empty(), "an older question changes nothing");
}

#[test]
fn after_a_declined_card_the_citizen_may_try_again_while_the_address_lives() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let fresh = opened(&mut town, &position);
    let positions = [position];
    let cart = cart(&town, 100);
    let session = after(minted(&mut town.given(), &fresh, cart, &[]));
    let now = town.now;
    let running = after(asked(&mut town.given(), &session, now, true));
    assert_eq!(visit(&running, &positions, town.now), Visit::Running);
    town.later(1);
    let declined = after(returned(&mut town.given(), &running, ReturnKind::Error));
    assert_eq!(declined.told_status, SessionStatus::Processing);
    assert!(matches!(visit(&declined, &positions, town.now), Visit::Cart { .. }));
    assert!(matches!(visit(&declined, &positions, town.now.plus_seconds(600)), Visit::Mint { .. }));
    assert_eq!(visit(&declined, &positions, declined.expires_at), Visit::Running);
    let later = town.now.plus_seconds(1);
    let second_try = after(asked(&mut town.given(), &declined, later, true));
    assert_eq!(visit(&second_try, &positions, later), Visit::Running);
    // A cancel page opened from the browser's history after Checkout said paid is no failed payment.
    let accepted = after(returned(&mut town.given(), &running, ReturnKind::Ok));
    assert!(returned(&mut town.given(), &accepted, ReturnKind::Cancel).is_empty());
    assert_eq!(visit(&accepted, &positions, town.now), Visit::Running);
}

#[test]
fn a_visit_to_what_is_paid_already_goes_straight_back() {
    let mut town = Town::new();
    let mut position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    pay(&mut position, "single", town.now);
    assert_eq!(visit(&session, &[position], town.now), Visit::Paid);
}

#[test]
fn a_clock_that_changed_nothing_writes_nothing() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    assert!(clock_moved(&mut town.given(), &session).is_empty());
}

#[test]
fn a_payment_is_late_though_nobody_had_told_yet_that_the_session_was_over() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    town.later(3_600);
    let paid = payment(&town, 100);
    let batch = item_paid(&mut town.given(), &session, named(&position, "single").id, &paid);
    let late =
        batch.writes().iter().any(|write| matches!(write, Write::InsertEvent(event) if event.data.late == Some(true)));
    assert!(late);
    assert_eq!(after(batch).closed_at, Some(town.now));
}

#[test]
fn another_institutions_receipt_completes_its_item_and_no_other() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut session = opened(&mut town, &position);
    let item = session.items.first_mut().unwrap();
    item.subject = tramite_domain::session::ItemSubject::Foreign;
    let (creditor, notice) = (item.creditor_tax_code.to_string(), item.notice_number.to_string());
    let paid = payment(&town, 100);
    let mut told = |creditor: &str, notice: &str, session: &CheckoutSession| {
        foreign_item_paid(&mut town.given(), session, creditor, notice, &paid)
    };
    assert!(told("99999000021", &notice, &session).is_empty());
    assert!(told(&creditor, "305000000001234586", &session).is_empty());
    let completed = after(told(&creditor, &notice, &session));
    assert_eq!(completed.told_status, SessionStatus::Completed);
    assert!(told(&creditor, &notice, &completed).is_empty(), "paid is final");
}

#[test]
fn a_session_is_partly_completed_once_its_unpaid_rest_runs_no_more() {
    let mut town = Town::new();
    let (one, two) = (town.position(&one_payment("S-1", 100)), town.position(&one_payment("S-2", 100)));
    let institution = town.institution.clone();
    let items = [&one, &two].map(|position| ItemInput::Own(Box::new(item(position, false))));
    let Opened::New { session, .. } = open(&institution, &mut town.given(), client(), &input(), &items).unwrap() else {
        panic!("nothing to join")
    };
    let paid = payment(&town, 100);
    let session = after(item_paid(&mut town.given(), &session, named(&one, "single").id, &paid));
    assert_eq!(session.told_status, SessionStatus::Open);
    let expected = vec![tramite_domain::session::Due {
        place: 1,
        installment_id: Some(named(&two, "single").id),
        amount: Cents::new(100).unwrap(),
    }];
    assert_eq!(visit(&session, &[one, two], town.now), Visit::Mint { due: expected });
    town.later(3_600);
    assert_eq!(session_status(&session, town.now), SessionStatus::PartiallyCompleted);
}

#[test]
fn a_receipt_after_the_session_closed_completes_it_late() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    town.later(3_600);
    let expired = after(clock_moved(&mut town.given(), &session));
    assert_eq!((expired.told_status, expired.closed_at), (SessionStatus::Expired, Some(town.now)));
    let paid = payment(&town, 100);
    let batch = item_paid(&mut town.given(), &expired, named(&position, "single").id, &paid);
    let event = batch.writes().iter().find_map(|write| match write {
        Write::InsertEvent(event) => Some(event.data.clone()),
        _ => None,
    });
    assert_eq!(event.unwrap().late, Some(true));
    assert_eq!(after(batch).told_status, SessionStatus::Completed);
}

#[test]
fn a_cancelled_session_stays_cancelled_until_money_comes() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let session = opened(&mut town, &position);
    let cancelled = after(cancel(&mut town.given(), &session).unwrap());
    assert!(cancel(&mut town.given(), &cancelled).unwrap().is_empty(), "again is the same");
    assert_eq!(visit(&cancelled, std::slice::from_ref(&position), town.now), Visit::Over);
    let paid = payment(&town, 100);
    let completed = after(item_paid(&mut town.given(), &cancelled, named(&position, "single").id, &paid));
    assert_eq!(completed.told_status, SessionStatus::Completed);
}

#[test]
fn an_item_must_be_payable_unambiguous_and_of_the_expected_amount() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let institution = town.institution.clone();
    let try_open = |town: &mut Town, own: OwnItem| {
        open(&institution, &mut town.given(), client(), &input(), &[ItemInput::Own(Box::new(own))]).map(|_| ())
    };
    let ambiguous = try_open(&mut town, item(&position, false)).unwrap_err();
    assert_eq!(
        ambiguous,
        Refusal::InstallmentAmbiguous { choices: vec!["whole".into(), "first".into(), "second".into()] }
    );
    let other = OwnItem {
        choice: Choice::Reference("whole".to_owned()),
        expected_amount: Some(9_999),
        ..item(&position, false)
    };
    assert_eq!(try_open(&mut town, other).unwrap_err(), Refusal::AmountChanged { due: Some(10_000) });
    let gone = OwnItem { choice: Choice::Reference("gone".to_owned()), ..item(&position, false) };
    assert!(matches!(try_open(&mut town, gone).unwrap_err(), Refusal::NotPayable { .. }));
    let right = OwnItem {
        choice: Choice::Reference("whole".to_owned()),
        expected_amount: Some(10_000),
        ..item(&position, false)
    };
    assert!(try_open(&mut town, right).is_ok());
}

#[test]
fn the_same_notice_twice_too_many_items_and_cancel_without_inline_are_refused() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let institution = town.institution.clone();
    let own = || ItemInput::Own(Box::new(item(&position, false)));
    let abandoned = SessionInput { on_abandon: OnAbandon::Cancel, ..input() };
    let refused = open(&institution, &mut town.given(), client(), &abandoned, &[own(), own()]).unwrap_err();
    assert_eq!(
        codes(refused),
        [("/line_items/1".to_owned(), "duplicate_item"), ("/on_abandon".to_owned(), "not_inline")]
    );
    let many: Vec<_> = (0..6).map(|_| own()).collect();
    assert_eq!(
        codes(open(&institution, &mut town.given(), client(), &input(), &many).unwrap_err()),
        [("/line_items".to_owned(), "item_count")]
    );
}

#[test]
fn an_installment_has_so_many_open_sessions_and_no_more() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut sessions: Vec<CheckoutSession> = (0..OPEN_SESSIONS_MAX).map(|_| opened(&mut town, &position)).collect();
    let institution = town.institution.clone();
    let mut again = |sessions: &[CheckoutSession]| {
        let own = OwnItem { sessions: sessions.to_vec(), ..item(&position, false) };
        open(&institution, &mut town.given(), client(), &input(), &[ItemInput::Own(Box::new(own))])
    };
    assert_eq!(again(&sessions).unwrap_err(), Refusal::TooManySessions { most: OPEN_SESSIONS_MAX });
    let first = sessions.first_mut().unwrap();
    first.cancelled_at = Some(first.created_at);
    assert!(again(&sessions).is_err(), "a receipt would still complete it");
    sessions.first_mut().unwrap().told_status = SessionStatus::Cancelled;
    assert!(again(&sessions).is_ok(), "one that is told as over makes room");
}
