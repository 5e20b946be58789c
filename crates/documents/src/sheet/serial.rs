// SPDX-License-Identifier: AGPL-3.0-or-later
//! Days of spreadsheets: numbers that are shown as days.

use chrono::{Days, NaiveDate};

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

/// The day of a number; nothing where it is none: an hour alone, the day that never was, or one that no spreadsheet knows.
pub(super) fn day(number: &str, epoch: Epoch) -> Option<NaiveDate> {
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
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
        let of_1900 = |number| day(number, Epoch::Of1900).map(|day| day.to_string());
        assert_eq!(of_1900("1").as_deref(), Some("1900-01-01"));
        assert_eq!(of_1900("59").as_deref(), Some("1900-02-28"));
        assert_eq!(of_1900("60"), None);
        assert_eq!(of_1900("61").as_deref(), Some("1900-03-01"));
        assert_eq!(of_1900("46387").as_deref(), Some("2026-12-31"));
        assert_eq!(of_1900("46387.75").as_deref(), Some("2026-12-31"));
        assert_eq!(of_1900("2958465").as_deref(), Some("9999-12-31"));
        for none in ["0", "0.5", "-1", "2958466", "", "1e3"] {
            assert_eq!(of_1900(none), None, "{none}");
        }
        assert_eq!(day("44925", Epoch::Of1904).map(|day| day.to_string()).as_deref(), Some("2026-12-31"));
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
