// SPDX-License-Identifier: AGPL-3.0-or-later
//! What number formats make of numbers: what is read is what is seen. A day is a number too, and so is a key with noughts before it.

use super::model::SheetCell;
use super::serial::{Epoch, day_cell, is_day_code, is_day_format};

/// Digits that a spreadsheet keeps of a number: noughts before one that was cut would make it look whole.
const DIGITS_MAX: usize = 15;
/// Digits that a format may ask for: no program takes a longer one.
const SHOWN_MAX: usize = 255;

/// How a style shows a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Shown {
    day: bool,
    /// Digits that are shown of a whole number, at least.
    digits: usize,
}

impl Shown {
    /// A format that every spreadsheet knows by its number.
    pub(super) const fn of_id(id: u32) -> Self {
        Self { day: is_day_format(id), digits: 0 }
    }

    /// A format that is written out.
    pub(super) fn of_code(code: &str) -> Self {
        Self { day: is_day_code(code), digits: digits(code) }
    }

    /// The cell of a number.
    pub(super) fn cell(self, number: String, epoch: Epoch) -> SheetCell {
        if self.day {
            return day_cell(&number, epoch).unwrap_or(SheetCell::Number(number));
        }
        let whole = number.len() <= DIGITS_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
        if whole && number.len() < self.digits {
            return SheetCell::Text(format!("{number:0>digits$}", digits = self.digits));
        }
        SheetCell::Number(number)
    }
}

/// The cell of a number that is seen as this text: with noughts before it where it is shown with them, and else the number.
pub(super) fn seen(number: String, text: &str) -> SheetCell {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= SHOWN_MAX;
    let kept = text.trim_start_matches('0');
    let same = kept == number || (kept.is_empty() && number == "0");
    if digits && same && text.len() > number.len() && number.len() <= DIGITS_MAX {
        return SheetCell::Text(text.to_owned());
    }
    SheetCell::Number(number)
}

/// The digits that a format of noughts alone shows, such as `000000`: what comes after a semicolon concerns negative numbers, and what
/// stands in brackets the language or the colour.
fn digits(code: &str) -> usize {
    let mut code = code.split(';').next().unwrap_or_default().trim();
    while let Some((_, rest)) = code.strip_prefix('[').and_then(|code| code.split_once(']')) {
        code = rest;
    }
    let noughts = code.trim_start_matches('#');
    let only_noughts = noughts.bytes().all(|byte| byte == b'0') && noughts.len() <= SHOWN_MAX;
    if only_noughts { noughts.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_read_with_the_noughts_that_are_seen() {
        let cell = |code: &str, number: &str| Shown::of_code(code).cell(number.to_owned(), Epoch::Of1900);
        let text = |text: &str| SheetCell::Text(text.to_owned());
        let number = |number: &str| SheetCell::Number(number.to_owned());
        for (code, of, meant) in [
            ("000000", "123", text("000123")),
            ("[$-410]00000;@", "6121", text("06121")),
            ("##000", "0", text("000")),
            ("000", "1234", number("1234")),
            ("000", "1.5", number("1.5")),
            ("000", "-5", number("-5")),
            ("0", "7", number("7")),
            ("#,##0", "7", number("7")),
            ("0.00", "7", number("7")),
            ("000000000000000000", "1234567890123456", number("1234567890123456")),
        ] {
            assert_eq!(cell(code, of), meant, "{code} {of}");
        }
        assert_eq!(cell(&"0".repeat(256), "7"), number("7"));
        assert_eq!(Shown::of_id(1).cell("7".to_owned(), Epoch::Of1900), number("7"));
        for (of, shown, meant) in
            [("123", "000123", text("000123")), ("0", "000", text("000")), ("123", "123", number("123"))]
        {
            assert_eq!(seen(of.to_owned(), shown), meant);
        }
        for shown in ["0124", "0,123", "x", "", "000123,00"] {
            assert_eq!(seen("123".to_owned(), shown), number("123"), "{shown}");
        }
    }
}
