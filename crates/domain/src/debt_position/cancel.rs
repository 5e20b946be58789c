// SPDX-License-Identifier: AGPL-3.0-or-later
//! The institution withdraws what is not paid (rules.md, table S).

use crate::audit::POSITION_CANCELLED;
use crate::given::Given;
use crate::refusal::Refusal;
use crate::submission::hold_places;
use crate::time::Instant;

use super::change::{Activity, changed};
use super::{DebtPosition, Decided, InstallmentStatus, PositionStatus, installment_status, position_status};

/// Cancels a position; a cancelled one again is the same and writes nothing. Of a partially paid position the unpaid
/// installments of the option that was used are cancelled; those of the others stay excluded by it (rules.md 13).
///
/// # Errors
/// `PositionState` when it is paid or reported; `PaymentInProgress` while somebody pays, unless forced (rules.md 11).
pub fn cancel(
    given: &mut Given<'_>,
    position: &DebtPosition,
    activity: Activity<'_>,
    force: bool,
) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Cancelled => Ok(Decided::unchanged(position)),
        status @ (PositionStatus::Paid | PositionStatus::Reported) => Err(Refusal::PositionState { status }),
        PositionStatus::PartiallyPaid => {
            activity.check_free(given.now, force)?;
            Ok(changed(given, position, without_the_unpaid(position, given.now)).audited(given, POSITION_CANCELLED))
        }
        PositionStatus::Draft | PositionStatus::Scheduled | PositionStatus::Open | PositionStatus::Expired => {
            activity.check_free(given.now, force)?;
            let after = DebtPosition { cancelled_at: Some(given.now), ..position.clone() };
            let mut decided = changed(given, position, after);
            // Nobody pays for its places any more: who needs one has it at once.
            decided.batch.append(hold_places(position, given.now));
            Ok(decided.audited(given, POSITION_CANCELLED))
        }
    }
}

fn without_the_unpaid(position: &DebtPosition, now: Instant) -> DebtPosition {
    let mut after = position.clone();
    for (option, one) in position.installments() {
        let status = installment_status(position, option, one, now);
        if one.payment.is_some() || matches!(status, InstallmentStatus::Superseded | InstallmentStatus::Cancelled) {
            continue;
        }
        if let Some(one) = after.installment_mut(one.id) {
            one.cancelled_at = Some(now);
        }
    }
    after
}
