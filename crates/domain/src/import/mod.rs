// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of debt positions: what is loaded, how far it is, and what became of each row (rules.md 41–45).

mod advance;
mod load;
mod model;
mod receive;
mod rights;
mod row;

pub use advance::{Progress, abort, advance, begin, cancel, fail, finish};
pub use load::{Asked, Loaded, load};
pub use model::{
    Counts, FileEncoding, FileFormat, FileLayout, Import, ImportFailure, ImportFile, ImportPhase, ImportStatus, OnError,
};
pub use receive::{FILE_BYTES_MAX, FILE_KEPT_DAYS, Received, Wish, free_lane, receive};
pub use rights::{LOADING_SCOPES, Rights, rights};
pub use row::{COLUMN_CHARS_MAX, DETAIL_CHARS_MAX, ImportRow, ROW_FAULTS_MAX, RowAction, RowFault, RowOutcome};

use crate::debt_position::PositionInput;
use crate::violation::Violation;

/// Reads a debt position as the API does: the same form, the same codes. The contract lies with the gateway, so that it gives one
/// to whoever loads files.
pub trait PositionReader: Send + Sync {
    /// The body of `POST /v1/debt-positions`, read.
    ///
    /// # Errors
    /// Every fault of form, with its place in the body.
    fn read(&self, body: &serde_json::Value) -> Result<PositionInput, Vec<Violation>>;
}
