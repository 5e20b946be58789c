// SPDX-License-Identifier: AGPL-3.0-or-later
//! Amounts as people and spreadsheets write them, read to the cent (rules.md 42, 50). What could be read in two ways is refused.

use super::value::CellFault;

const CENTS_DIGITS: usize = 2;
const GROUP_DIGITS: usize = 3;

/// Euros in cents, from a text.
pub(super) fn euros(text: &str) -> Result<i64, CellFault> {
    let bare = without_currency(text);
    if bare.strip_prefix(['-', '−', '(']).is_some() {
        return Err(CellFault::new("negative_amount", "an amount is not below zero"));
    }
    let dots = bare.matches('.').count();
    let commas = bare.matches(',').count();
    match (dots, commas) {
        (0, 0) => cents(bare, ""),
        (1, 0) => one_sign(bare, '.'),
        (0, 1) => one_sign(bare, ','),
        (_, 0) => cents(&grouped(bare, '.')?, ""),
        (0, _) => cents(&grouped(bare, ',')?, ""),
        (_, 1) if bare.rfind(',') > bare.rfind('.') => both(bare, '.', ','),
        (1, _) if bare.rfind('.') > bare.rfind(',') => both(bare, ',', '.'),
        _ => Err(invalid()),
    }
}

/// Euros in cents, from a number cell: a point parts the decimals there, whatever the country.
pub(super) fn euros_of_number(number: &str) -> Result<i64, CellFault> {
    if number.starts_with('-') {
        return Err(CellFault::new("negative_amount", "an amount is not below zero"));
    }
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    cents(whole, decimals)
}

/// Whole cents.
pub(super) fn whole_cents(text: &str) -> Result<i64, CellFault> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CellFault::new("invalid_amount", "expected whole cents, in digits alone"));
    }
    text.parse().map_err(|_| invalid())
}

fn without_currency(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix('€').or_else(|| text.strip_suffix('€')).unwrap_or(text).trim();
    let stripped = text.strip_prefix("EUR").or_else(|| text.strip_suffix("EUR"));
    stripped.unwrap_or(text).trim()
}

/// One dot or one comma: three digits after it are decimals to one reader and thousands to the other.
fn one_sign(bare: &str, sign: char) -> Result<i64, CellFault> {
    let (whole, rest) = bare.split_once(sign).unwrap_or((bare, ""));
    if rest.is_empty() {
        return Err(invalid());
    }
    let may_be_thousands = (1..=GROUP_DIGITS).contains(&whole.len()) && !whole.starts_with('0');
    if rest.len() == GROUP_DIGITS && may_be_thousands && all_digits(whole) && all_digits(rest) {
        let detail = "one dot or comma before three digits can be read in two ways; write two decimals";
        return Err(CellFault::new("ambiguous_amount", detail));
    }
    cents(whole, rest)
}

fn both(bare: &str, thousands: char, decimal: char) -> Result<i64, CellFault> {
    let (whole, rest) = bare.rsplit_once(decimal).unwrap_or((bare, ""));
    if rest.is_empty() {
        return Err(invalid());
    }
    cents(&grouped(whole, thousands)?, rest)
}

/// Digits whose thousands are parted, without what parts them.
fn grouped(whole: &str, sign: char) -> Result<String, CellFault> {
    let mut groups = whole.split(sign);
    let first = groups.next().unwrap_or_default();
    let right = (1..=GROUP_DIGITS).contains(&first.len()) && groups.all(|group| group.len() == GROUP_DIGITS);
    if right { Ok(whole.replace(sign, "")) } else { Err(invalid()) }
}

fn cents(whole: &str, decimals: &str) -> Result<i64, CellFault> {
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) {
        return Err(invalid());
    }
    if decimals.len() > CENTS_DIGITS {
        return Err(CellFault::new("too_many_decimals", "an amount has at most two decimals"));
    }
    format!("{whole}{decimals:0<CENTS_DIGITS$}").parse().map_err(|_| invalid())
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn invalid() -> CellFault {
    CellFault::new("invalid_amount", "not an amount: expected euros such as 1234,56 or 1.234,56 or 1234.56")
}
