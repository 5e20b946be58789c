// SPDX-License-Identifier: AGPL-3.0-or-later
//! Days and instants as people write them.

use chrono::{NaiveDate, NaiveTime};
use tramite_domain::time::Instant;

use super::value::CellFault;

/// A day: the day first, as Italy writes it, or the year first, as ISO 8601 does.
pub(super) fn day(text: &str) -> Result<NaiveDate, CellFault> {
    parsed(text).ok_or_else(|| {
        CellFault::new("invalid_date", "not a day: expected 31/12/2026, 31-12-2026, 31.12.2026 or 2026-12-31")
    })
}

fn parsed(text: &str) -> Option<NaiveDate> {
    let sign = text.chars().find(|letter| !letter.is_ascii_digit())?;
    if !matches!(sign, '/' | '-' | '.') {
        return None;
    }
    let mut parts = text.split(sign);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let year_first = sign == '-' && first.len() == 4;
    let (year, day) = if year_first { (first, third) } else { (third, first) };
    let year = number(year, 4..=4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(second, 1..=2)?, number(day, 1..=2)?)
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let right = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

/// An instant: RFC 3339, or a day with an hour in Rome, or a day alone, which stands for its beginning or its end.
pub(super) fn instant(text: &str, end_of_day: bool) -> Result<Instant, CellFault> {
    let fault = || {
        CellFault::new(
            "invalid_instant",
            "not an instant: expected 2026-12-31T10:00:00Z, or a day with or without an hour",
        )
    };
    if let Ok(instant) = text.parse() {
        return Ok(instant);
    }
    if let Some(day) = parsed(text) {
        return Ok(of_day(day, end_of_day));
    }
    let (day, hour) = text.split_once([' ', 'T']).ok_or_else(fault)?;
    let day = parsed(day).ok_or_else(fault)?;
    let hour = hour.trim();
    let hour = NaiveTime::parse_from_str(hour, "%H:%M:%S").or_else(|_| NaiveTime::parse_from_str(hour, "%H:%M"));
    Ok(Instant::from_naive_rome(day.and_time(hour.map_err(|_| fault())?)))
}

/// The instant that a day alone stands for.
pub(super) fn of_day(day: NaiveDate, end_of_day: bool) -> Instant {
    if end_of_day { Instant::end_of_rome_day(day) } else { Instant::start_of_rome_day(day) }
}
