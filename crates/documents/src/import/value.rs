// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a cell to a value of the body, by what its column holds.

use serde_json::Value;
use tramite_domain::time::Instant;

use crate::sheet::SheetCell;

use super::columns::ColumnKind;
use super::names::normal;
use super::{amount, budget, day};

/// The digits that a spreadsheet keeps of a number: what has more was cut when it was typed.
const NUMBER_DIGITS_MAX: usize = 15;
/// Digits of an Italian postal code.
pub(super) const POSTAL_CODE_DIGITS: usize = 5;

/// What is wrong with a cell. It never repeats what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CellFault {
    pub(super) code: &'static str,
    pub(super) detail: &'static str,
}

impl CellFault {
    pub(super) const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail }
    }
}

/// The value of a cell; none where nothing stands in it.
pub(super) fn value(kind: ColumnKind, cell: &SheetCell) -> Result<Option<Value>, CellFault> {
    match cell {
        SheetCell::Empty => Ok(None),
        SheetCell::Text(text) if text.trim().is_empty() => Ok(None),
        SheetCell::Text(text) => of_text(kind, text.trim()).map(Some),
        SheetCell::Number(number) => of_number(kind, number).map(Some),
        SheetCell::Day(date) => match kind {
            ColumnKind::Day => Ok(Some(date.format("%Y-%m-%d").to_string().into())),
            ColumnKind::From => Ok(Some(day::of_day(*date, false).to_string().into())),
            ColumnKind::Until => Ok(Some(day::of_day(*date, true).to_string().into())),
            _ => Err(date_instead_of_text()),
        },
        SheetCell::Moment(moment) => match kind {
            ColumnKind::From | ColumnKind::Until => Ok(Some(Instant::from_naive_rome(*moment).to_string().into())),
            ColumnKind::Day => Err(CellFault::new("invalid_date", "the date has an hour; make it a day alone")),
            _ => Err(date_instead_of_text()),
        },
        SheetCell::Unread(why) => Err(CellFault::new(why.code(), why.detail())),
    }
}

const fn date_instead_of_text() -> CellFault {
    CellFault::new("date_instead_of_text", "the spreadsheet took it for a date; make the cell a text")
}

fn of_text(kind: ColumnKind, text: &str) -> Result<Value, CellFault> {
    Ok(match kind {
        ColumnKind::Text | ColumnKind::PostalCode | ColumnKind::Report => text.into(),
        ColumnKind::Code | ColumnKind::Identifier if is_scientific(text) => return Err(number_instead_of_text()),
        ColumnKind::Code | ColumnKind::Identifier => text.into(),
        ColumnKind::Amount => amount::euros(text)?.into(),
        ColumnKind::Cents => amount::whole_cents(text)?.into(),
        ColumnKind::Day => day::day(text)?.format("%Y-%m-%d").to_string().into(),
        ColumnKind::From => day::instant(text, false)?.to_string().into(),
        ColumnKind::Until => day::instant(text, true)?.to_string().into(),
        ColumnKind::Whole => whole(text)?.into(),
        ColumnKind::Flag => flag(text)?.into(),
        ColumnKind::Choice(words) => choice(words, text)?.into(),
        ColumnKind::Budget => budget::entries(text)?,
    })
}

fn of_number(kind: ColumnKind, number: &str) -> Result<Value, CellFault> {
    let plain = number.len() <= NUMBER_DIGITS_MAX && number.bytes().all(|byte| byte.is_ascii_digit());
    Ok(match kind {
        ColumnKind::Identifier | ColumnKind::Budget => return Err(number_instead_of_text()),
        ColumnKind::PostalCode if number.len() < POSTAL_CODE_DIGITS => return Err(number_instead_of_text()),
        ColumnKind::Text | ColumnKind::Code | ColumnKind::PostalCode | ColumnKind::Report if plain => number.into(),
        ColumnKind::Text | ColumnKind::Code | ColumnKind::PostalCode | ColumnKind::Report => {
            return Err(number_instead_of_text());
        }
        ColumnKind::Amount => amount::euros_of_number(number)?.into(),
        ColumnKind::Cents => amount::whole_cents(number)?.into(),
        ColumnKind::Whole => whole(number)?.into(),
        ColumnKind::Flag => flag(number)?.into(),
        ColumnKind::Day => return Err(CellFault::new("invalid_date", "the cell holds a number; make it a date")),
        ColumnKind::From | ColumnKind::Until => {
            return Err(CellFault::new("invalid_instant", "the cell holds a number; make it a date"));
        }
        ColumnKind::Choice(words) => choice(words, number)?.into(),
    })
}

/// Such as `3,05E+17`: what a spreadsheet leaves of a long code.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let whole_and_rest = mantissa.split_once([',', '.']);
    let mantissa = whole_and_rest.map_or_else(|| digits(mantissa), |(whole, rest)| digits(whole) && digits(rest));
    mantissa && exponent.strip_prefix('+').is_some_and(digits)
}

pub(super) const fn number_instead_of_text() -> CellFault {
    let detail = "the spreadsheet took it for a number and cut it; make the cell a text and write it anew";
    CellFault::new("number_instead_of_text", detail)
}

fn whole(text: &str) -> Result<u64, CellFault> {
    let fault = CellFault::new("invalid_number", "not a whole number");
    let right = text.bytes().all(|byte| byte.is_ascii_digit());
    if right { text.parse().map_err(|_| fault) } else { Err(fault) }
}

fn flag(text: &str) -> Result<bool, CellFault> {
    match normal(text).as_str() {
        "true" | "yes" | "y" | "1" | "si" | "s" | "vero" => Ok(true),
        "false" | "no" | "n" | "0" | "falso" => Ok(false),
        _ => Err(CellFault::new(
            "invalid_flag",
            "neither yes nor no: expected true, false, yes, no, sì, vero, falso, 1 or 0",
        )),
    }
}

fn choice(words: &[(&'static str, &'static str)], text: &str) -> Result<&'static str, CellFault> {
    let given = normal(text);
    let found = words.iter().find(|(word, _)| *word == given);
    found
        .map(|(_, meaning)| *meaning)
        .ok_or(CellFault::new("unknown_value", "none of the words that this column knows"))
}
