// SPDX-License-Identifier: AGPL-3.0-or-later
//! A clock that stands still until it is told otherwise.

use std::sync::atomic::{AtomicI64, Ordering};

use tramite_domain::given::World;
use tramite_domain::time::Instant;
use uuid::{NoContext, Timestamp, Uuid};

/// Time of the tests, in seconds since their beginning.
pub struct TestWorld(AtomicI64);

impl TestWorld {
    pub fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// Lets time pass until so many seconds after the beginning.
    pub fn reach(&self, seconds: i64) {
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// Lets time pass; a negative number turns the clock back.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl World for TestWorld {
    fn now(&self) -> Instant {
        let start: Instant = "2026-09-01T08:00:00Z".parse().unwrap();
        start.plus_seconds(self.0.load(Ordering::Relaxed))
    }

    fn id(&self) -> Uuid {
        let seconds = u64::try_from(self.now().datetime().timestamp()).unwrap();
        Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))
    }
}
