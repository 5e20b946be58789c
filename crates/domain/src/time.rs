// SPDX-License-Identifier: AGPL-3.0-or-later
//! Instants in UTC and calendar days in Rome (rules.md 51). Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Europe::Rome;
use chrono_tz::Tz;
use thiserror::Error;

use crate::serde_text::serde_text;

const SECONDS_PER_MINUTE: i64 = 60;
const SECONDS_PER_HOUR: i64 = 3_600;

/// A text is not an instant Tramite can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InstantError {
    /// Not a date and time with an offset, as RFC 3339 writes it.
    #[error("not an RFC 3339 instant with an offset")]
    NotAnInstant,
    /// Outside the years 1 to 9999, in UTC.
    #[error("outside the years 1 to 9999")]
    OutOfRange,
}

/// A moment in UTC, truncated to microseconds, between the years 1 and 9999.
///
/// Both databases hold microseconds: what was stored and read again is equal to what was decided on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Instant = Instant(DateTime::UNIX_EPOCH);

    /// The earliest instant, 0001-01-01T00:00:00Z.
    pub const MIN: Instant = Instant::from_known_seconds(-62_135_596_800, 0);

    /// The latest instant, 9999-12-31T23:59:59.999999Z: the last one RFC 3339 can write.
    pub const MAX: Instant = Instant::from_known_seconds(253_402_300_799, 999_999_000);

    const fn from_known_seconds(seconds: i64, nanoseconds: u32) -> Instant {
        match DateTime::from_timestamp(seconds, nanoseconds) {
            Some(datetime) => Instant(datetime),
            None => Instant::UNIX_EPOCH,
        }
    }

    /// Truncates to the microsecond; a leap second becomes the second after it; beyond [`Instant::MIN`] or
    /// [`Instant::MAX`] it is that limit.
    #[must_use]
    pub fn new(datetime: DateTime<Utc>) -> Instant {
        let truncated = DateTime::from_timestamp_micros(datetime.timestamp_micros()).unwrap_or(datetime);
        Instant(truncated).clamp(Instant::MIN, Instant::MAX)
    }

    /// The moment as chrono holds it.
    #[must_use]
    pub const fn datetime(self) -> DateTime<Utc> {
        self.0
    }

    /// Reads a local time of Rome: the first of an ambiguous hour, an hour later in a missing one.
    #[must_use]
    pub fn from_naive_rome(local: NaiveDateTime) -> Instant {
        let local = local.clamp(Instant::MIN.0.naive_utc(), Instant::MAX.0.naive_utc());
        Instant::resolve_in_rome(local)
            .or_else(|| Instant::resolve_after_gap(local))
            .unwrap_or_else(|| Instant::new(local.and_utc()))
    }

    fn resolve_in_rome(local: NaiveDateTime) -> Option<Instant> {
        let zoned: DateTime<Tz> = Rome.from_local_datetime(&local).earliest()?;
        Some(Instant::new(zoned.to_utc()))
    }

    /// A missing hour is read with the offset that held before it, which shifts it past the gap.
    fn resolve_after_gap(local: NaiveDateTime) -> Option<Instant> {
        let before = local.checked_sub_signed(TimeDelta::seconds(SECONDS_PER_HOUR))?;
        Some(Instant::resolve_in_rome(before)?.plus_hours(1))
    }

    /// The first instant of a day in Rome.
    #[must_use]
    pub fn start_of_rome_day(day: NaiveDate) -> Instant {
        Instant::from_naive_rome(day.and_time(NaiveTime::MIN))
    }

    /// The end of a day in Rome: the first instant that no longer belongs to it.
    ///
    /// A thing that lasts until the end of a day is over when `now >= end`.
    #[must_use]
    pub fn end_of_rome_day(day: NaiveDate) -> Instant {
        match day.checked_add_days(Days::new(1)) {
            Some(next) => Instant::start_of_rome_day(next),
            None => Instant::MAX,
        }
    }

    /// The calendar day in Rome at this instant.
    #[must_use]
    pub fn rome_date(self) -> NaiveDate {
        self.rome_datetime().date()
    }

    /// What a clock in Rome shows at this instant; printed on documents and in the Node's naive times.
    #[must_use]
    pub fn rome_datetime(self) -> NaiveDateTime {
        self.0.with_timezone(&Rome).naive_local()
    }

    /// This instant moved by `seconds`, stopping at [`Instant::MIN`] and [`Instant::MAX`].
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        let moved = TimeDelta::try_seconds(seconds).and_then(|delta| self.0.checked_add_signed(delta));
        match moved {
            Some(datetime) => Instant::new(datetime),
            None if seconds < 0 => Instant::MIN,
            None => Instant::MAX,
        }
    }

    /// As [`Instant::plus_seconds`], in minutes.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Instant {
        self.plus_seconds(minutes.saturating_mul(SECONDS_PER_MINUTE))
    }

    /// As [`Instant::plus_seconds`], in hours.
    #[must_use]
    pub fn plus_hours(self, hours: i64) -> Instant {
        self.plus_seconds(hours.saturating_mul(SECONDS_PER_HOUR))
    }

    /// Whole seconds from `earlier` to this instant; negative where `earlier` is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Instant) -> i64 {
        self.0.signed_duration_since(earlier.0).num_seconds()
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(datetime: DateTime<Utc>) -> Instant {
        Instant::new(datetime)
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 with `Z` and only the fractional digits that are needed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Instant, InstantError> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| InstantError::NotAnInstant)?;
        let datetime = parsed.to_utc();
        let instant = Instant::new(datetime);
        if instant.0.timestamp() == datetime.timestamp() || datetime.timestamp_subsec_nanos() >= 1_000_000_000 {
            Ok(instant)
        } else {
            Err(InstantError::OutOfRange)
        }
    }
}

serde_text!(Instant);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn rome(text: &str) -> Instant {
        Instant::from_naive_rome(text.parse().unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_offset_becomes_utc_with_the_digits_it_needs() {
        for (given, shown) in [
            ("2026-09-01T00:00:00Z", "2026-09-01T00:00:00Z"),
            ("2026-09-01T02:00:00+02:00", "2026-09-01T00:00:00Z"),
            ("2026-08-31T14:30:00.5-09:30", "2026-09-01T00:00:00.500Z"),
            ("2026-09-01T00:00:00.1234567Z", "2026-09-01T00:00:00.123456Z"),
            ("2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(instant(given).to_string(), shown);
            let json = serde_json::to_string(&instant(given)).unwrap();
            assert_eq!(json, format!("\"{shown}\""));
            assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant(given));
        }
        for wrong in ["", "2026-09-01", "2026-09-01T00:00:00", "2026-02-30T00:00:00Z", "1788220800"] {
            assert_eq!(wrong.parse::<Instant>(), Err(InstantError::NotAnInstant), "{wrong}");
        }
        for far in ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"] {
            assert_eq!(far.parse::<Instant>(), Err(InstantError::OutOfRange), "{far}");
        }
    }

    #[test]
    fn a_day_in_rome_ends_at_its_midnight_in_winter_and_in_summer() {
        assert_eq!(Instant::end_of_rome_day(day("2026-01-31")), instant("2026-01-31T23:00:00Z"));
        assert_eq!(Instant::end_of_rome_day(day("2026-10-24")), instant("2026-10-24T22:00:00Z"));
        // The day the clocks go back has 25 hours.
        assert_eq!(Instant::end_of_rome_day(day("2026-10-25")), instant("2026-10-25T23:00:00Z"));
        assert_eq!(instant("2026-10-31T22:59:59.999999Z").rome_date(), day("2026-10-31"));
        assert_eq!(instant("2026-10-31T23:00:00Z").rome_date(), day("2026-11-01"));
        assert_eq!(Instant::end_of_rome_day(NaiveDate::MAX), Instant::MAX);
    }

    #[test]
    fn an_ambiguous_hour_is_the_first_and_a_missing_one_is_shifted() {
        assert_eq!(rome("2026-10-25T02:30:00"), instant("2026-10-25T00:30:00Z"));
        assert_eq!(rome("2026-03-29T02:30:00"), instant("2026-03-29T01:30:00Z"));
        assert_eq!(rome("2026-03-29T02:00:00"), instant("2026-03-29T01:00:00Z"));
        assert_eq!(rome("2026-03-29T01:59:59"), instant("2026-03-29T00:59:59Z"));
        assert_eq!(rome("2026-03-29T03:00:00"), instant("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn moving_beyond_the_calendar_stops_at_its_ends() {
        assert_eq!(Instant::MAX.plus_seconds(1), Instant::MAX);
        assert_eq!(Instant::MIN.plus_hours(-1), Instant::MIN);
        assert_eq!(Instant::UNIX_EPOCH.plus_minutes(i64::MAX), Instant::MAX);
        assert_eq!(Instant::UNIX_EPOCH.plus_seconds(i64::MIN), Instant::MIN);
        assert_eq!(Instant::new(DateTime::<Utc>::MAX_UTC), Instant::MAX);
        assert_eq!(Instant::new(DateTime::<Utc>::MIN_UTC), Instant::MIN);
        assert_eq!(Instant::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Instant::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(Instant::from_naive_rome(NaiveDateTime::MAX), Instant::MAX.plus_hours(-1));
        let _ = Instant::from_naive_rome(NaiveDateTime::MIN);
    }

    proptest! {
        #[test]
        fn an_instant_survives_its_text(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000) {
            let moment = Instant::new(DateTime::from_timestamp_micros(micros).unwrap());
            prop_assert_eq!(moment.datetime().timestamp_micros(), micros);
            prop_assert_eq!(moment.to_string().parse(), Ok(moment));
        }

        #[test]
        fn seconds_added_are_seconds_since(start in 0_i64..4_000_000_000, seconds in -4_000_000_000_i64..4_000_000_000) {
            let moment = Instant::UNIX_EPOCH.plus_seconds(start);
            prop_assert_eq!(moment.plus_seconds(seconds).seconds_since(moment), seconds);
        }

        #[test]
        fn every_instant_lies_within_its_day_in_rome(seconds in 0_i64..4_000_000_000) {
            let moment = Instant::UNIX_EPOCH.plus_seconds(seconds);
            let today = moment.rome_date();
            prop_assert!(Instant::start_of_rome_day(today) <= moment);
            prop_assert!(moment < Instant::end_of_rome_day(today));
        }
    }
}
