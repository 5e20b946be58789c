// SPDX-License-Identifier: AGPL-3.0-or-later
//! The clock moved a position: what every answer says already is now also told (rules.md 9).

use crate::batch::Batch;
use crate::given::Given;

use super::change::changed;
use super::{DebtPosition, position_status};

/// Tells a state that only time has changed; nothing where it was told before.
#[must_use]
pub fn clock_moved(given: &mut Given<'_>, position: &DebtPosition) -> Batch {
    if position_status(position, given.now) == position.told_status {
        return Batch::new();
    }
    changed(given, position, position.clone()).batch
}
