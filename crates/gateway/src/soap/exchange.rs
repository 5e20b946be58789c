// SPDX-License-Identifier: AGPL-3.0-or-later
//! One message and its answer: when it began, and what ties both together in the journal.

use tokio::time::Instant as Tick;
use tramite_domain::given::World;
use tramite_domain::time::Instant;
use uuid::Uuid;

/// One exchange.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exchange {
    /// Ties the response to its request.
    pub(crate) id: Uuid,
    /// When the message was there.
    pub(crate) at: Instant,
    /// The same instant on the clock that never jumps.
    pub(crate) started: Tick,
}

impl Exchange {
    pub(crate) fn begin(world: &dyn World) -> Self {
        Self { id: world.id(), at: world.now(), started: Tick::now() }
    }

    /// The same message, in the journal as an exchange of its own.
    pub(crate) fn apart(&self, world: &dyn World) -> Self {
        Self { id: world.id(), ..*self }
    }

    /// Microseconds since the message was there.
    pub(crate) fn elapsed_us(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}
