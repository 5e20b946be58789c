// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the institution tells of payments outside of pagoPA (rules.md 15).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

mod support;

use support::session::{new_session, own_item, session_input};
use support::{TAX_CODE, Town, codes, named, one_payment, pay, quiet, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{
    Activity, DebtPosition, Decided, InstallmentStatus, OutsidePayment, PositionStatus, Undone, cancel,
    installment_status, mark_paid, position_status, undone, unmark,
};
use tramite_domain::event::EventKind;
use tramite_domain::ids::InstallmentId;
use tramite_domain::money::Cents;
use tramite_domain::refusal::Refusal;
use tramite_domain::session::{CheckoutSession, Choice, SessionStatus};
use tramite_domain::task::Work;

fn payment(town: &Town, position: &DebtPosition, reference: &str, amount: i64) -> OutsidePayment {
    let installment = named(position, reference).id;
    OutsidePayment { installment, paid_at: town.now, amount, reference: "Bonifico 2026-0815".to_owned() }
}

fn mark(town: &mut Town, position: &DebtPosition, paid: &OutsidePayment) -> Result<Decided, Refusal> {
    mark_paid(&mut town.given(), TAX_CODE.parse().unwrap(), position, paid, quiet(), false)
}

fn marked(town: &mut Town, position: &DebtPosition, reference: &str) -> DebtPosition {
    let paid = payment(town, position, reference, named(position, reference).amount.cents());
    mark(town, position, &paid).unwrap().position
}

fn back(
    town: &mut Town,
    position: &DebtPosition,
    reference: &str,
    sessions: &[CheckoutSession],
) -> Result<Decided, Refusal> {
    let id = named(position, reference).id;
    unmark(&mut town.given(), TAX_CODE.parse().unwrap(), position, id, sessions)
}

fn status(town: &Town, position: &DebtPosition, reference: &str) -> InstallmentStatus {
    let (option, one) = position.installment(named(position, reference).id).unwrap();
    installment_status(position, option, one, town.now)
}

/// A session that holds one installment of each of these positions.
fn session(town: &mut Town, positions: &[(&DebtPosition, &str)]) -> CheckoutSession {
    let item =
        |(position, reference): &(&DebtPosition, &str)| own_item(position, Choice::Reference((*reference).to_owned()));
    new_session(town, &session_input(), positions.iter().map(item).collect()).0
}

fn written(batch: &Batch) -> Vec<CheckoutSession> {
    let session = |write: &Write| match write {
        Write::UpdateSession { session, .. } => Some((**session).clone()),
        _ => None,
    };
    batch.writes().iter().filter_map(session).collect()
}

#[test]
fn what_was_paid_outside_is_paid_without_a_receipt_and_excludes_the_other_options() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let due = named(&position, "first").amount;
    let told = payment(&town, &position, "first", due.cents());
    let decided = mark(&mut town, &position, &told).unwrap();
    let [Write::SettleInstallment { expected: 1, installment, .. }, Write::InsertEvent(event), Write::InsertTask(task)] =
        decided.batch.writes()
    else {
        panic!("{:?}", decided.batch);
    };
    assert!(matches!(task.work, Work::SettleForeignItems { marked: true, .. }), "{task:?}");
    assert_eq!(*installment, told.installment);
    assert_eq!((event.kind, event.data.receipt_id), (EventKind::InstallmentPaid, None));
    assert_eq!((event.data.amount, event.data.paid_at), (Some(due), Some(town.now)));
    assert_eq!(
        (event.data.channel.as_deref(), event.data.status.as_deref()),
        (Some("external"), Some("partially_paid"))
    );
    assert!(event.data.anomalies.is_empty());
    let paid = decided.position;
    assert_eq!(status(&town, &paid, "first"), InstallmentStatus::Paid);
    assert_eq!(status(&town, &paid, "whole"), InstallmentStatus::Superseded);
    assert!(mark(&mut town, &paid, &told).unwrap().batch.is_empty(), "the same again is the same");
    let refused = Refusal::InstallmentState { status: InstallmentStatus::Paid };
    let other_amount = OutsidePayment { amount: told.amount + 1, ..told.clone() };
    let other_reference = OutsidePayment { reference: "Bonifico 2026-0816".to_owned(), ..told.clone() };
    for other in [other_amount, other_reference] {
        assert_eq!(mark(&mut town, &paid, &other).unwrap_err(), refused);
    }
    let whole = payment(&town, &paid, "whole", 100);
    let refused = Refusal::InstallmentState { status: InstallmentStatus::Superseded };
    assert_eq!(mark(&mut town, &paid, &whole).unwrap_err(), refused);
}

#[test]
fn a_mark_is_taken_back_until_a_receipt_says_that_the_debt_was_paid_again() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 12_050));
    let told = payment(&town, &position, "single", 12_000);
    let paid = mark(&mut town, &position, &told).unwrap().position;
    assert!(named(&paid, "single").anomalies.contains(&Anomaly::AmountMismatch));
    let decided = back(&mut town, &paid, "single", &[]).unwrap();
    let event = decided.batch.writes().iter().find_map(|write| match write {
        Write::InsertEvent(event) => Some(event),
        _ => None,
    });
    let event = event.unwrap();
    assert_eq!((event.kind, event.data.installment_id), (EventKind::PositionUpdated, Some(told.installment)));
    assert_eq!(
        (event.data.status.as_deref(), event.data.previous_status.as_deref()),
        (Some("open"), Some("paid")),
        "the state is told as of every change"
    );
    let reopened = decided.position;
    assert_eq!(position_status(&reopened, town.now), PositionStatus::Open);
    assert!(named(&reopened, "single").anomalies.is_empty());
    assert_eq!(reopened.options, position.options, "under the same numbers");

    let mut twice = paid.clone();
    let id = named(&twice, "single").id;
    twice.installment_mut(id).unwrap().anomalies.insert(Anomaly::DuplicatePayment);
    let refused = Refusal::InstallmentState { status: InstallmentStatus::Paid };
    assert_eq!(back(&mut town, &twice, "single", &[]).unwrap_err(), refused);

    // A receipt paid the alternative to it: the debt is paid whatever becomes of the mark.
    let either = town.position(&single_or_plan("S-2"));
    let mut both = marked(&mut town, &either, "first");
    pay(&mut both, "whole", town.now.plus_seconds(5));
    assert_eq!(back(&mut town, &both, "first", &[]).unwrap_err(), refused);
    // One that paid the next part of the same plan says nothing against it.
    let mut plan = marked(&mut town, &either, "first");
    pay(&mut plan, "second", town.now.plus_seconds(5));
    assert_eq!(back(&mut town, &plan, "second", &[]).unwrap_err(), refused, "a receipt is final");
    let reopened = back(&mut town, &plan, "first", &[]).unwrap().position;
    assert_eq!(position_status(&reopened, town.now), PositionStatus::PartiallyPaid);
}

#[test]
fn what_a_reopening_means_is_said_where_it_could_be_two_things() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let meant = |town: &Town, position: &DebtPosition, named: Option<InstallmentId>| undone(position, named, town.now);
    let (first, second) = (named(&position, "first").id, named(&position, "second").id);
    let open = Refusal::PositionState { status: PositionStatus::Open };
    assert_eq!(meant(&town, &position, None).unwrap_err(), open);

    let one = marked(&mut town, &position, "first");
    assert_eq!(meant(&town, &one, None), Ok(Undone::Mark(first)));
    let both = marked(&mut town, &one, "second");
    let required = [("/installment_id".to_owned(), "required")];
    assert_eq!(codes(meant(&town, &both, None).unwrap_err()), required);
    assert_eq!(meant(&town, &both, Some(second)), Ok(Undone::Mark(second)));

    // The rest of the plan was withdrawn: whoever reopens may mean that, which nothing can take back.
    let withdrawn = cancel(&mut town.given(), &one, quiet(), false).unwrap().position;
    assert_eq!(position_status(&withdrawn, town.now), PositionStatus::Paid);
    assert_eq!(codes(meant(&town, &withdrawn, None).unwrap_err()), required);
    assert_eq!(meant(&town, &withdrawn, Some(first)), Ok(Undone::Mark(first)));
    let not_marked = Refusal::InstallmentState { status: InstallmentStatus::Cancelled };
    assert_eq!(meant(&town, &withdrawn, Some(second)).unwrap_err(), not_marked);

    let cancelled = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    assert_eq!(meant(&town, &cancelled, None), Ok(Undone::Withdrawal));
    assert_eq!(meant(&town, &cancelled, Some(first)).unwrap_err(), not_marked);
    let unknown = codes(meant(&town, &cancelled, Some(uuid::Uuid::nil().into())).unwrap_err());
    assert_eq!(unknown, [("/installment_id".to_owned(), "unknown_installment")]);
}

#[test]
fn a_mark_completes_live_sessions_and_taken_back_it_is_to_be_paid_again_in_those_that_still_live() {
    let mut town = Town::new();
    let (one, two) = (town.position(&one_payment("S-1", 100)), town.position(&one_payment("S-2", 200)));
    let alone = session(&mut town, &[(&one, "single")]);
    let beside = session(&mut town, &[(&one, "single"), (&two, "single")]);
    let sessions = [alone, beside];
    let activity = Activity { attempts: &[], sessions: &sessions, places: &[], superseded: false };
    let told = payment(&town, &one, "single", 100);
    let creditor = TAX_CODE.parse().unwrap();
    let decided = mark_paid(&mut town.given(), creditor, &one, &told, activity, false).unwrap();
    let paid = written(&decided.batch);
    let states: Vec<_> = paid.iter().map(|one| (one.told_status, one.amount_paid().cents())).collect();
    assert_eq!(states, [(SessionStatus::Completed, 100), (SessionStatus::Open, 100)]);

    let reopened = back(&mut town, &decided.position, "single", &paid).unwrap();
    let [still] = written(&reopened.batch).try_into().unwrap();
    assert_eq!((still.id, still.version, still.amount_paid()), (paid.last().unwrap().id, 3, Cents::ZERO));
    let release = |write: &&Write| matches!(write, Write::ReleaseItem { session, place: 0 } if *session == still.id);
    assert_eq!(reopened.batch.writes().iter().filter(release).count(), 1);
    let task = |write: &&Write| matches!(write, Write::InsertTask(task) if matches!(task.work, Work::ReleaseForeignItems { .. }));
    assert_eq!(reopened.batch.writes().iter().filter(task).count(), 1);
}

#[test]
fn nothing_is_marked_that_is_not_owed_or_that_somebody_is_paying() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let told = payment(&town, &position, "first", 5_000);
    let tomorrow = town.now.plus_hours(24);
    let reference = "da RSSMRA85T10A562S".to_owned();
    let wrong = OutsidePayment { installment: uuid::Uuid::nil().into(), paid_at: tomorrow, amount: 0, reference };
    let found = codes(mark(&mut town, &position, &wrong).unwrap_err());
    let expected = [
        ("/installment_id", "unknown_installment"),
        ("/amount", "invalid_amount"),
        ("/paid_at", "paid_at_to_come"),
        ("/reference", "personal_data_in_text"),
    ];
    assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));

    let mut draft = position.clone();
    draft.published_at = None;
    let withdrawn = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    for (closed, status) in [(draft, InstallmentStatus::Draft), (withdrawn, InstallmentStatus::Cancelled)] {
        assert_eq!(mark(&mut town, &closed, &told).unwrap_err(), Refusal::InstallmentState { status });
    }

    // Somebody pays it, or the alternative to it; the other part of the same plan may be paid beside it.
    let creditor = TAX_CODE.parse().unwrap();
    let busy = Refusal::PaymentInProgress { locked_until: town.now.plus_seconds(1_800) };
    for (asked, expected) in [("first", Some(busy.clone())), ("whole", Some(busy)), ("second", None)] {
        let get = Attempt {
            id: uuid::Uuid::from_u128(9).into(),
            installment_id: named(&position, asked).id,
            kind: AttemptKind::Get,
            reference: String::new(),
            session_id: None,
            amount: Cents::new(12_050).unwrap(),
            at: town.now,
        };
        let paying = Activity { attempts: std::slice::from_ref(&get), sessions: &[], places: &[], superseded: false };
        let decided = mark_paid(&mut town.given(), creditor, &position, &told, paying, false);
        assert_eq!(decided.err(), expected, "{asked}");
        assert!(mark_paid(&mut town.given(), creditor, &position, &told, paying, true).is_ok());
    }
}
