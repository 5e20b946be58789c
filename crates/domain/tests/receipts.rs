// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for receipts (rules.md 26 to 32): money wins.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what they expect")]

#[path = "receipts/again.rs"]
mod again;
#[path = "receipts/amounts.rs"]
mod amounts;
#[path = "support/arriving.rs"]
mod arriving;
mod support;

use std::collections::BTreeSet;

use arriving::arrival;
use support::{Town, named, one_payment, quiet, single_or_plan};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{DebtPosition, OptionKind, PositionStatus, cancel, position_status};
use tramite_domain::event::EventKind;
use tramite_domain::institution::{Institution, InstitutionStatus};
use tramite_domain::money::Cents;
use tramite_domain::receipt::{Accepted, Arrival, Known, Receipt, ReceiptOutcome, ReceiptRole, accept};

fn got(town: &Town, position: &DebtPosition, reference: &str) -> Attempt {
    Attempt {
        id: uuid::Uuid::from_u128(9).into(),
        installment_id: named(position, reference).id,
        kind: AttemptKind::Get,
        reference: String::new(),
        session_id: None,
        amount: named(position, reference).amount,
        at: town.now.plus_seconds(-60),
    }
}

struct Outcome {
    receipt: Option<Receipt>,
    position: Option<DebtPosition>,
    events: Vec<EventKind>,
    batch: Batch,
}

fn take(town: &mut Town, position: Option<&DebtPosition>, attempts: &[Attempt], arrival: &Arrival) -> Outcome {
    let institution = town.institution.clone();
    let known = Known { position, attempts, ..nothing(&institution) };
    let Accepted::First { batch } = accept(&mut town.given(), known, arrival) else { panic!("not a first receipt") };
    let mut outcome = Outcome { receipt: None, position: None, events: Vec::new(), batch: batch.clone() };
    for write in batch.into_writes() {
        match write {
            Write::InsertReceipt(receipt) => outcome.receipt = Some(*receipt),
            Write::SettleInstallment { position, .. } | Write::InsertPosition(position) => {
                outcome.position = Some(*position)
            }
            Write::InsertEvent(event) => outcome.events.push(event.kind),
            _ => {}
        }
    }
    outcome
}

/// Nothing is known but the institution, and the message came by the right way.
fn nothing(institution: &Institution) -> Known<'_> {
    Known {
        institution,
        broker_matches: true,
        kept: None,
        variant_kept: false,
        position: None,
        number_taken: false,
        places: &[],
        attempts: &[],
        sessions: &[],
        more_sessions: false,
    }
}

/// How many alarms the operators get. An alarm waits a moment: the get may have come to another process.
fn alarms(batch: &Batch) -> usize {
    let is = |write: &&Write| matches!(write, Write::InsertTask(task) if task.work.name() == "check_activation");
    batch.writes().iter().filter(is).count()
}

fn notice(position: &DebtPosition, reference: &str) -> String {
    named(position, reference).notice_number.unwrap().to_string()
}

#[test]
fn a_receipt_pays_its_installment_and_one_event_tells_it() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 12_050));
    let attempts = [got(&town, &position, "single")];
    let arrival = arrival(&town, &notice(&position, "single"), 12_050);
    let outcome = take(&mut town, Some(&position), &attempts, &arrival);
    let after = outcome.position.unwrap();
    assert_eq!(position_status(&after, town.now), PositionStatus::Paid);
    assert_eq!(after.version, position.version + 1);
    assert_eq!(outcome.events, [EventKind::InstallmentPaid]);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::new());
}

#[test]
fn a_receipt_for_a_cancelled_position_is_kept_and_flagged() {
    let mut town = Town::new();
    let open = town.position(&one_payment("S-1", 100));
    let position = cancel(&mut town.given(), &open, quiet(), false).unwrap().position;
    town.later(60);
    let attempts = [got(&town, &position, "single")];
    let arrival = arrival(&town, &notice(&position, "single"), 100);
    let outcome = take(&mut town, Some(&position), &attempts, &arrival);
    assert_eq!(position_status(&outcome.position.unwrap(), town.now), PositionStatus::Paid);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::from([Anomaly::CancelledPosition]));
}

#[test]
fn a_second_receipt_for_a_paid_installment_is_a_double_payment_and_changes_no_state() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let attempts = [got(&town, &position, "single")];
    let first = arrival(&town, &notice(&position, "single"), 100);
    let paid = take(&mut town, Some(&position), &attempts, &first).position.unwrap();
    town.later(10);
    let mut second = arrival(&town, &notice(&position, "single"), 100);
    second.content.receipt_id = "another".to_owned();
    let outcome = take(&mut town, Some(&paid), &attempts, &second);
    let after = outcome.position.unwrap();
    assert_eq!(named(&after, "single").payment, named(&paid, "single").payment, "paid is final");
    // Its money is there: whoever sums up what came finds it once, as a receipt.
    assert_eq!(outcome.events, [EventKind::ReceiptReceived, EventKind::AnomalyDetected]);
    assert!(outcome.receipt.unwrap().anomalies.contains(&Anomaly::DuplicatePayment));
}

#[test]
fn two_alternatives_of_one_debt_both_paid_are_an_explicit_double_payment() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let attempts = [got(&town, &position, "whole"), got(&town, &position, "first")];
    let first = arrival(&town, &notice(&position, "whole"), 10_000);
    let paid = take(&mut town, Some(&position), &attempts, &first).position.unwrap();
    let mut second = arrival(&town, &notice(&position, "first"), 5_000);
    second.content.receipt_id = "another".to_owned();
    let outcome = take(&mut town, Some(&paid), &attempts, &second);
    assert!(named(&outcome.position.unwrap(), "first").payment.is_some(), "the money is booked");
    let anomalies = outcome.receipt.unwrap().anomalies;
    assert_eq!(anomalies, BTreeSet::from([Anomaly::DuplicatePayment, Anomaly::SupersededPosition]));
}

#[test]
fn an_amount_that_was_never_due_and_a_payment_never_asked_for_are_flagged() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let arrival_of_90 = arrival(&town, &notice(&position, "single"), 90);
    let outcome = take(&mut town, Some(&position), &[], &arrival_of_90);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::from([Anomaly::AmountMismatch, Anomaly::NotActivated]));
    assert_eq!(position_status(&outcome.position.unwrap(), town.now), PositionStatus::Paid);
    assert_eq!(alarms(&outcome.batch), 1);
    // An amount that a get answered within the half hour before was due, though it is no longer.
    let mut asked = got(&town, &position, "single");
    asked.amount = Cents::new(90).unwrap();
    let outcome = take(&mut town, Some(&position), &[asked], &arrival_of_90);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::new());
}

#[test]
fn a_receipt_in_stand_in_is_not_an_alarm() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut arrival = arrival(&town, &notice(&position, "single"), 100);
    arrival.content.stand_in = true;
    let outcome = take(&mut town, Some(&position), &[], &arrival);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::from([Anomaly::StandIn]));
}

#[test]
fn a_payment_before_its_time_or_after_it_is_told_by_its_kind() {
    let day = 86_400;
    let reduced = |town: &Town| {
        let mut input = single_or_plan("S-1");
        let option = input.payment_options.first_mut().unwrap();
        option.kind = OptionKind::Reduced;
        option.available_until = Some(town.now.plus_seconds(day));
        input
    };
    let expiring = |town: &Town| {
        let mut input = reduced(town);
        let option = input.payment_options.first_mut().unwrap();
        option.installments.first_mut().unwrap().expires_at = Some(town.now.plus_seconds(day));
        input
    };
    let draft = |_: &Town| tramite_domain::debt_position::PositionInput { publish: false, ..single_or_plan("S-1") };
    let scheduled = |town: &Town| tramite_domain::debt_position::PositionInput {
        valid_from: Some(town.now.plus_seconds(3 * day)),
        ..single_or_plan("S-1")
    };
    type Case<'a> = (&'a dyn Fn(&Town) -> tramite_domain::debt_position::PositionInput, Anomaly);
    let cases: [Case<'_>; 4] = [
        (&draft, Anomaly::DraftPosition),
        (&scheduled, Anomaly::DraftPosition),
        (&reduced, Anomaly::LateReduced),
        (&expiring, Anomaly::ExpiredPosition),
    ];
    for (input, expected) in cases {
        let mut town = Town::new();
        let input = input(&town);
        let position = town.position(&input);
        town.later(2 * day);
        let asked = got(&town, &position, "whole");
        let attempts = [Attempt { at: town.now.plus_seconds(-3_600), ..asked }];
        let arrival = arrival(&town, &notice(&position, "whole"), 10_000);
        let outcome = take(&mut town, Some(&position), &attempts, &arrival);
        assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::from([expected]));
        assert_eq!(position_status(&outcome.position.unwrap(), town.now), PositionStatus::Paid);
    }
}

#[test]
fn the_first_installment_of_a_plan_leaves_its_position_partially_paid() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let attempts = [got(&town, &position, "first")];
    let arrival = arrival(&town, &notice(&position, "first"), 5_000);
    let outcome = take(&mut town, Some(&position), &attempts, &arrival);
    assert_eq!(position_status(&outcome.position.unwrap(), town.now), PositionStatus::PartiallyPaid);
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::new());
}

#[test]
fn a_withdrawn_alternative_paid_beside_another_is_a_double_payment() {
    let mut town = Town::new();
    let position = town.position(&single_or_plan("S-1"));
    let withdrawn = cancel(&mut town.given(), &position, quiet(), false).unwrap().position;
    let mut paid = withdrawn;
    for (reference, cents, expected) in [
        ("whole", 10_000, BTreeSet::from([Anomaly::CancelledPosition])),
        ("first", 5_000, BTreeSet::from([Anomaly::CancelledPosition, Anomaly::DuplicatePayment])),
    ] {
        let attempts = [got(&town, &paid, reference)];
        let mut arrival = arrival(&town, &notice(&paid, reference), cents);
        arrival.content.receipt_id = reference.to_owned();
        let outcome = take(&mut town, Some(&paid), &attempts, &arrival);
        assert_eq!(outcome.receipt.unwrap().anomalies, expected, "{reference}");
        paid = outcome.position.unwrap();
    }
}

#[test]
fn the_bytes_of_a_message_are_never_printed() {
    let town = Town::new();
    let mut arrival = arrival(&town, "305000000001234586", 700);
    arrival.message.bytes = b"<fullName>canary</fullName>".to_vec();
    assert!(format!("{arrival:?}").contains("ReceiptMessage(27 bytes)"));
    let number = u32::from(b'c').to_string();
    let entry = tramite_domain::journal::JournalEntry {
        id: uuid::Uuid::from_u128(1).into(),
        exchange: uuid::Uuid::from_u128(2),
        at: town.now,
        direction: tramite_domain::journal::Direction::Request,
        operation: "paSendRTV2".to_owned(),
        caller: String::new(),
        callee: String::new(),
        creditor_tax_code: None,
        station_id: None,
        notice_number: None,
        iuv: None,
        payment_token: None,
        psp_id: None,
        session_id: None,
        outcome: None,
        http_status: None,
        duration_us: None,
        payload: b"ccc".to_vec(),
    };
    let printed = format!("{entry:?}");
    assert!(printed.contains("payload_bytes: 3") && !printed.contains(&format!("[{number}")), "{printed}");
}

#[test]
fn a_receipt_for_an_unknown_notice_makes_a_paid_position_of_its_own() {
    let mut town = Town::new();
    let arrival = arrival(&town, "305000000001234586", 700);
    let outcome = take(&mut town, None, &[], &arrival);
    let position = outcome.position.clone().unwrap();
    assert_eq!(position_status(&position, town.now), PositionStatus::Paid);
    assert_eq!(position.service_code, None);
    let receipt = outcome.receipt.clone().unwrap();
    assert_eq!(receipt.anomalies, BTreeSet::from([Anomaly::UnknownPosition, Anomaly::NotActivated]));
    assert_eq!(receipt.position.unwrap().position_id, position.id);
    assert_eq!(alarms(&outcome.batch), 1, "nobody had asked for it");
    // What the Node says of the debtor is kept as it is, and a payment in stand-in is no alarm.
    let mut odd = arrival.clone();
    odd.content.stand_in = true;
    let debtor = tramite_domain::receipt::Party { tax_code: "RSSMRA85T10A562T".to_owned(), ..Default::default() };
    odd.content.debtor = Some(debtor.into());
    let outcome = take(&mut town, None, &[], &odd);
    assert_eq!(outcome.position.unwrap().debtor.tax_code.expose().as_str(), "RSSMRA85T10A562T");
    assert_eq!(outcome.receipt.unwrap().anomalies, BTreeSet::from([Anomaly::UnknownPosition, Anomaly::StandIn]));
    assert_eq!(alarms(&outcome.batch), 0);
}

#[test]
fn a_receipt_for_an_unknown_notice_whose_reference_is_taken_or_by_another_broker_is_kept_by_itself() {
    let mut town = Town::new();
    let institution = town.institution.clone();
    let arrival = arrival(&town, "101000000000000042", 100);
    let known = Known { number_taken: true, broker_matches: false, ..nothing(&institution) };
    let Accepted::First { batch } = accept(&mut town.given(), known, &arrival) else { panic!("not a first receipt") };
    assert!(!batch.writes().iter().any(|write| matches!(write, Write::InsertPosition(_))));
    let kept = batch.writes().iter().find_map(|write| match write {
        Write::InsertReceipt(receipt) => Some(receipt.anomalies.clone()),
        _ => None,
    });
    let expected = [Anomaly::StationMismatch, Anomaly::UnknownPosition, Anomaly::NotActivated];
    assert_eq!(kept.unwrap(), BTreeSet::from(expected));
}

#[test]
fn a_copy_for_a_beneficiary_touches_no_position_even_under_the_same_notice_number() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut arrival = arrival(&town, &notice(&position, "single"), 100);
    arrival.content.creditor_tax_code = "99999000021".to_owned();
    let outcome = take(&mut town, Some(&position), &[], &arrival);
    assert_eq!(outcome.position, None);
    assert_eq!(outcome.receipt.unwrap().role, ReceiptRole::Beneficiary);
    assert_eq!(outcome.events, [EventKind::ReceiptReceived]);
}

#[test]
fn a_receipt_with_outcome_ko_is_kept_and_pays_nothing() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    let mut arrival = arrival(&town, &notice(&position, "single"), 100);
    arrival.content.outcome = ReceiptOutcome::Ko;
    let outcome = take(&mut town, Some(&position), &[], &arrival);
    assert_eq!(outcome.position, None);
    assert_eq!(outcome.receipt.unwrap().position.unwrap().position_id, position.id);
}

#[test]
fn a_receipt_without_an_instant_through_an_old_station_to_a_closed_institution_is_kept() {
    let mut town = Town::new();
    let position = town.position(&one_payment("S-1", 100));
    town.institution.status = InstitutionStatus::Closed;
    let mut arrival = arrival(&town, &notice(&position, "single"), 100);
    arrival.station_id = "99999000039_99".to_owned();
    arrival.content.paid_at = None;
    let attempts = [got(&town, &position, "single")];
    let outcome = take(&mut town, Some(&position), &attempts, &arrival);
    let receipt = outcome.receipt.unwrap();
    assert_eq!(receipt.paid_at, town.now);
    let expected = [Anomaly::StationMismatch, Anomaly::InstitutionInactive, Anomaly::IrregularMessage];
    assert_eq!(receipt.anomalies, BTreeSet::from(expected));
}
