// SPDX-License-Identifier: AGPL-3.0-or-later
//! Limits of one client, where it has others than everybody.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// Most requests a second that a client may be given, for one institution and in one process.
pub const REQUESTS_PER_SECOND_MAX: u32 = 1_000;
/// Most of them at once.
pub const BURST_MAX: u32 = 10_000;
/// Most requests a day that a quota may say.
pub const REQUESTS_PER_DAY_MAX: u32 = 100_000_000;
/// Requests of a quota that a process takes at a time, at most: so many are lost with it.
const SHARE_MAX: u32 = 100;
/// Into how many shares a quota is parted at least.
const SHARES_MIN: u32 = 1_000;

/// What one client may ask, beside or instead of what everybody may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientLimits {
    /// How fast; none means as everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<ClientRate>,
    /// Requests a day (Europe/Rome), for all its institutions and in all processes; none means any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_day: Option<u32>,
}

/// How fast a client may ask, for each of its institutions and in each process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientRate {
    /// Requests a second.
    pub requests_per_second: u32,
    /// As many at once.
    pub burst: u32,
}

impl ClientLimits {
    /// Whether they say nothing: then the client has none of its own.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rate.is_none() && self.requests_per_day.is_none()
    }
}

/// The day that a quota counts: that of the institutions.
#[must_use]
pub fn quota_day(now: Instant) -> NaiveDate {
    now.rome_date()
}

/// Seconds until the next day begins, at least one.
#[must_use]
pub fn seconds_to_next_day(now: Instant) -> u32 {
    let left = Instant::end_of_rome_day(now.rome_date()).seconds_since(now).max(1);
    u32::try_from(left).unwrap_or(u32::MAX)
}

/// How many requests of a quota a process takes at a time: few enough that what it does not use is not missed, many enough
/// that not every request is written down.
#[must_use]
pub fn share(quota: u32) -> u32 {
    (quota / SHARES_MIN).clamp(1, SHARE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_thousandth_of_its_quota_and_a_hundred_requests_at_most() {
        assert_eq!([1, 999, 2_000, 50_000, 100_000_000].map(share), [1, 1, 2, 50, 100]);
    }

    #[test]
    fn a_day_is_one_of_italy_also_when_its_clocks_change() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(quota_day(at("2026-09-01T22:30:00Z")).to_string(), "2026-09-02");
        let left = |text: &str| seconds_to_next_day(at(text));
        assert!((86_399..=86_400).contains(&left("2026-09-01T22:00:00Z")));
        assert!((82_799..=82_800).contains(&left("2026-03-28T23:00:00Z")), "{}", left("2026-03-28T23:00:00Z"));
        assert!(left("2026-09-01T21:59:59.9Z") >= 1);
    }
}
