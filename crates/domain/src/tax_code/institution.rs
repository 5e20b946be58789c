// SPDX-License-Identifier: AGPL-3.0-or-later
//! The eleven digits of institutions, companies and, provisionally, of some natural persons (codes.md 8.2).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ascii::Ascii;
use crate::serde_text::serde_text;

/// A text is not a tax code of eleven digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the tax code has exactly eleven digits")]
pub struct InstitutionTaxCodeError;

/// Eleven digits, leading zeros included. The check digit may be wrong: it is so for pagoPA's own test institutions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstitutionTaxCode(Ascii<11>);

impl InstitutionTaxCode {
    /// The eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the last digit is the check of the others; where it is not, a warning is due (rules.md 5).
    #[must_use]
    pub fn check_digit_right(&self) -> bool {
        let sum: u32 = self.as_str().chars().enumerate().map(|(index, digit)| weighed(index, digit)).sum();
        // The check digit stands at an even index, so it is in the sum as it is and completes the ten.
        sum.is_multiple_of(10)
    }
}

/// Every second digit counts double, less nine where that has two digits.
fn weighed(index: usize, digit: char) -> u32 {
    let value = digit.to_digit(10).unwrap_or_default();
    match (index % 2, value) {
        (0, _) => value,
        (_, 0..=4) => value * 2,
        _ => value * 2 - 9,
    }
}

impl FromStr for InstitutionTaxCode {
    type Err = InstitutionTaxCodeError;

    fn from_str(text: &str) -> Result<InstitutionTaxCode, InstitutionTaxCodeError> {
        Ascii::digits(text).map(InstitutionTaxCode).ok_or(InstitutionTaxCodeError)
    }
}

impl fmt::Display for InstitutionTaxCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for InstitutionTaxCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "InstitutionTaxCode({})", self.as_str())
    }
}

serde_text!(InstitutionTaxCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::misreadings;

    fn code(text: &str) -> InstitutionTaxCode {
        text.parse().unwrap()
    }

    #[test]
    fn every_worked_example_has_a_right_check_digit_and_the_test_institutions_have_not() {
        let right = [
            "00488410010",
            "15376371009",
            "97735020584",
            "80002270074",
            "81005750021",
            "00050800523",
            "01199250158",
            "00085240950",
            "99999000013",
        ];
        for text in right {
            assert!(code(text).check_digit_right(), "{text}");
            assert_eq!(code(text).to_string(), text);
        }
        for text in ["77777777777", "88888888888", "66666666666", "44444444444"] {
            assert!(!code(text).check_digit_right(), "{text}");
        }
    }

    #[test]
    fn only_eleven_digits_are_the_tax_code_of_an_institution() {
        for wrong in ["", "9999900001", "999990000130", "9999900001x", " 9999900001", "9999900001٣"] {
            assert_eq!(wrong.parse::<InstitutionTaxCode>(), Err(InstitutionTaxCodeError), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn one_misread_digit_is_always_noticed(text in "[0-9]{11}") {
            if code(&text).check_digit_right() {
                for wrong in misreadings(&text, 0) {
                    prop_assert!(!code(&wrong).check_digit_right(), "{}", wrong);
                }
            }
        }
    }
}
