// SPDX-License-Identifier: AGPL-3.0-or-later
//! A withdrawal is taken back, under the same numbers, or a payment that the institution had told (rules.md, table S, 15).

use crate::anomaly::Anomaly;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::InstallmentId;
use crate::refusal::Refusal;
use crate::session::{CheckoutSession, item_released};
use crate::submission::{HOLD_MINUTES_DEFAULT, hold_places};
use crate::task::{Task, Work};
use crate::tax_code::InstitutionTaxCode;
use crate::violation::{Place, Violations};

use super::change::{Activity, changed};
use super::{
    DebtPosition, Decided, Installment, Payment, PaymentChannel, PaymentOption, PositionStatus, installment_status,
    position_status,
};

/// Seconds of a minute.
const SECONDS_PER_MINUTE: i64 = 60;

/// What a reopening takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// The withdrawal of the position.
    Withdrawal,
    /// The mark of that installment as paid.
    Mark(InstallmentId),
}

/// What a reopening would take back. An installment that is named is one whose mark is meant; without a name it is the
/// withdrawal of a withdrawn position, or the only mark there is where nothing else can be meant.
///
/// # Errors
/// `Invalid` where the position has no such installment, and where it must be named; `InstallmentState` where it was not
/// marked; `PositionState` where there is nothing to take back.
pub fn undone(
    position: &DebtPosition,
    named: Option<InstallmentId>,
    now: crate::time::Instant,
) -> Result<Undone, Refusal> {
    if let Some(id) = named {
        let Some((option, one)) = position.installment(id) else {
            return Err(wrong("unknown_installment", "the debt position has no such installment"));
        };
        let status = installment_status(position, option, one, now);
        return if one.is_marked() { Ok(Undone::Mark(id)) } else { Err(Refusal::InstallmentState { status }) };
    }
    match position_status(position, now) {
        PositionStatus::Cancelled => Ok(Undone::Withdrawal),
        PositionStatus::Expired => Err(Refusal::StillExpired),
        status @ (PositionStatus::Paid | PositionStatus::PartiallyPaid) => {
            let mut marked = position.installments().filter(|(_, one)| one.is_marked());
            match (marked.next(), marked.next()) {
                (None, _) => Err(Refusal::PositionState { status }),
                (Some(_), Some(_)) => Err(wrong("required", "several installments were marked as paid: name one")),
                // Whoever withdrew the rest of a plan may mean that, and it is not what would be taken back.
                (Some(_), None) if position.installments().any(|(_, one)| one.cancelled_at.is_some()) => {
                    Err(wrong("required", "installments were withdrawn too: name the one whose payment is taken back"))
                }
                (Some((_, one)), None) => Ok(Undone::Mark(one.id)),
            }
        }
        status => Err(Refusal::PositionState { status }),
    }
}

/// Reopens a cancelled position: it is again as it was before.
///
/// # Errors
/// `StillExpired` when its dates have passed: they must be changed first. `Superseded` where another submission stands for it.
/// `PositionState` in any other state.
pub fn reopen(given: &mut Given<'_>, position: &DebtPosition, activity: Activity<'_>) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Cancelled => {}
        PositionStatus::Expired => return Err(Refusal::StillExpired),
        status => return Err(Refusal::PositionState { status }),
    }
    if activity.superseded {
        return Err(Refusal::Superseded);
    }
    let after = DebtPosition { cancelled_at: None, ..position.clone() };
    match position_status(&after, given.now) {
        PositionStatus::Expired => Err(Refusal::StillExpired),
        // Every installment was withdrawn by itself: there is nothing to go back to.
        status @ PositionStatus::Cancelled => Err(Refusal::PositionState { status }),
        _ => {
            let mut decided = changed(given, position, after);
            decided.batch.append(held_again(given, position));
            Ok(decided)
        }
    }
}

/// Who was to pay has some time again to keep the places that are still theirs (rules.md 49).
fn held_again(given: &Given<'_>, position: &DebtPosition) -> Batch {
    let seconds = i64::from(HOLD_MINUTES_DEFAULT) * SECONDS_PER_MINUTE;
    hold_places(position, given.now.plus_seconds(seconds))
}

/// Takes back the mark of an installment: it is again to be paid under the same number, or past its dates where they have
/// passed meanwhile, for it was not paid. Items of live sessions that the mark had paid are to be paid again; a session that
/// is over stays as it was. `sessions` are the live ones that hold the installment.
///
/// # Errors
/// `InstallmentState` where a receipt paid it, says that it was paid a second time, or paid another option: then the debt
/// is paid whatever becomes of the mark.
pub fn unmark(
    given: &mut Given<'_>,
    creditor: InstitutionTaxCode,
    position: &DebtPosition,
    installment: InstallmentId,
    sessions: &[CheckoutSession],
) -> Result<Decided, Refusal> {
    let Some((option, one)) = position.installment(installment) else {
        return Err(wrong("unknown_installment", "the debt position has no such installment"));
    };
    let refused = || Refusal::InstallmentState { status: installment_status(position, option, one, given.now) };
    let payment = one.payment.clone().filter(|payment| payment.receipt_id.is_none()).ok_or_else(refused)?;
    if one.anomalies.contains(&Anomaly::DuplicatePayment) || paid_by_receipt_elsewhere(position, option) {
        return Err(refused());
    }
    let mut after = position.clone();
    if let Some(one) = after.installment_mut(installment) {
        one.payment = None;
        one.anomalies.remove(&Anomaly::AmountMismatch);
        one.anomalies.remove(&Anomaly::OverCapacity);
    }
    let mut decided = changed(given, position, after);
    decided.batch.append(held_again(given, position));
    decided.batch = naming(decided.batch, one);
    decided.batch.push(booked_back(given, &decided.position, one, &payment));
    for session in sessions {
        decided.batch.append(item_released(given, session, installment));
    }
    decided.batch.append(elsewhere(given, creditor, one, &payment));
    Ok(decided)
}

/// Whether a receipt paid an installment of an option that the mark excludes: it is flagged as a second payment of the debt.
fn paid_by_receipt_elsewhere(position: &DebtPosition, option: &PaymentOption) -> bool {
    let by_receipt = |one: &Installment| one.payment.as_ref().is_some_and(|payment| payment.receipt_id.is_some());
    position.installments().any(|(other, one)| other.id != option.id && by_receipt(one))
}

/// The counterpart of the event that told the mark, with the same facts.
fn booked_back(given: &mut Given<'_>, after: &DebtPosition, one: &Installment, payment: &Payment) -> Write {
    Write::InsertEvent(Box::new(Event {
        id: given.id(),
        kind: EventKind::InstallmentReopened,
        at: given.now,
        client_id: None,
        data: EventData {
            service_code: after.service_code.clone(),
            external_id: after.external_id.clone(),
            debt_position_id: Some(after.id),
            version: Some(after.version),
            installment_id: Some(one.id),
            installment_reference: Some(one.reference.clone()),
            iuv: Some(one.iuv.to_string()),
            notice_number: one.notice_number.map(|number| number.to_string()),
            amount: Some(payment.amount),
            paid_at: Some(payment.paid_at),
            channel: Some(PaymentChannel::External.name().to_owned()),
            status: Some(after.told_status.name().to_owned()),
            changed_by: given.client_id,
            ..EventData::default()
        },
    }))
}

/// The event says of which installment it tells: whoever has booked the mark books it back without a second call.
fn naming(batch: Batch, one: &Installment) -> Batch {
    let mut named = Batch::new();
    for mut write in batch.into_writes() {
        if let Write::InsertEvent(event) = &mut write {
            event.data.installment_id = Some(one.id);
            event.data.installment_reference = Some(one.reference.clone());
            event.data.iuv = Some(one.iuv.to_string());
            event.data.notice_number = one.notice_number.map(|number| number.to_string());
        }
        named.push(write);
    }
    named
}

/// Sessions of other institutions that hold its notice are released afterwards.
fn elsewhere(given: &mut Given<'_>, creditor: InstitutionTaxCode, one: &Installment, payment: &Payment) -> Batch {
    let Some(number) = one.notice_number else { return Batch::new() };
    let work = Work::ReleaseForeignItems {
        creditor_tax_code: creditor.to_string(),
        notice_number: number.to_string(),
        amount: payment.amount,
        paid_at: payment.paid_at,
    };
    Batch::new().with(Write::InsertTask(Task { id: given.id(), work, due_at: given.now }))
}

fn wrong(code: &'static str, detail: &str) -> Refusal {
    let mut wrong = Violations::new();
    wrong.add(&Place::root().at("installment_id"), code, detail);
    Refusal::Invalid(wrong.into_vec())
}
