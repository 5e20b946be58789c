// SPDX-License-Identifier: AGPL-3.0-or-later
//! How far back the feed of events reaches, and for how long a place in it holds.

use chrono::{NaiveDate, NaiveTime};

use crate::journal::{RETENTION_MONTHS_MIN, kept_from};
use crate::time::Instant;

/// For how many months an event can be read at least: as long as the journal, for the history of a position is told from both.
/// No setting shortens it.
pub const FEED_MONTHS_MIN: u32 = RETENTION_MONTHS_MIN;

/// How long an event may wait for its place in the feed without harm, in seconds: a day without a worker. What goes, goes so
/// much later than the places before it end to hold.
pub const PUBLICATION_SECONDS_MAX: i64 = 86_400;

/// Whether a place that was told then still holds: nothing that follows it has gone.
#[must_use]
pub fn place_holds(told_at: Instant, now: Instant) -> bool {
    told_at.datetime().date_naive() >= feed_from(now)
}

/// The first day of the oldest month that the feed tells of. Events may be kept for longer: a place among those would not hold.
#[must_use]
pub fn feed_from(now: Instant) -> NaiveDate {
    kept_from(now, FEED_MONTHS_MIN)
}

/// The instant at which that day begins, in UTC.
#[must_use]
pub fn feed_begins(now: Instant) -> Instant {
    Instant::new(feed_from(now).and_time(NaiveTime::MIN).and_utc())
}

/// The first day of the oldest month of events that is kept, where the journal is kept for so many months.
#[must_use]
pub fn events_kept_from(now: Instant, journal_months: u32) -> NaiveDate {
    kept_from(now.plus_seconds(-PUBLICATION_SECONDS_MAX), journal_months.max(FEED_MONTHS_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_ends_to_hold_before_what_follows_it_goes() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let end = at("2026-02-28T23:59:59Z");
        assert!(place_holds(end, at("2028-02-29T23:59:59Z")), "two years to the day at least");
        assert!(!place_holds(end, at("2028-03-01T00:00:00Z")));
        // What the feed tells of has a place that holds, however long events are kept.
        for now in ["2028-03-01T00:00:00Z", "2028-03-31T23:59:59Z"].map(at) {
            assert!(place_holds(feed_begins(now), now) && !place_holds(feed_begins(now).plus_seconds(-1), now));
        }
        // The month of that place is kept a day longer.
        let kept = |now: &str| events_kept_from(at(now), 24).to_string();
        assert_eq!(kept("2028-03-01T23:59:59Z"), "2026-02-01");
        assert_eq!(kept("2028-03-02T00:00:00Z"), "2026-03-01");
        assert_eq!(events_kept_from(at("2028-03-02T00:00:00Z"), 36).to_string(), "2025-03-01");
    }
}
