// SPDX-License-Identifier: AGPL-3.0-or-later
//! Work that follows a commit, done later under a scope of its own (the outbox).

use serde::{Deserialize, Serialize};

use crate::ids::{InstallmentId, ReceiptRowId, TaskId};
use crate::money::Cents;
use crate::time::Instant;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What.
    pub work: Work,
    /// Not before.
    pub due_at: Instant,
}

/// Kinds of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// A notice was paid that sessions of other institutions may hold as an item (rules.md 37).
    SettleForeignItems {
        /// The creditor on the notice.
        creditor_tax_code: String,
        /// The notice.
        notice_number: String,
        /// What was paid.
        amount: Cents,
        /// When.
        paid_at: Instant,
        /// Whether the institution marked it: a mark can be taken back, so it is read again before it settles anything.
        #[serde(default)]
        marked: bool,
    },
    /// A mark was taken back: items of other institutions' sessions that it paid are to be paid again.
    ReleaseForeignItems {
        /// The creditor on the notice.
        creditor_tax_code: String,
        /// The notice.
        notice_number: String,
        /// What the mark had told as paid.
        amount: Cents,
        /// When.
        paid_at: Instant,
    },
    /// A receipt paid an installment that more sessions hold than its own transaction completes: the others were over
    /// already (rules.md 38).
    SettleOwnItems {
        /// The installment.
        installment_id: InstallmentId,
        /// The receipt.
        receipt_id: ReceiptRowId,
        /// What was paid.
        amount: Cents,
        /// When.
        paid_at: Instant,
    },
    /// A receipt came without a get before it: where none is found a moment later either, operators must look
    /// (rules.md 30).
    CheckActivation {
        /// The receipt.
        receipt_id: ReceiptRowId,
    },
}

impl Work {
    /// Stable name of the kind, for storage and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SettleForeignItems { .. } => "settle_foreign_items",
            Self::ReleaseForeignItems { .. } => "release_foreign_items",
            Self::SettleOwnItems { .. } => "settle_own_items",
            Self::CheckActivation { .. } => "check_activation",
        }
    }
}
