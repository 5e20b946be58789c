// SPDX-License-Identifier: AGPL-3.0-or-later
//! For how long what names a person is kept. Accounting is kept for years from the end of the year it belongs to; what never
//! became a payment serves nobody once no receipt can come for it any more.

use chrono::{Datelike, NaiveDate};

use crate::time::Instant;

/// For how many years accounting is kept where nobody says otherwise: those of the civil code (article 2220).
pub const RETENTION_YEARS: u8 = 10;
/// The fewest years that may be set: those in which a payment can still be asked for again.
pub const RETENTION_YEARS_MIN: u8 = 5;
/// The most years that may be set.
pub const RETENTION_YEARS_MAX: u8 = 50;
/// How long after the end of what was not paid a receipt may still come for it, in days: it is kept so long.
pub const LATE_RECEIPT_DAYS: i64 = 10;

const DAY_HOURS: i64 = 24;
/// The last day of a year.
const LAST_MONTH_AND_DAY: (u32, u32) = (12, 31);

/// Until when the accounting of something that happened then is kept: the end, in Rome, of the year that lies so many years
/// after its own.
#[must_use]
pub fn accounting_until(happened_at: Instant, years: u8) -> Instant {
    let (month, day) = LAST_MONTH_AND_DAY;
    let year = happened_at.rome_date().year().saturating_add(i32::from(years));
    Instant::end_of_rome_day(NaiveDate::from_ymd_opt(year, month, day).unwrap_or(NaiveDate::MAX))
}

/// What happened before this instant is accounting whose time is over: the begin of the year that lies so many years before
/// the present one.
#[must_use]
pub fn accounting_from(now: Instant, years: u8) -> Instant {
    let year = now.rome_date().year().saturating_sub(i32::from(years));
    Instant::start_of_rome_day(NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN))
}

/// Until when something that ended unpaid is kept for a receipt that is late.
#[must_use]
pub fn receipt_until(ended_at: Instant) -> Instant {
    ended_at.plus_hours(LATE_RECEIPT_DAYS.saturating_mul(DAY_HOURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn accounting_is_kept_to_the_end_of_a_year_and_no_day_longer() {
        for (happened, until) in [
            ("2026-01-01T00:00:00Z", "2036-12-31T23:00:00Z"),
            ("2026-12-31T22:59:59Z", "2036-12-31T23:00:00Z"),
            // In Rome it is the next year already.
            ("2026-12-31T23:00:00Z", "2037-12-31T23:00:00Z"),
        ] {
            assert_eq!(accounting_until(at(happened), 10), at(until), "{happened}");
        }
    }

    #[test]
    fn what_is_over_began_before_and_what_is_not_began_later() {
        for now in ["2036-12-31T22:59:59Z", "2036-12-31T23:00:00Z", "2037-06-01T10:00:00Z"] {
            let from = accounting_from(at(now), 10);
            for happened in ["2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z", "2025-05-05T05:00:00Z"] {
                let over = accounting_until(at(happened), 10) <= at(now);
                assert_eq!(at(happened) < from, over, "{happened} at {now}");
            }
        }
    }
}
