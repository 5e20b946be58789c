// SPDX-License-Identifier: AGPL-3.0-or-later
//! Values while a submission is evaluated.

use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::number::Number;
use super::registry::Row;
use crate::time::Instant;

/// A value. Its static type says whether a number counts things or cents.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing was given, or the field is not visible.
    Absent,
    /// What was given is wrong and was told: whatever needs it is left alone, so that one fault is told once.
    Unknown,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    Date(NaiveDate),
    Month(Month),
    /// Minutes since midnight.
    Time(u16),
    Instant(Instant),
    Many(Arc<[Arc<str>]>),
    Row(Arc<Row>),
    Group(Arc<Vec<Vec<Value>>>),
}

impl Value {
    pub(crate) fn text(text: &str) -> Value {
        Value::Text(Arc::from(text))
    }

    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    pub(crate) const fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// As a condition takes it: what is absent does not hold; none where nobody can know.
    pub(crate) const fn holds(&self) -> Option<bool> {
        match self {
            Value::Bool(holds) => Some(*holds),
            Value::Unknown => None,
            _ => Some(false),
        }
    }
}

impl fmt::Debug for Value {
    /// Values are about persons: the kind is printed, never what it is.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Value::Absent => "Absent",
            Value::Unknown => "Unknown",
            Value::Bool(_) => "Bool(***)",
            Value::Number(_) => "Number(***)",
            Value::Text(_) => "Text(***)",
            Value::Date(_) => "Date(***)",
            Value::Month(_) => "Month(***)",
            Value::Time(_) => "Time(***)",
            Value::Instant(_) => "Instant(***)",
            Value::Many(_) => "Many(***)",
            Value::Row(_) => "Row(***)",
            Value::Group(_) => "Group(***)",
        })
    }
}

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month {
    pub(crate) year: i32,
    pub(crate) month: u32,
}

impl Month {
    /// Reads `YYYY-MM`.
    pub(crate) fn parse(text: &str) -> Option<Month> {
        let digits = text.len() == 7 && text.bytes().enumerate().all(|(at, b)| at == 4 || b.is_ascii_digit());
        let (year, month) = text.split_once('-').filter(|_| digits)?;
        let month = Month { year: year.parse().ok()?, month: month.parse().ok()? };
        ((1..=12).contains(&month.month) && in_years(month.year)).then_some(month)
    }

    pub(crate) fn of(date: NaiveDate) -> Month {
        Month { year: date.year(), month: date.month() }
    }
}

/// The first year that is taken.
pub(crate) const YEAR_MIN: i32 = 1900;
/// The last year that is taken.
pub(crate) const YEAR_MAX: i32 = 2100;
/// Days between the first and the last day that are taken.
pub(crate) const DAYS_MAX: i64 = 73_414;

pub(crate) fn in_years(year: i32) -> bool {
    (YEAR_MIN..=YEAR_MAX).contains(&year)
}

/// Reads `YYYY-MM-DD`, within the years that are taken.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let form = text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let date: NaiveDate = text.parse().ok().filter(|_| form)?;
    in_years(date.year()).then_some(date)
}

/// Reads `HH:MM` as minutes since midnight.
pub(crate) fn parse_time(text: &str) -> Option<u16> {
    let digits = text.len() == 5 && text.bytes().enumerate().all(|(at, b)| at == 2 || b.is_ascii_digit());
    let (hours, minutes) = text.split_once(':').filter(|_| digits)?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then(|| hours.saturating_mul(60).saturating_add(minutes))
}
