// SPDX-License-Identifier: AGPL-3.0-or-later
//! A withdrawal is taken back, under the same numbers, or a payment that the institution had told (rules.md, table S, 15).

use crate::anomaly::Anomaly;
use crate::given::Given;
use crate::refusal::Refusal;

use super::change::changed;
use super::{DebtPosition, Decided, Installment, PositionStatus, position_status};

/// Reopens a cancelled position: it is again as it was before. Of one that is paid, what was marked paid outside of pagoPA is
/// unpaid again; what a receipt paid is final.
///
/// # Errors
/// `StillExpired` when its dates have passed: they must be changed first. `PositionState` in any other state.
pub fn reopen(given: &mut Given<'_>, position: &DebtPosition) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Cancelled => reopen_cancelled(given, position),
        PositionStatus::Paid | PositionStatus::PartiallyPaid => reopen_paid(given, position),
        PositionStatus::Expired => Err(Refusal::StillExpired),
        status => Err(Refusal::PositionState { status }),
    }
}

fn reopen_cancelled(given: &mut Given<'_>, position: &DebtPosition) -> Result<Decided, Refusal> {
    let after = DebtPosition { cancelled_at: None, ..position.clone() };
    match position_status(&after, given.now) {
        PositionStatus::Expired => Err(Refusal::StillExpired),
        // Every installment was withdrawn by itself: there is nothing to go back to.
        status @ PositionStatus::Cancelled => Err(Refusal::PositionState { status }),
        _ => Ok(changed(given, position, after)),
    }
}

fn reopen_paid(given: &mut Given<'_>, position: &DebtPosition) -> Result<Decided, Refusal> {
    let mut after = position.clone();
    for one in after.options.iter_mut().flat_map(|option| &mut option.installments).filter(|one| paid_outside(one)) {
        one.payment = None;
        one.anomalies.remove(&Anomaly::AmountMismatch);
    }
    if after == *position {
        return Err(Refusal::PositionState { status: position_status(position, given.now) });
    }
    Ok(changed(given, position, after))
}

/// Marked as paid, and no receipt says so or says that it was paid again.
fn paid_outside(one: &Installment) -> bool {
    let marked = one.payment.as_ref().is_some_and(|payment| payment.receipt_id.is_none());
    marked && !one.anomalies.contains(&Anomaly::DuplicatePayment)
}
