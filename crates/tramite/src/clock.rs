// SPDX-License-Identifier: AGPL-3.0-or-later
//! The product's one clock and its one source of identifiers. Everything else is given them.

use chrono::Utc;
use tramite_domain::given::World;
use tramite_domain::time::Instant;
use uuid::Uuid;

/// The clock of the machine, and version 7 UUIDs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SystemWorld;

impl World for SystemWorld {
    fn now(&self) -> Instant {
        Instant::new(Utc::now())
    }

    fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
