// SPDX-License-Identifier: AGPL-3.0-or-later
//! How large the parts of a file are: smaller where the database took too long for them, and larger again after a while.

use std::time::{Duration, Instant};

use crate::pace::{IMPORT_EASE_SECONDS, IMPORT_EASE_SECONDS_MAX, IMPORT_HALVINGS_MAX};

/// How often the parts of a file are halved, and when they are doubled again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Easing {
    halvings: u32,
    /// Since when.
    since: Instant,
    /// How long that is kept before parts are doubled.
    after: Duration,
    /// Whether parts are as large as they are because they were doubled.
    eased: bool,
}

impl Easing {
    pub(super) const fn new(now: Instant) -> Self {
        Self { halvings: 0, since: now, after: Duration::from_secs(IMPORT_EASE_SECONDS), eased: false }
    }

    /// How often parts are halved.
    pub(super) const fn halvings(&self) -> u32 {
        self.halvings
    }

    /// Parts were too large. Where they had been doubled that was too early: the next time takes twice as long.
    pub(super) fn halve(&mut self, now: Instant) {
        if self.eased {
            self.after = self.after.saturating_mul(2).min(Duration::from_secs(IMPORT_EASE_SECONDS_MAX));
        }
        let halvings = self.halvings.saturating_add(1).min(IMPORT_HALVINGS_MAX);
        *self = Self { halvings, since: now, eased: false, ..*self };
    }

    /// Doubles parts where nothing was too large for long enough; whether it did.
    pub(super) fn ease(&mut self, now: Instant) -> bool {
        if self.halvings == 0 || now.saturating_duration_since(self.since) < self.after {
            return false;
        }
        *self = Self { halvings: self.halvings.saturating_sub(1), since: now, eased: true, ..*self };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_were_doubled_too_early_are_doubled_later_the_next_time() {
        let mut now = Instant::now();
        let mut easing = Easing::new(now);
        let mut wait = |easing: &mut Easing, seconds: u64| {
            now += Duration::from_secs(seconds);
            (easing.ease(now), now)
        };
        assert!(!wait(&mut easing, 10_000).0, "they are as large as they may be");
        let mut after = IMPORT_EASE_SECONDS;
        for _ in 0..10 {
            let (_, now) = wait(&mut easing, 0);
            easing.halve(now);
            assert!(!wait(&mut easing, after - 1).0);
            assert!(wait(&mut easing, 1).0);
            assert_eq!(easing.halvings(), 0);
            after = (after * 2).min(IMPORT_EASE_SECONDS_MAX);
        }
        assert_eq!(after, IMPORT_EASE_SECONDS_MAX);
    }

    #[test]
    fn parts_that_are_halved_again_before_they_were_doubled_wait_no_longer() {
        let now = Instant::now();
        let mut easing = Easing::new(now);
        easing.halve(now);
        easing.halve(now);
        assert_eq!(easing.halvings(), 2);
        assert!(easing.ease(now + Duration::from_secs(IMPORT_EASE_SECONDS)));
        assert_eq!(easing.halvings(), 1);
    }
}
