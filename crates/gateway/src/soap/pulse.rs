// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether the database answers: what the Node's probe asks, and a lie would keep us out of stand-in (rules.md 21).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tramite_storage::{Store, StoreError};

/// How long an answer of the database counts, in milliseconds.
const PULSE_MS_MAX: u64 = 1_000;

/// When the database answered last.
pub(crate) struct Pulse {
    store: Store,
    answered_at: Mutex<Option<Instant>>,
}

impl Pulse {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, answered_at: Mutex::new(None) }
    }

    /// The database answered within the last second, or does so now.
    pub(crate) async fn feel(&self) -> Result<(), StoreError> {
        let answered_at = *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner);
        if answered_at.is_some_and(|at| at.elapsed() < Duration::from_millis(PULSE_MS_MAX)) {
            return Ok(());
        }
        let asked_at = Instant::now();
        self.store.ping().await?;
        *self.answered_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked_at);
        Ok(())
    }
}
