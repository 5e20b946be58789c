// SPDX-License-Identifier: AGPL-3.0-or-later
//! What wrong rows say all the same.

use serde_json::Value;
use tramite_domain::violation::Violation;

use super::model::{Piece, PlacedFault};
use super::spot::{Level, Spot};

/// The code of a member that is not there.
const REQUIRED: &str = "required";

/// What wrong rows say all the same, without what could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    pub(super) piece: Piece,
    /// What is missing because its cell has a fault: the row in the group, and the place in the body.
    pub(super) failed: Vec<(usize, Spot)>,
}

impl Rest {
    /// The body of the request, as far as it could be made.
    #[must_use]
    pub const fn body(&self) -> &Value {
        &self.piece.body
    }

    /// What else is wrong with the rows, beside what was told of their cells: without what is missing only for that, and without a
    /// second fault of a column that is told of in the same row.
    #[must_use]
    pub fn faults(&self, violations: &[Violation], told: &[PlacedFault]) -> Vec<PlacedFault> {
        let new = |violation: &Violation, placed: &PlacedFault| {
            let column = placed.fault.column.as_ref();
            let again = told.iter().any(|one| one.row == placed.row && one.fault.column.as_ref() == column);
            let failed = violation.code == REQUIRED && self.is_failed(violation);
            !failed && (column.is_none() || !again)
        };
        let placed = violations.iter().map(|violation| (violation, self.piece.places.place(violation)));
        placed.filter(|(violation, placed)| new(violation, placed)).map(|(_, placed)| placed).collect()
    }

    /// Whether the cell that would have said it could not be read. What rows say together any of them may have failed to say.
    fn is_failed(&self, violation: &Violation) -> bool {
        let Some(at) = self.piece.places.at(violation) else { return false };
        self.failed.iter().any(|(row, spot)| {
            let together = matches!(spot.level(), Level::Position | Level::Option);
            at.is(spot) && (together || *row == at.row)
        })
    }
}
