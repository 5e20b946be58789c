// SPDX-License-Identifier: AGPL-3.0-or-later
//! The written forms of the schema's types, read into ours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;

use crate::xml::collapsed;

/// Offsets go up to fourteen hours.
const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// Digits of a second's fraction that are kept.
const FRACTION_DIGITS: usize = 9;

/// `xsd:date` with a year of four digits; a zone, which says nothing about a calendar day, is passed over.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let (day, zone) = text.split_at_checked(10)?;
    if !zone.is_empty() {
        offset(zone)?;
    }
    plain_date(day)
}

/// `xsd:dateTime`; without a zone it is the time in Rome (rules.md 51).
pub(crate) fn date_time(text: &str) -> Option<Instant> {
    let (day, rest) = text.split_once('T')?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (nanoseconds, zone) = fraction(rest)?;
    let local = at(plain_date(day)?, clock, nanoseconds)?;
    if zone.is_empty() {
        return Some(Instant::from_naive_rome(local));
    }
    let zoned: DateTime<FixedOffset> = offset(zone)?.from_local_datetime(&local).single()?;
    Some(Instant::new(zoned.to_utc()))
}

fn plain_date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4).filter(|year| *year > 0)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// A clock time on a day; 24:00:00 is the first instant of the next.
fn at(day: NaiveDate, clock: &str, nanoseconds: u32) -> Option<NaiveDateTime> {
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = number(parts.next()?, 2)?;
    if parts.next().is_some() {
        return None;
    }
    if (hour, minute, second, nanoseconds) == (24, 0, 0, 0) {
        return Some(day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN));
    }
    Some(day.and_time(NaiveTime::from_hms_nano_opt(hour, minute, second, nanoseconds)?))
}

/// The fraction of a second, in nanoseconds, and what comes after it.
fn fraction(text: &str) -> Option<(u32, &str)> {
    let Some(digits) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = digits.find(|character: char| !character.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    let kept = digits.bytes().chain(std::iter::repeat(b'0')).take(FRACTION_DIGITS);
    let nanoseconds = kept.fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((nanoseconds, rest))
}

fn offset(text: &str) -> Option<FixedOffset> {
    if text == "Z" {
        return FixedOffset::east_opt(0);
    }
    let (sign, clock) = match text.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':')?;
    let minutes_in_hour = number(minutes, 2).filter(|minutes| *minutes < 60)?;
    let minutes = i32::try_from(number(hours, 2)? * 60 + minutes_in_hour).ok()?;
    if minutes > OFFSET_MINUTES_MAX {
        return None;
    }
    FixedOffset::east_opt(sign * minutes * 60)
}

/// A number written with exactly so many ASCII digits.
fn number(text: &str, digits: usize) -> Option<u32> {
    if text.len() != digits || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `xsd:boolean`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// `stIdTransfer`: an integer from 1 to 5, with whatever leading zeros.
pub(crate) fn transfer_id(text: &str) -> Option<u8> {
    collapsed(text).parse::<i32>().ok().and_then(|id| u8::try_from(id).ok()).filter(|id| (1..=5).contains(id))
}

/// `xsd:base64Binary`: white space is allowed in it.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.chars().filter(|character| !matches!(character, ' ' | '\t' | '\n' | '\r')).collect();
    STANDARD.decode(packed).ok()
}

/// An instant as the Node writes it: the time in Rome without a zone, unless that hour happens twice.
pub(crate) fn write_date_time(instant: Instant) -> String {
    let local = instant.rome_datetime();
    if Instant::from_naive_rome(local) == instant {
        local.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    } else {
        instant.to_string()
    }
}

/// An amount of a receipt, which is not refused for a missing or a superfluous zero: `120`, `120.5` and `120.500`
/// are amounts here; a sign, a comma or a fraction of a cent are not.
pub(crate) fn amount_leniently(text: &str) -> Option<Cents> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let (euros, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 2 {
        return None;
    }
    format!("{euros}.{decimals:0<2}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Option<String> {
        date_time(text).map(|instant| instant.to_string())
    }

    #[test]
    fn a_time_without_a_zone_is_rome_and_one_with_a_zone_is_what_it_says() {
        for (text, expected) in [
            ("2026-09-15T10:22:33", "2026-09-15T08:22:33Z"),
            ("2026-01-15T10:22:33.5", "2026-01-15T09:22:33.500Z"),
            ("2026-01-15T10:22:33.1234567890123", "2026-01-15T09:22:33.123456Z"),
            ("2026-09-15T10:22:33Z", "2026-09-15T10:22:33Z"),
            ("2026-09-15T10:22:33+02:00", "2026-09-15T08:22:33Z"),
            ("2026-09-15T10:22:33-14:00", "2026-09-16T00:22:33Z"),
            ("2026-12-31T24:00:00", "2026-12-31T23:00:00Z"),
            // The ambiguous hour is the first, the missing one is shifted.
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:30:00Z"),
        ] {
            assert_eq!(instant(text).as_deref(), Some(expected), "{text}");
        }
        for wrong in [
            "",
            "2026-09-15",
            "2026-09-15T10:22",
            "2026-09-15 10:22:33",
            "2026-9-15T10:22:33",
            "2026-02-29T10:00:00",
            "2026-09-15T25:00:00",
            "2026-09-15T24:00:01",
            "2026-09-15T10:22:60",
            "2026-09-15T10:22:33.",
            "2026-09-15T10:22:33+15:00",
            "2026-09-15T10:22:33+02:60",
            "2026-09-15T10:22:33+0200",
            "2026-09-15T10:22:33 Z",
            "-2026-09-15T10:22:33",
            "0000-01-01T00:00:00",
            "+026-09-15T10:22:33",
            "2026-09-15T1à:22:33",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_is_written_as_rome_unless_its_hour_happens_twice() {
        for written in ["2026-09-15T10:22:33", "2026-01-15T10:22:33.500", "2026-10-25T02:30:00", "2026-10-25T01:30:00Z"]
        {
            assert_eq!(write_date_time(date_time(written).unwrap()), written);
        }
    }

    #[test]
    fn a_day_may_carry_a_zone_that_says_nothing() {
        let day = NaiveDate::from_ymd_opt(2026, 10, 31);
        for text in ["2026-10-31", "2026-10-31Z", "2026-10-31+02:00", "2026-10-31-05:00"] {
            assert_eq!(date(text), day, "{text}");
        }
        for wrong in ["2026-10-32", "2026-10-31T", "31/10/2026", "2026-1-31", "2026-10-310", "202610-31", "2026-10-3é"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_amount_of_a_receipt_may_lack_its_zeros_but_not_its_sense() {
        for (text, cents) in [
            ("120.50", 12_050),
            ("120.5", 12_050),
            ("120", 12_000),
            ("120.", 12_000),
            ("120.500", 12_050),
            ("+1.00", 100),
        ] {
            assert_eq!(amount_leniently(text).map(Cents::cents), Some(cents), "{text}");
        }
        for wrong in [
            "",
            ".",
            ".50",
            "-1.00",
            "++1",
            "1,00",
            "1.005",
            "1e2",
            "1.0.0",
            "1000000000.00",
            "9999999999999999999999",
            "١.٠٠",
        ] {
            assert_eq!(amount_leniently(wrong), None, "{wrong}");
        }
    }
}
