// SPDX-License-Identifier: AGPL-3.0-or-later
//! The notice number (NAV): 18 digits (codes.md 2).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{ApplicationCode, AuxDigit, Base13, Iuv, SegregationCode};
use crate::ascii::{Ascii, number};
use crate::serde_text::serde_text;

const PREFIX_DIGITS: usize = 16;
const GROUP_DIGITS: usize = 4;
const CHECK_MODULUS: u64 = 93;

/// A text is not a notice number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a notice number has exactly 18 digits")]
pub struct NoticeNumberError;

/// A notice number: any 18 digits, for what comes in is never refused on its check digits (rules.md 4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeNumber(Ascii<18>);

/// The check digits (0..=92) of a notice number, over the number that its first 16 digits write.
#[must_use]
pub const fn mod93(first_16_digits: u64) -> u64 {
    first_16_digits % CHECK_MODULUS
}

impl NoticeNumber {
    /// The notice with which the Node asks whether we are alive before it leaves stand-in (rules.md 21).
    pub const PROBE: NoticeNumber = NoticeNumber(Ascii::known(*b"000000000000000000"));

    /// The notice number with aux digit 3, this segregation code and this base, with its check digits.
    #[must_use]
    pub fn generate(segregation: SegregationCode, base: Base13) -> NoticeNumber {
        let prefix = format!("3{segregation}{base}");
        let check = mod93(number(&prefix));
        // One, two, thirteen and two digits are always eighteen.
        Ascii::digits(&format!("{prefix}{check:02}")).map_or(NoticeNumber::PROBE, NoticeNumber)
    }

    /// The notice number under which an IUV is routed; `None` where the IUV has not the digits of that aux digit,
    /// or the application code is missing with aux digit 0 or given with another.
    #[must_use]
    pub fn from_iuv(aux_digit: AuxDigit, application: Option<ApplicationCode>, iuv: &Iuv) -> Option<NoticeNumber> {
        let text = match (aux_digit, application) {
            (AuxDigit::Zero, Some(code)) if iuv.is_numeric_15() => format!("0{code}{iuv}"),
            (AuxDigit::One | AuxDigit::Two | AuxDigit::Three, None) if iuv.is_numeric_17() => {
                format!("{aux_digit}{iuv}")
            }
            _ => return None,
        };
        text.parse().ok()
    }

    /// The 18 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn digits(&self, from: usize, to: usize) -> &str {
        self.as_str().get(from..to).unwrap_or_default()
    }

    /// The first digit, if it is one that pagoPA uses.
    #[must_use]
    pub fn aux_digit(&self) -> Option<AuxDigit> {
        let digit = u8::try_from(number(self.digits(0, 1))).ok()?;
        AuxDigit::try_from(digit).ok()
    }

    /// The creditor reference: what follows the routing digits (three with aux digit 0, else one).
    #[must_use]
    pub fn iuv(&self) -> Iuv {
        let routing_digits = if self.aux_digit() == Some(AuxDigit::Zero) { 3 } else { 1 };
        Iuv::of_digits(self.digits(routing_digits, 18))
    }

    /// The segregation code, with aux digit 3 only.
    #[must_use]
    pub fn segregation_code(&self) -> Option<SegregationCode> {
        (self.aux_digit() == Some(AuxDigit::Three)).then(|| self.digits(1, 3).parse().ok())?
    }

    /// The application code, with aux digit 0 only.
    #[must_use]
    pub fn application_code(&self) -> Option<ApplicationCode> {
        (self.aux_digit() == Some(AuxDigit::Zero)).then(|| self.digits(1, 3).parse().ok())?
    }

    /// The 13 digits between segregation code and check digits, with aux digit 3 only.
    #[must_use]
    pub fn base(&self) -> Option<Base13> {
        self.segregation_code()?;
        Base13::new(number(self.digits(3, PREFIX_DIGITS)))
    }

    /// Whether the check digits are right. With aux digit 1 there are none; without a known aux digit nothing is.
    ///
    /// For numbers that our own users bring; an inbound notice is looked up whatever this says (rules.md 4).
    #[must_use]
    pub fn check_digits_right(&self) -> bool {
        match self.aux_digit() {
            None => false,
            Some(AuxDigit::One) => true,
            Some(AuxDigit::Zero | AuxDigit::Two | AuxDigit::Three) => {
                mod93(number(self.digits(0, PREFIX_DIGITS))) == number(self.digits(PREFIX_DIGITS, 18))
            }
        }
    }

    /// Whether this is the Node's probe.
    #[must_use]
    pub fn is_probe(&self) -> bool {
        *self == NoticeNumber::PROBE
    }

    /// The digits in groups of four, as printed on notices: `3050 0000 0001 2345 86`.
    #[must_use]
    pub fn grouped(&self) -> String {
        crate::text::in_groups(self.as_str(), GROUP_DIGITS)
    }
}

impl FromStr for NoticeNumber {
    type Err = NoticeNumberError;

    fn from_str(text: &str) -> Result<NoticeNumber, NoticeNumberError> {
        Ascii::digits(text).map(NoticeNumber).ok_or(NoticeNumberError)
    }
}

impl fmt::Display for NoticeNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for NoticeNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "NoticeNumber({})", self.as_str())
    }
}

serde_text!(NoticeNumber);

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
