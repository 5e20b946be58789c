// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices or receipts of many debt positions in one file: what was asked for, how far it is, and what became of each.

mod advance;
mod ask;
mod document;
mod model;

pub use advance::{Drawn, advance, begin, cancel, fail, finish, remove};
pub use ask::{
    Asked, DocumentUsage, DocumentWish, KEPT_BYTES_MAX, KEPT_DAYS, POSITIONS_MAX, RUNNING_MAX, ask, check_usage,
};
pub use document::{BatchDocument, DocumentOutcome};
pub use model::{BatchFailure, BatchFile, BatchForm, BatchKind, BatchStatus, DocumentBatch};
