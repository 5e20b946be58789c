// SPDX-License-Identifier: AGPL-3.0-or-later
//! A defect in one thing, or in one job, must not end the others.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tramite_storage::StoreError;

/// Does a piece of work; where it breaks off, that is its failure. Nothing is shared with it but the store and the world,
/// which others use at the same time anyway.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|_| Err(StoreError::Failed("the work broke off: a defect of the program".into())))
}
