// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of one row.

use serde::{Deserialize, Serialize};

use crate::ids::{DebtPositionId, InstallmentId};
use crate::named::named;

/// Faults that are told of one row at most.
pub const ROW_FAULTS_MAX: usize = 50;
/// Characters of a column's name that are kept of a fault.
pub const COLUMN_CHARS_MAX: usize = 255;
/// Characters of its sentence, one left for the full stop.
pub const DETAIL_CHARS_MAX: usize = 499;

/// What became of one row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Its line in the file, counted from 1 with the header; of a spreadsheet the number of its row.
    pub line: u64,
    /// The caller's key of the position, as far as it could be read: at most 255 characters.
    pub external_id: Option<String>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The position.
    pub debt_position_id: Option<DebtPositionId>,
    /// The installment; a line of JSON has them all in its position.
    pub installment_id: Option<InstallmentId>,
    /// What is wrong with it.
    pub faults: Vec<RowFault>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowOutcome {
    /// A new position.
    Loaded,
    /// The position has new terms.
    Updated,
    /// It said what was there already.
    Unchanged,
    /// Something was cancelled.
    Cancelled,
    /// It is wrong.
    Rejected,
    /// It is right, and another row of the same position is wrong.
    Skipped,
}

named!(RowOutcome {
    Loaded = "loaded", Updated = "updated", Unchanged = "unchanged", Cancelled = "cancelled", Rejected = "rejected",
    Skipped = "skipped",
});

/// What a row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RowAction {
    /// A new position, or new terms for the one that is there.
    #[default]
    Load,
    /// A new position, and nothing else.
    Insert,
    /// New terms for the one that is there, and nothing else.
    Update,
    /// It is owed no longer.
    Cancel,
}

named!(RowAction { Load = "load", Insert = "insert", Update = "update", Cancel = "cancel" });

/// One fault of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// The column by its name in the file; in a line of JSON the pointer to the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Stable snake_case code: those of the API, and those of tables.
    pub code: String,
    /// One sentence for a person; it never repeats the value.
    pub detail: String,
}

impl RowFault {
    /// A fault. A file says what it likes where names of columns and members stand, as long as it likes; what is kept of it has a bound.
    #[must_use]
    pub fn new(column: Option<&str>, code: &str, detail: &str) -> Self {
        let cut = |text: &str, most: usize| text.chars().take(most).collect();
        Self {
            column: column.map(|name| cut(name, COLUMN_CHARS_MAX)),
            code: code.to_owned(),
            detail: cut(detail, DETAIL_CHARS_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_says_of_itself_is_kept_within_bounds() {
        let fault = RowFault::new(Some(&"à".repeat(1_000_000)), "unknown_field", &"x".repeat(1_000_000));
        assert_eq!(fault.column.unwrap().chars().count(), COLUMN_CHARS_MAX);
        assert_eq!(fault.detail.len(), DETAIL_CHARS_MAX);
    }
}
