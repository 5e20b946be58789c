// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a leaf may hold: the simple types of the official schema.

use tramite_domain::money::{Cents, MoneyError};

use super::lexical;
use super::violation::Reason;
use crate::xml::collapsed;

/// The longest text that the schema's unlimited strings may have here, in characters.
const ANY_CHARS_MAX: usize = 4_096;

/// `stEMail`: characters.
const EMAIL_CHARS_MAX: usize = 256;

/// `stBase64Binary72`: characters.
const HASH_CHARS: (usize, usize) = (4, 72);

/// A simple type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Facet {
    /// `xsd:string`.
    Any,
    /// A string of so many characters.
    Text(usize, usize),
    /// Exactly so many ASCII digits.
    Digits(usize),
    /// `stAmount`: two decimals, up to 999999999.99.
    Amount,
    /// `stAmountNotZero`.
    AmountNotZero,
    /// `xsd:date`.
    Date,
    /// `xsd:dateTime`.
    DateTime,
    /// `xsd:boolean`.
    Boolean,
    /// `xsd:int`.
    Int,
    /// `stIdTransfer`: 1 to 5.
    TransferId,
    /// An enumeration of strings, and how to call it.
    OneOf(&'static [&'static str], &'static str),
    /// `stNazioneProvincia`: two capital letters.
    TwoCapitals,
    /// `stEMail`.
    Email,
    /// `xsd:base64Binary`.
    Base64,
    /// `stBase64Binary72`.
    Hash,
}

impl Facet {
    /// Checks a text. Lengths are in characters; every type but strings has its white space collapsed first.
    pub(crate) fn check(self, text: &str) -> Result<(), Reason> {
        match self {
            Facet::Any => length(text, 0, ANY_CHARS_MAX),
            Facet::Text(least, most) => length(text, least, most),
            Facet::Digits(count) => {
                must(text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()), digits(count))
            }
            Facet::Amount => amount(text, Cents::new),
            Facet::AmountNotZero => {
                amount(text, |cents| if cents == 0 { Err(MoneyError::Zero) } else { Cents::new(cents) })
            }
            Facet::Date => must(lexical::date(&collapsed(text)).is_some(), "a date (yyyy-mm-dd)"),
            Facet::DateTime => must(lexical::date_time(&collapsed(text)).is_some(), "a date and time"),
            Facet::Boolean => must(lexical::boolean(&collapsed(text)).is_some(), "a boolean"),
            Facet::Int => must(collapsed(text).parse::<i32>().is_ok(), "an integer"),
            Facet::TransferId => must(lexical::transfer_id(text).is_some(), "a number from 1 to 5"),
            Facet::OneOf(words, name) => must(words.contains(&text), name),
            Facet::TwoCapitals => must(is_two_capitals(text), "two capital letters"),
            Facet::Email => must(is_email(text), "an e-mail address"),
            Facet::Base64 => must(lexical::base64(text).is_some(), "base64"),
            Facet::Hash => hash(text),
        }
    }
}

/// Turns a yes or no into a reason; an empty text has its own.
fn must(holds: bool, expected: &'static str) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(Reason::Not(expected)) }
}

const fn digits(count: usize) -> &'static str {
    match count {
        11 => "11 digits",
        18 => "18 digits",
        _ => "digits",
    }
}

fn length(text: &str, least: usize, most: usize) -> Result<(), Reason> {
    // Counting stops just above the limit.
    let characters = text.chars().take(most.saturating_add(1)).count();
    match characters {
        0 if least > 0 => Err(Reason::Empty),
        count if count < least || count > most => Err(Reason::Length { least, most }),
        _ => Ok(()),
    }
}

fn amount(text: &str, limits: impl Fn(i64) -> Result<Cents, MoneyError>) -> Result<(), Reason> {
    match collapsed(text).parse::<Cents>() {
        Ok(cents) => limits(cents.cents()).map(drop).map_err(|_| Reason::OutOfRange),
        Err(MoneyError::NotAnAmount) => Err(Reason::Not("an amount with two decimals")),
        Err(_) => Err(Reason::OutOfRange),
    }
}

fn hash(text: &str) -> Result<(), Reason> {
    let (least, most) = HASH_CHARS;
    length(&collapsed(text), least, most)?;
    Facet::Base64.check(text)
}

/// `[A-Z]{2}`.
pub(crate) fn is_two_capitals(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `[a-zA-Z0-9_\.\+\-]+@[a-zA-Z0-9\-]+(\.[a-zA-Z0-9\-]+)*`, at most 256 characters.
pub(crate) fn is_email(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_word);
    let Some((mailbox, host)) = text.split_once('@') else {
        return false;
    };
    let is_mailbox =
        !mailbox.is_empty() && mailbox.bytes().all(|byte| is_word(byte) || matches!(byte, b'_' | b'.' | b'+'));
    text.len() <= EMAIL_CHARS_MAX && is_mailbox && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_the_schema_s_pattern_takes() {
        for good in ["mario.rossi@example.it", "a+b_c-d.@x", "1@1.2.3"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@x", "a".repeat(255));
        for bad in
            ["", "a", "@x", "a@", "a@x.", "a@.x", "a@x..y", "a@@x", "a@x@y", "è@x.it", "a b@x", "a@x_y", long.as_str()]
        {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn an_amount_has_two_decimals_and_limits_to_the_cent() {
        for good in ["0.01", "999999999.99", " 1.00\n", "0001.00"] {
            assert_eq!(Facet::AmountNotZero.check(good), Ok(()), "{good}");
        }
        assert_eq!(Facet::Amount.check("0.00"), Ok(()));
        assert_eq!(Facet::AmountNotZero.check("0.00"), Err(Reason::OutOfRange));
        assert_eq!(Facet::Amount.check("1000000000.00"), Err(Reason::OutOfRange));
        for bad in ["", "1", "1.0", "1,00", "+1.00", "-1.00", "1.000", "1 .00", "1e2"] {
            assert_eq!(Facet::Amount.check(bad), Err(Reason::Not("an amount with two decimals")), "{bad}");
        }
    }

    #[test]
    fn a_length_is_in_characters() {
        assert_eq!(Facet::Text(1, 3).check("è€😀"), Ok(()));
        assert_eq!(Facet::Text(1, 3).check("è€😀x"), Err(Reason::Length { least: 1, most: 3 }));
        assert_eq!(Facet::Text(2, 3).check("x"), Err(Reason::Length { least: 2, most: 3 }));
        assert_eq!(Facet::Text(1, 3).check(""), Err(Reason::Empty));
    }
}
