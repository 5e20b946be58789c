// SPDX-License-Identifier: AGPL-3.0-or-later
//! A draft becomes payable.

use crate::audit::{POSITION_PUBLISHED, POSITION_REMOVED};
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::refusal::Refusal;

use super::change::changed;
use super::{DebtPosition, Decided, PositionStatus, position_status};

/// Publishes a draft; again is the same position and writes nothing.
///
/// # Errors
/// `PositionState` when it is cancelled.
pub fn publish(given: &mut Given<'_>, position: &DebtPosition) -> Result<Decided, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Draft => {
            let after = DebtPosition { published_at: Some(given.now), ..position.clone() };
            Ok(changed(given, position, after).audited(given, POSITION_PUBLISHED))
        }
        status @ PositionStatus::Cancelled => Err(Refusal::PositionState { status }),
        _ => Ok(Decided::unchanged(position)),
    }
}

/// Removes a draft; its numbers stay taken (rules.md 1).
///
/// # Errors
/// `PositionState` when it is not a draft.
pub fn erase_draft(given: &mut Given<'_>, position: &DebtPosition) -> Result<Batch, Refusal> {
    match position_status(position, given.now) {
        PositionStatus::Draft => {
            let erase = Write::ErasePosition { id: position.id, expected: position.version, at: given.now };
            Ok(Batch::new().with(erase).audited(given, POSITION_REMOVED, position.audit_subject()))
        }
        status => Err(Refusal::PositionState { status }),
    }
}
