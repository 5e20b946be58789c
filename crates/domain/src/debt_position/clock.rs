// SPDX-License-Identifier: AGPL-3.0-or-later
//! The clock moved a position: what every answer says already is now also told (rules.md 9).

use crate::batch::{Batch, Write};
use crate::event::EventKind;
use crate::given::Given;

use super::change::told;
use super::{DebtPosition, position_status};

/// Tells a state that only time has changed; nothing where it was told before.
#[must_use]
pub fn clock_moved(given: &mut Given<'_>, position: &DebtPosition) -> Batch {
    if position_status(position, given.now) == position.told_status {
        return Batch::new();
    }
    let mut after = position.clone();
    after.version += 1;
    after.updated_at = given.now;
    let event = told(given, &mut after, EventKind::PositionUpdated);
    Batch::new()
        .with(Write::TellPosition { position: Box::new(after), expected: position.version })
        .with(Write::InsertEvent(Box::new(event)))
}
