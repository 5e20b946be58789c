// SPDX-License-Identifier: AGPL-3.0-or-later
//! The RF creditor reference of ISO 11649 (codes.md 3.1), which legacy IUVs may be.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::check::mod97;
use crate::serde_text::serde_text;
use crate::text::in_groups;

/// The longest reference without `RF` and check digits, in characters.
pub const RF_REFERENCE_CHARS_MAX: usize = 21;

const GROUP_CHARS: usize = 4;

/// The letters R and F and two zeros in the place of the check digits.
const RF_AND_ZEROS: &str = "RF00";

/// Why a text is not an RF reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RfError {
    /// Not 1 to [`RF_REFERENCE_CHARS_MAX`] letters and digits, after `RF` and two digits where it is a whole one.
    #[error("not an RF creditor reference")]
    Form,
    /// The check digits are not those of the reference.
    #[error("the check digits of the RF creditor reference are wrong")]
    CheckDigits,
}

/// A right RF reference, in upper case and without blanks: one reference has one spelling.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RfReference(String);

impl RfReference {
    /// Puts `RF` and the check digits before a reference of letters and digits.
    ///
    /// # Errors
    /// [`RfError::Form`] where the reference is empty, too long or holds anything else.
    pub fn generate(reference: &str) -> Result<RfReference, RfError> {
        let right = (1..=RF_REFERENCE_CHARS_MAX).contains(&reference.len())
            && reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !right {
            return Err(RfError::Form);
        }
        let reference = reference.to_ascii_uppercase();
        let remainder = mod97(reference.chars().chain(RF_AND_ZEROS.chars())).ok_or(RfError::Form)?;
        let check = 98 - remainder;
        Ok(RfReference(format!("RF{check:02}{reference}")))
    }

    /// The whole reference, from `RF` on.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In groups of four, as remittance texts write it: `RF18 5390 0754 7034`.
    #[must_use]
    pub fn grouped(&self) -> String {
        in_groups(&self.0, GROUP_CHARS)
    }
}

impl FromStr for RfReference {
    type Err = RfError;

    /// Blanks and case do not matter. The check digits are computed again: testing for a remainder of one would
    /// also take 00, 01 and 99 for 97, 98 and 02.
    fn from_str(text: &str) -> Result<RfReference, RfError> {
        let compact: String = text.chars().filter(|character| *character != ' ').collect();
        let (head, reference) = compact.split_at_checked(RF_AND_ZEROS.len()).ok_or(RfError::Form)?;
        if !matches!(head.as_bytes(), [b'R' | b'r', b'F' | b'f', b'0'..=b'9', b'0'..=b'9']) {
            return Err(RfError::Form);
        }
        let right = RfReference::generate(reference)?;
        if right.0.eq_ignore_ascii_case(&compact) { Ok(right) } else { Err(RfError::CheckDigits) }
    }
}

impl fmt::Display for RfReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

serde_text!(RfReference);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::misreadings;

    /// Reference and result of codes.md 3.1; the case of the result does not matter.
    const WORKED: [(&str, &str); 12] = [
        ("w9", "RF45w9"),
        ("539007547034", "RF18539007547034"),
        ("1234567890", "RF471234567890"),
        ("2348236", "RF332348236"),
        ("05COM0000000001", "RF3505COM0000000001"),
        ("0", "RF040"),
        ("a", "RF25a"),
        ("A", "RF25A"),
        ("ABCDEFGHIJKLMNOPQRSTU", "RF95ABCDEFGHIJKLMNOPQRSTU"),
        ("05A1B2C3D4E5F6G7H8I9J", "RF9105A1B2C3D4E5F6G7H8I9J"),
        ("567483937849450550875", "RF78567483937849450550875"),
        ("01600201900000053964", "RF9201600201900000053964"),
    ];

    #[test]
    fn every_worked_example_is_generated_and_recognised() {
        for (reference, whole) in WORKED {
            let generated = RfReference::generate(reference).unwrap();
            assert_eq!(generated.as_str(), whole.to_uppercase());
            assert_eq!(whole.parse(), Ok(generated.clone()));
            assert_eq!(generated.grouped().to_lowercase().parse(), Ok(generated));
        }
        assert_eq!(RfReference::generate("539007547034").unwrap().grouped(), "RF18 5390 0754 7034");
    }

    #[test]
    fn wrong_samples_aliases_and_other_texts_are_refused() {
        // 97, 98 and 02 have the aliases 00, 01 and 99 under a plain remainder of one.
        let aliased = (0..=999)
            .map(|n| RfReference::generate(&n.to_string()).unwrap())
            .filter_map(|right| {
                let (check, reference) = right.as_str().split_at(4);
                let alias = match check {
                    "RF97" => "RF00",
                    "RF98" => "RF01",
                    "RF02" => "RF99",
                    _ => return None,
                };
                Some(format!("{alias}{reference}"))
            })
            .collect::<Vec<_>>();
        assert!(aliased.len() > 10);
        let samples = ["RF23 5674 8393 7849 4505 5087 5", "RF3301600201900000053964"].map(str::to_owned);
        for wrong in aliased.into_iter().chain(samples) {
            assert_eq!(wrong.parse::<RfReference>(), Err(RfError::CheckDigits), "{wrong}");
        }
        for wrong in ["", "RF", "RF18", "R18539007547034", "RFxx539007547034", "RF18-539007547034", "RF18é", "€€"]
        {
            assert_eq!(wrong.parse::<RfReference>(), Err(RfError::Form), "{wrong}");
        }
        assert_eq!(RfReference::generate(&"1".repeat(22)), Err(RfError::Form));
    }

    proptest! {
        #[test]
        fn every_reference_is_recognised_and_none_with_a_misread_character(reference in "[0-9A-Z]{1,21}") {
            let whole = RfReference::generate(&reference).unwrap().to_string();
            prop_assert_eq!(whole.parse::<RfReference>().map(|read| read.to_string()), Ok(whole.clone()));
            for wrong in misreadings(&whole, 2) {
                prop_assert!(wrong.parse::<RfReference>().is_err(), "{}", wrong);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "(RF)?.{0,30}") {
            let _ = text.parse::<RfReference>();
        }
    }
}
