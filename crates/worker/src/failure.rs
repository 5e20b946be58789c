// SPDX-License-Identifier: AGPL-3.0-or-later
//! Failures by their code: what logs and retried tasks carry. The cause goes to the log alone.

use tramite_storage::StoreError;

/// The stable code of a failure of the store.
pub(crate) const fn code(error: &StoreError) -> &'static str {
    match error {
        StoreError::Conflict => "conflict",
        StoreError::Duplicate(_) => "duplicate",
        StoreError::Busy => "busy",
        StoreError::Unavailable(_) => "unavailable",
        _ => "failed",
    }
}

/// Whether the next thing would fail the same way, because it is the database that is not there.
pub(crate) const fn is_outage(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_) | StoreError::Busy)
}
