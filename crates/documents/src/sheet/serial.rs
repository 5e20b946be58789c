// SPDX-License-Identifier: AGPL-3.0-or-later
//! Days of spreadsheets: numbers that are shown as days.

use chrono::{Days, NaiveDate, NaiveTime};

use super::grid::text_cell;
use super::model::SheetCell;

/// The day before the first of a count of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Epoch {
    /// From 1 January 1900, with a 29 February 1900 that never was.
    #[default]
    Of1900,
    /// From 1 January 1904.
    Of1904,
}

/// 31 December 9999, the last day of a spreadsheet.
const LAST_SERIAL: u64 = 2_958_465;
/// Decimals of a day that say its second, and more.
const DECIMALS_MAX: usize = 10;
const DAY_SECONDS: u64 = 86_400;

/// The cell of a number that is shown as a day: a day, or one with an hour; nothing where it is none.
pub(super) fn day_cell(number: &str, epoch: Epoch) -> Option<SheetCell> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let day = day(whole, epoch)?;
    Some(match seconds(decimals)? {
        0 => SheetCell::Day(day),
        seconds => SheetCell::Moment(day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?)),
    })
}

/// A day as XML writes it, or one with an hour; nothing where it begins with no day. What is written otherwise behind it stays a text,
/// which an instant may be and a day is not.
pub(super) fn iso_cell(text: &str) -> Option<SheetCell> {
    let (day, hour) = text.split_at_checked(10)?;
    let day = day.parse::<NaiveDate>().ok()?;
    if matches!(hour, "" | "T00:00:00Z") {
        return Some(SheetCell::Day(day));
    }
    let time = |hour: &str| {
        let time = NaiveTime::parse_from_str(hour, "%H:%M:%S%.f").or_else(|_| NaiveTime::parse_from_str(hour, "%H:%M"));
        time.ok()
    };
    Some(match hour.strip_prefix('T').and_then(time) {
        Some(hour) if hour == NaiveTime::MIN => SheetCell::Day(day),
        Some(hour) => SheetCell::Moment(day.and_time(hour)),
        None => text_cell(text.to_owned()),
    })
}

/// The seconds of a day that are these decimals of it, to the nearest; nothing where that is the next day.
fn seconds(decimals: &str) -> Option<u32> {
    let decimals = decimals.get(..DECIMALS_MAX).unwrap_or(decimals);
    if decimals.is_empty() {
        return Some(0);
    }
    let unit = 10_u64.checked_pow(u32::try_from(decimals.len()).ok()?)?;
    let scaled = decimals.parse::<u64>().ok()?.checked_mul(DAY_SECONDS)?;
    let seconds = scaled.checked_add(unit.checked_div(2)?)?.checked_div(unit)?;
    u32::try_from(seconds).ok().filter(|_| seconds < DAY_SECONDS)
}

/// The day of a whole number; nothing where it is none: an hour alone, the day that never was, or one that no spreadsheet knows.
fn day(whole: &str, epoch: Epoch) -> Option<NaiveDate> {
    let serial = whole.parse::<u64>().ok().filter(|serial| *serial <= LAST_SERIAL)?;
    let (year, month, first) = match (epoch, serial) {
        (Epoch::Of1900, 0 | 60) => return None,
        (Epoch::Of1900, 1..60) => (1899, 12, 31),
        (Epoch::Of1900, _) => (1899, 12, 30),
        (Epoch::Of1904, _) => (1904, 1, 1),
    };
    NaiveDate::from_ymd_opt(year, month, first)?.checked_add_days(Days::new(serial))
}

/// Whether a number format that every spreadsheet knows by its number shows a day.
pub(super) const fn is_day_format(id: u32) -> bool {
    matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

/// Whether a number format shows a day: it has a day or a year, outside of quotes, of escapes and of brackets.
pub(super) fn is_day_code(code: &str) -> bool {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            // What comes after concerns negative numbers.
            ';' => return false,
            'd' | 'D' | 'y' | 'Y' => return true,
            '\\' | '_' | '*' => {
                characters.next();
            }
            '"' => while characters.next().is_some_and(|character| character != '"') {},
            '[' => while characters.next().is_some_and(|character| character != ']') {},
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_day_that_a_spreadsheet_shows() {
        let cell = |number, epoch| match day_cell(number, epoch) {
            Some(SheetCell::Day(day)) => Some(day.to_string()),
            Some(SheetCell::Moment(moment)) => Some(moment.to_string()),
            _ => None,
        };
        let of_1900 = |number| cell(number, Epoch::Of1900);
        assert_eq!(of_1900("1").as_deref(), Some("1900-01-01"));
        assert_eq!(of_1900("59").as_deref(), Some("1900-02-28"));
        assert_eq!(of_1900("60"), None);
        assert_eq!(of_1900("61").as_deref(), Some("1900-03-01"));
        assert_eq!(of_1900("46387").as_deref(), Some("2026-12-31"));
        assert_eq!(of_1900("46387.5").as_deref(), Some("2026-12-31 12:00:00"));
        assert_eq!(of_1900("46387.999988426").as_deref(), Some("2026-12-31 23:59:59"));
        assert_eq!(of_1900("46387.5242592592593").as_deref(), Some("2026-12-31 12:34:56"));
        assert_eq!(of_1900("46387.0000000001").as_deref(), Some("2026-12-31"));
        assert_eq!(of_1900("46387.9999999"), None);
        assert_eq!(of_1900("2958465").as_deref(), Some("9999-12-31"));
        for none in ["0", "0.5", "-1", "2958466", "", "1e3"] {
            assert_eq!(of_1900(none), None, "{none}");
        }
        assert_eq!(cell("44925", Epoch::Of1904).as_deref(), Some("2026-12-31"));
    }

    #[test]
    fn a_day_of_xml_keeps_its_hour() {
        let cell = |text: &str| match iso_cell(text) {
            Some(SheetCell::Day(day)) => Some(day.to_string()),
            Some(SheetCell::Moment(moment)) => Some(moment.to_string()),
            _ => None,
        };
        for day in ["2026-12-31", "2026-12-31T00:00:00", "2026-12-31T00:00:00.000", "2026-12-31T00:00:00Z"] {
            assert_eq!(cell(day).as_deref(), Some("2026-12-31"), "{day}");
        }
        assert_eq!(cell("2026-12-31T12:00:00").as_deref(), Some("2026-12-31 12:00:00"));
        for none in ["", "2026-12-3", "31/12/2026", "2026-12-3è"] {
            assert_eq!(iso_cell(none), None, "{none}");
        }
        for text in ["2026-12-31Z", "2026-12-31T25:00:00", "2026-12-31T12:00:00Z"] {
            assert_eq!(iso_cell(text), Some(SheetCell::Text(text.to_owned())));
        }
    }

    #[test]
    fn a_format_shows_a_day_or_none() {
        for code in ["dd/mm/yyyy", "[$-410]d mmmm yyyy;@", "yyyy\\-mm\\-dd", "DD/MM/YY HH:MM", "[$-F800]dddd"] {
            assert!(is_day_code(code), "{code}");
        }
        for code in ["General", "#,##0.00", "[Red]0.00", "\"day\" 0", "0\\d", "h:mm:ss", "[h]:mm", "0;dd", "_d0", "@"] {
            assert!(!is_day_code(code), "{code}");
        }
    }
}
