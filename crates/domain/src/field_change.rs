// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a change changed: names, amounts and dates; of what may hold personal data the name alone.

use serde::{Deserialize, Serialize};

use crate::ident::InstallmentReference;

/// Changes that are told of one act at most; of more the number is told.
pub const FIELD_CHANGES_MAX: usize = 50;

/// One field that an act changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as the API names it: `due_date`, `debtor/email`, `installment` for one that is new.
    pub field: String,
    /// Of which installment; none for what belongs to the position as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installment_reference: Option<InstallmentReference>,
    /// What it was: cents, a day or an instant; none where it was absent, and where the value is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it is now, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
