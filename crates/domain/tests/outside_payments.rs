// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the institution tells of payments outside of pagoPA (rules.md 15).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::{TAX_CODE, Town, codes, named, one_payment, quiet, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::Write;
use tramite_domain::debt_position::{
    Activity, DebtPosition, Decided, InstallmentStatus, OutsidePayment, PositionStatus, cancel, installment_status,
    mark_paid, position_status, reopen,
};
use tramite_domain::event::EventKind;
use tramite_domain::money::Cents;
use tramite_domain::refusal::Refusal;

fn payment(town: &Town, position: &DebtPosition, reference: &str, amount: i64) -> OutsidePayment {
    OutsidePayment { installment: named(position, reference).id, paid_at: town.now, amount }
}

fn mark(town: &mut Town, position: &DebtPosition, paid: OutsidePayment) -> Result<Decided, Refusal> {
    mark_paid(&mut town.given(), TAX_CODE.parse().unwrap(), position, paid, quiet(), false)
}

fn status(town: &Town, position: &DebtPosition, reference: &str) -> InstallmentStatus {
    let (option, one) = position.installment(named(position, reference).id).unwrap();
    installment_status(position, option, one, town.now)
}

#[test]
fn what_was_paid_outside_is_paid_without_a_receipt_and_excludes_the_other_options() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let due = named(&position, "first").amount;
    let told = payment(&town, &position, "first", due.cents());
    let decided = mark(&mut town, &position, told).unwrap();
    let [Write::SettleInstallment { expected: 1, installment, .. }, Write::InsertEvent(event), Write::InsertTask(_)] =
        decided.batch.writes()
    else {
        panic!("{:?}", decided.batch);
    };
    assert_eq!(*installment, told.installment);
    assert_eq!((event.kind, event.data.receipt_id), (EventKind::InstallmentPaid, None));
    assert_eq!((event.data.amount, event.data.paid_at), (Some(due), Some(town.now)));
    assert_eq!(event.data.status.as_deref(), Some("partially_paid"));
    assert!(event.data.anomalies.is_empty());
    let marked = decided.position;
    assert_eq!(status(&town, &marked, "first"), InstallmentStatus::Paid);
    assert_eq!(status(&town, &marked, "whole"), InstallmentStatus::Superseded);
    assert!(mark(&mut town, &marked, told).unwrap().batch.is_empty(), "the same again is the same");
    let other = OutsidePayment { amount: told.amount + 1, ..told };
    let refused = Refusal::InstallmentState { status: InstallmentStatus::Paid };
    assert_eq!(mark(&mut town, &marked, other).unwrap_err(), refused);
    let whole = payment(&town, &marked, "whole", 100);
    let refused = Refusal::InstallmentState { status: InstallmentStatus::Superseded };
    assert_eq!(mark(&mut town, &marked, whole).unwrap_err(), refused);
}

#[test]
fn a_mark_is_taken_back_until_a_receipt_says_that_it_was_paid_again() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 12_050));
    let told = payment(&town, &position, "single", 12_000);
    let marked = mark(&mut town, &position, told).unwrap().position;
    assert!(named(&marked, "single").anomalies.contains(&Anomaly::AmountMismatch));
    let back = reopen(&mut town.given(), &marked).unwrap().position;
    assert_eq!(position_status(&back, town.now), PositionStatus::Open);
    assert!(named(&back, "single").anomalies.is_empty());
    assert_eq!(back.options, position.options, "under the same numbers");

    let mut twice = marked.clone();
    let id = named(&twice, "single").id;
    twice.installment_mut(id).unwrap().anomalies.insert(Anomaly::DuplicatePayment);
    let refused = Refusal::PositionState { status: PositionStatus::Paid };
    assert_eq!(reopen(&mut town.given(), &twice).unwrap_err(), refused);
}

#[test]
fn nothing_is_marked_that_is_not_owed_or_that_somebody_is_paying() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 12_050));
    let told = payment(&town, &position, "single", 12_050);
    let tomorrow = town.now.plus_hours(24);
    let wrong = OutsidePayment { installment: uuid::Uuid::nil().into(), paid_at: tomorrow, amount: 0 };
    let found = codes(mark(&mut town, &position, wrong).unwrap_err());
    let expected =
        [("/installment_id", "unknown_installment"), ("/amount", "invalid_amount"), ("/paid_at", "paid_at_to_come")];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));

    let mut draft = position.clone();
    draft.published_at = None;
    let withdrawn = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    for (closed, status) in [(draft, InstallmentStatus::Draft), (withdrawn, InstallmentStatus::Cancelled)] {
        assert_eq!(mark(&mut town, &closed, told).unwrap_err(), Refusal::InstallmentState { status });
    }

    let get = Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: told.installment,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: Cents::new(12_050).unwrap(),
        at: town.now,
    };
    let paying = Activity { attempts: std::slice::from_ref(&get), sessions: &[] };
    let creditor = TAX_CODE.parse().unwrap();
    let busy = mark_paid(&mut town.given(), creditor, &position, told, paying, false).unwrap_err();
    assert_eq!(busy, Refusal::PaymentInProgress { locked_until: town.now.plus_seconds(1_800) });
    assert!(mark_paid(&mut town.given(), creditor, &position, told, paying, true).is_ok());
}
