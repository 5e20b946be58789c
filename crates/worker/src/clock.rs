// SPDX-License-Identifier: AGPL-3.0-or-later
//! What time it is for a job. A pass may last a minute, and what it writes is decided at the instant it says: so each
//! thing asks again, and each try.

use tramite_domain::given::World;
use tramite_domain::time::Instant;

/// Where a job has its time from.
#[derive(Clone, Copy)]
pub(crate) enum Clock<'a> {
    /// The world's, asked each time.
    World(&'a dyn World),
    /// One instant for a whole round.
    Fixed(Instant),
}

impl Clock<'_> {
    /// Now.
    pub(crate) fn now(&self) -> Instant {
        match self {
            Self::World(world) => world.now(),
            Self::Fixed(instant) => *instant,
        }
    }
}
