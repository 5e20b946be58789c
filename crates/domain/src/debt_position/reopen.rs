// SPDX-License-Identifier: AGPL-3.0-or-later
//! A withdrawal is taken back, under the same numbers (rules.md, table S).

use crate::given::Given;
use crate::refusal::Refusal;

use super::change::changed;
use super::{DebtPosition, Decided, PositionStatus, position_status};

/// Reopens a cancelled position: it is again as it was before.
///
/// # Errors
/// `StillExpired` when its dates have passed: they must be changed first. `PositionState` in any other state.
pub fn reopen(given: &mut Given<'_>, position: &DebtPosition) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Cancelled => {}
        PositionStatus::Expired => return Err(Refusal::StillExpired),
        status => return Err(Refusal::PositionState { status }),
    }
    let after = DebtPosition { cancelled_at: None, ..position.clone() };
    match position_status(&after, given.now) {
        PositionStatus::Expired => Err(Refusal::StillExpired),
        // Every installment was withdrawn by itself: there is nothing to go back to.
        status @ PositionStatus::Cancelled => Err(Refusal::PositionState { status }),
        _ => Ok(changed(given, position, after)),
    }
}
