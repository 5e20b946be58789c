// SPDX-License-Identifier: AGPL-3.0-or-later
//! The institution withdraws what is not paid (rules.md, table S).

use crate::given::Given;
use crate::refusal::Refusal;

use super::change::{Activity, changed};
use super::{DebtPosition, Decided, PositionStatus, position_status};

/// Cancels a position; a cancelled one again is the same and writes nothing. Of a partially paid position the unpaid
/// installments are cancelled.
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
            let mut after = position.clone();
            let unpaid = after
                .options
                .iter_mut()
                .flat_map(|option| &mut option.installments)
                .filter(|one| one.payment.is_none());
            for one in unpaid {
                one.cancelled_at = one.cancelled_at.or(Some(given.now));
            }
            Ok(changed(given, position, after))
        }
        PositionStatus::Draft | PositionStatus::Scheduled | PositionStatus::Open | PositionStatus::Expired => {
            activity.check_free(given.now, force)?;
            let after = DebtPosition { cancelled_at: Some(given.now), ..position.clone() };
            Ok(changed(given, position, after))
        }
    }
}
