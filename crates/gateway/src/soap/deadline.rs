// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every primitive is answered in time, whatever the store does (rules.md 19, sla.md 3).

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// Within so many milliseconds every message is answered.
pub const DEADLINE_MS: u64 = 1_800;

/// What is kept of it for writing the answer, in milliseconds.
const ANSWER_MS: u64 = 100;

/// Until when the work on one message may last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// Counts from now.
    pub(crate) fn start() -> Self {
        Self(Instant::now() + Duration::from_millis(DEADLINE_MS - ANSWER_MS))
    }

    /// Whether the time is over.
    pub(crate) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }

    /// What a future gives in time; none if it does not.
    pub(crate) async fn within<F: Future>(self, future: F) -> Option<F::Output> {
        timeout_at(self.0, future).await.ok()
    }
}
