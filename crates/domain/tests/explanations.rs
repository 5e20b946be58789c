// SPDX-License-Identifier: AGPL-3.0-or-later
//! "Why is this payment stuck?": a sentence for each thing that a position may wait for. The town's clock stands at noon in
//! Rome.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use std::collections::BTreeSet;

use support::session::{new_session, own_item, session_input};
use support::{Town, at, client, named, one_payment, pay, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::debt_position::{
    Activity, Circumstances, DebtPosition, Explanation, KnownReceipt, KnownSession, Payment, PositionInput, WaitsFor,
    cancel, explain,
};
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::money::Cents;
use tramite_domain::receipt::ReceiptOutcome;
use tramite_domain::session::{Cart, CheckoutSession, Choice};
use tramite_domain::time::Instant;
use uuid::Uuid;

const HOUR: i64 = 3_600;

/// What a position waits for, and the sentence.
#[track_caller]
fn says(explanation: &Explanation, waits_for: WaitsFor, sentence: &str) {
    assert_eq!((explanation.waits_for, explanation.sentence.as_str()), (waits_for, sentence));
}

fn alone(position: &DebtPosition, now: Instant) -> Explanation {
    explain(position, Circumstances::default(), now)
}

fn asked(town: &Town, position: &DebtPosition, kind: AttemptKind) -> Attempt {
    Attempt {
        id: Uuid::from_u128(1).into(),
        installment_id: position.installments().next().unwrap().1.id,
        kind,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(100).unwrap(),
        at: town.now,
    }
}

fn receipt(town: &Town, outcome: ReceiptOutcome) -> KnownReceipt {
    let id = ReceiptRowId::new(Uuid::from_u128(9));
    KnownReceipt { id, receipt_id: "rt-1".to_owned(), outcome, received_at: town.now, resolved: BTreeSet::new() }
}

fn session(town: &mut Town, position: &DebtPosition) -> CheckoutSession {
    new_session(town, &session_input(), vec![own_item(position, Choice::Only)]).0
}

fn with_session(position: &DebtPosition, session: &CheckoutSession, named: bool, now: Instant) -> Explanation {
    let sessions = [KnownSession { session, named }];
    explain(position, Circumstances { sessions: &sessions, ..Circumstances::default() }, now)
}

#[test]
fn a_position_that_nobody_may_pay_says_what_is_missing() {
    let mut town = Town::new();
    let draft = town.position(&PositionInput { publish: false, ..one_payment("S-1", 100) });
    says(&alone(&draft, town.now), WaitsFor::Publication, "Draft: nobody can pay it until it is published.");

    let later = town.now.plus_hours(24);
    let scheduled = town.position(&PositionInput { valid_from: Some(later), ..one_payment("S-2", 100) });
    let told = alone(&scheduled, town.now);
    says(&told, WaitsFor::Opening, "Published but payable only from 2026-09-02 at 12:00.");
    assert_eq!(told.until, Some(later));

    let due = Some(town.now.rome_date());
    let dated = PositionInput { due_date: due, expires_after_due_date: Some(true), ..one_payment("S-3", 100) };
    let expired = town.position(&dated);
    let sentence = "Expired at the end of 2026-09-01: give it a later due date.";
    says(&alone(&expired, town.now.plus_hours(24)), WaitsFor::LaterDueDate, sentence);

    let mut withdrawn = town.position(&one_payment("S-4", 100));
    withdrawn = cancel(&mut town.given(), &withdrawn, Activity::default(), false).unwrap().position;
    let known = Circumstances { cancelled_by: Some(client()), ..Circumstances::default() };
    let sentence =
        format!("Cancelled on 2026-09-01 at 12:00 by client {}: it can be paid only if it is reopened.", client());
    says(&explain(&withdrawn, known, town.now), WaitsFor::Reopening, &sentence);
    let sentence = "Cancelled on 2026-09-01 at 12:00: it can be paid only if it is reopened.";
    says(&alone(&withdrawn, town.now), WaitsFor::Reopening, sentence);
}

#[test]
fn an_open_position_says_what_payers_did_last() {
    let mut town = Town::new();
    let position = town.position(&PositionInput { due_date: Some(town.now.rome_date()), ..one_payment("S-1", 100) });
    says(&alone(&position, town.now), WaitsFor::Payer, "Open: nobody has asked for it yet.");
    let overdue = "Open: nobody has asked for it yet. Its due date, 2026-09-01, has passed; it can still be paid.";
    says(&alone(&position, town.now.plus_hours(24)), WaitsFor::Payer, overdue);
    let looked = Circumstances { looked_up_at: Some(town.now), ..Circumstances::default() };
    let sentence = "Open: it was looked up last on 2026-09-01 at 12:00 and nobody has begun to pay it.";
    says(&explain(&position, looked, town.now), WaitsFor::PayerWhoLooked, sentence);
}

#[test]
fn a_payment_that_was_begun_is_running_then_awaited_and_then_was_never_one() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let attempts = [asked(&town, &position, AttemptKind::Get)];
    let known = Circumstances { attempts: &attempts, ..Circumstances::default() };
    let told = |hours: i64| explain(&position, known, town.now.plus_hours(hours));
    let sentence = "A payment was begun on 2026-09-01 at 12:00 and may be running until 2026-09-01 at 12:30.";
    says(&told(0), WaitsFor::PaymentRunning, sentence);
    let sentence = "A payment was begun on 2026-09-01 at 12:00 and no receipt came; the Node may deliver one until 2026-09-03 at 12:00.";
    says(&told(1), WaitsFor::Receipt, sentence);
    assert_eq!(told(1).until, Some(town.now.plus_hours(48)));
    let sentence = "Open: a payment was begun on 2026-09-01 at 12:00 and never completed; no receipt will come, and it can be paid again.";
    says(&told(48), WaitsFor::PayerAgain, sentence);

    // A cart alone is no payment.
    let carts = [asked(&town, &position, AttemptKind::Cart)];
    let known = Circumstances { attempts: &carts, ..Circumstances::default() };
    assert_eq!(explain(&position, known, town.now).waits_for, WaitsFor::Payer);

    // Money may be on its way to a position that is no longer payable.
    let withdrawn = cancel(&mut town.given(), &position, Activity::default(), true).unwrap().position;
    let known = Circumstances { attempts: &attempts, ..Circumstances::default() };
    let told = explain(&withdrawn, known, town.now.plus_hours(1));
    assert_eq!(told.waits_for, WaitsFor::Receipt);
    assert!(
        told.sentence.ends_with("It was cancelled meanwhile; a receipt that comes is kept and flagged."),
        "{told:?}"
    );
    assert_eq!(explain(&withdrawn, known, town.now.plus_hours(48)).waits_for, WaitsFor::Reopening);
}

#[test]
fn a_payment_that_expired_meanwhile_is_still_awaited() {
    let mut town = Town::new();
    let due = Some(town.now.rome_date());
    let dated = PositionInput { due_date: due, expires_after_due_date: Some(true), ..one_payment("S-1", 100) };
    let position = town.position(&dated);
    let attempts = [asked(&town, &position, AttemptKind::Get)];
    let known = Circumstances { attempts: &attempts, ..Circumstances::default() };
    let told = explain(&position, known, town.now.plus_hours(24));
    assert_eq!(told.waits_for, WaitsFor::Receipt);
    assert!(told.sentence.ends_with("It has expired meanwhile; a receipt that comes is kept."), "{told:?}");
}

#[test]
fn a_payment_that_failed_is_told_until_another_is_begun() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let attempts = [asked(&town, &position, AttemptKind::Get)];
    town.later(60);
    let receipts = [receipt(&town, ReceiptOutcome::Ko)];
    let known = Circumstances { attempts: &attempts, receipts: &receipts, ..Circumstances::default() };
    let told = explain(&position, known, town.now);
    let sentence = "Open: the last payment failed, as receipt rt-1 of 2026-09-01 at 12:01 says; it can be paid again.";
    says(&told, WaitsFor::PayerAgain, sentence);
    assert_eq!(told.receipt_id, Some(receipts.first().unwrap().id));
    town.later(60);
    let attempts = [asked(&town, &position, AttemptKind::Get)];
    let known = Circumstances { attempts: &attempts, receipts: &receipts, ..Circumstances::default() };
    assert_eq!(explain(&position, known, town.now).waits_for, WaitsFor::PaymentRunning);
}

#[test]
fn a_checkout_session_is_named_to_its_own_client_alone() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut one = session(&mut town, &position);
    let (id, now) = (one.id, town.now);
    let told = with_session(&position, &one, true, now);
    let sentence =
        "was made on 2026-09-01 at 12:00 and its address was not opened yet; it ends on 2026-09-01 at 12:30.";
    says(&told, WaitsFor::PayerOfSession, &format!("Checkout session {id} {sentence}"));
    assert_eq!((told.session_id, told.until), (Some(id), Some(one.expires_at)));
    let other = with_session(&position, &one, false, now);
    says(&other, WaitsFor::PayerOfSession, &format!("A checkout session of another client {sentence}"));
    assert_eq!(other.session_id, None);
    assert_eq!(with_session(&position, &one, true, now.plus_seconds(HOUR)).waits_for, WaitsFor::Payer, "it is over");

    let location = "https://checkout.example.it/c/1".to_owned();
    one.cart = Some(Cart { reference: "cart-1".to_owned(), minted_at: now, amount: None, location });
    let sentence = format!(
        "Checkout session {id} sent the payer to Checkout on 2026-09-01 at 12:00; no payment was begun there yet."
    );
    says(&with_session(&position, &one, true, now), WaitsFor::PayerAtCheckout, &sentence);

    one.processing_since = Some(now);
    let told = with_session(&position, &one, true, now);
    let sentence = format!(
        "Checkout session {id} is processing since 2026-09-01 at 12:00; its receipt may come until 2026-09-03 at 12:00."
    );
    says(&told, WaitsFor::PaymentRunning, &sentence);
    let sentence = format!(
        "Checkout session {id} began a payment on 2026-09-01 at 12:00 and no receipt came; the Node may deliver one until 2026-09-03 at 12:00."
    );
    says(&with_session(&position, &one, true, now.plus_seconds(HOUR)), WaitsFor::Receipt, &sentence);
    // The receipt says that the payment of the session failed.
    let refusals = [receipt(&town, ReceiptOutcome::Ko)];
    let sessions = [KnownSession { session: &one, named: true }];
    let known = Circumstances { sessions: &sessions, receipts: &refusals, ..Circumstances::default() };
    assert_eq!(explain(&position, known, now.plus_seconds(HOUR)).receipt_id, Some(refusals.first().unwrap().id));
}

#[test]
fn a_plan_waits_for_its_next_installment() {
    let mut town = Town::new();
    let mut input = single_or_plan("S-1");
    let plan = input.payment_options.get_mut(1).unwrap();
    plan.installments.get_mut(1).unwrap().due_date = Some("2026-10-31".parse().unwrap());
    let mut position = town.position(&input);
    pay(&mut position, "first", town.now);
    let sentence = "1 of 2 installments paid; installment second of EUR 50.00, due on 2026-10-31, is next.";
    says(&alone(&position, town.now), WaitsFor::NextInstallment, sentence);
    let id = named(&position, "second").id;
    position.installment_mut(id).unwrap().expires_at = Some(at("2026-10-01T08:30:00Z"));
    let sentence = "1 of 2 installments paid; installment second expired on 2026-10-01 at 10:30: give what is left a later due date.";
    says(&alone(&position, town.now.plus_hours(2_000)), WaitsFor::LaterDueDate, sentence);
}

#[test]
fn a_paid_position_names_its_receipt_and_what_is_strange() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let kept = receipt(&town, ReceiptOutcome::Ok);
    let payment =
        |receipt_id| Some(Payment { paid_at: town.now, amount: Cents::new(100).unwrap(), receipt_id, reference: None });
    let mut paid = position.clone();
    let id = named(&position, "single").id;
    paid.installment_mut(id).unwrap().payment = payment(Some(kept.id));
    let receipts = [kept.clone()];
    let known = Circumstances { receipts: &receipts, ..Circumstances::default() };
    let told = explain(&paid, known, town.now);
    says(&told, WaitsFor::Settlement, "Paid; receipt rt-1 of 2026-09-01 at 12:00.");
    assert_eq!(told.receipt_id, Some(kept.id));
    says(&alone(&paid, town.now), WaitsFor::Settlement, "Paid on 2026-09-01 at 12:00.");

    let mut strange = paid.clone();
    strange.installment_mut(id).unwrap().anomalies = [Anomaly::StandIn, Anomaly::AmountMismatch].into();
    let sentence = "Paid; receipt rt-1 of 2026-09-01 at 12:00; look at: amount_mismatch, stand_in.";
    says(&explain(&strange, known, town.now), WaitsFor::Review, sentence);

    // What was dealt with is waited for by nobody.
    let of = |resolved: &[Anomaly]| [KnownReceipt { resolved: resolved.iter().copied().collect(), ..kept.clone() }];
    let half = of(&[Anomaly::StandIn]);
    let known_half = Circumstances { receipts: &half, ..Circumstances::default() };
    let sentence = "Paid; receipt rt-1 of 2026-09-01 at 12:00; look at: amount_mismatch.";
    says(&explain(&strange, known_half, town.now), WaitsFor::Review, sentence);
    let whole = of(&[Anomaly::StandIn, Anomaly::AmountMismatch]);
    let known_whole = Circumstances { receipts: &whole, ..Circumstances::default() };
    let sentence = "Paid; receipt rt-1 of 2026-09-01 at 12:00.";
    says(&explain(&strange, known_whole, town.now), WaitsFor::Settlement, sentence);

    let mut reported = paid.clone();
    reported.installment_mut(id).unwrap().reported_at = Some(town.now.plus_hours(24));
    let sentence = "Paid; receipt rt-1 of 2026-09-01 at 12:00, reported by the provider on 2026-09-02 at 12:00.";
    says(&explain(&reported, known, town.now.plus_hours(24)), WaitsFor::Nothing, sentence);

    let mut outside = position;
    outside.installment_mut(id).unwrap().payment = payment(None);
    says(&alone(&outside, town.now), WaitsFor::Nothing, "Paid outside of pagoPA on 2026-09-01 at 12:00.");
}
