// SPDX-License-Identifier: AGPL-3.0-or-later
//! The national taxonomy of payments (codes.md 7). The list of codes is pagoPA's and changes: only the form is here.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ascii::Ascii;
use crate::serde_text::serde_text;

/// The reasons of a payment: tax, levy, price of a public service, sanction, other proceeds.
const REASONS: [&str; 5] = ["IM", "TS", "SP", "SA", "AP"];

/// Why a code or a kind of collection is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TaxonomyError {
    /// Not seven digits and one of the five reasons.
    #[error("a taxonomy code has seven digits and IM, TS, SP, SA or AP")]
    Code,
    /// Kinds of collection are 6, 7, 8 and 9.
    #[error("the kind of collection is 6, 7, 8 or 9")]
    CollectionKind,
}

/// A bare taxonomy code such as `0101101IM`: creditor (2), area (2), service (3), reason (2 letters).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxonomyCode(Ascii<9>);

/// The digit before a taxonomy code in the legacy messages and in the form of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct CollectionKind(u8);

impl CollectionKind {
    /// Other: what taxonomy codes are used with (`9/0101101IM/`).
    pub const NINE: CollectionKind = CollectionKind(9);

    /// The digit, 6..=9.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for CollectionKind {
    type Error = TaxonomyError;

    fn try_from(digit: u8) -> Result<CollectionKind, TaxonomyError> {
        match digit {
            6..=9 => Ok(CollectionKind(digit)),
            _ => Err(TaxonomyError::CollectionKind),
        }
    }
}

impl From<CollectionKind> for u8 {
    fn from(kind: CollectionKind) -> u8 {
        kind.0
    }
}

impl fmt::Display for CollectionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl TaxonomyCode {
    /// The bare code, as the current messages carry it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The form of the legacy messages, final slash included: `9/0101101IM/`.
    #[must_use]
    pub fn legacy(&self, kind: CollectionKind) -> String {
        format!("{kind}/{self}/")
    }
}

impl FromStr for TaxonomyCode {
    type Err = TaxonomyError;

    fn from_str(text: &str) -> Result<TaxonomyCode, TaxonomyError> {
        let code = Ascii::<9>::new(text).ok_or(TaxonomyError::Code)?;
        let (digits, reason) = text.split_at_checked(7).ok_or(TaxonomyError::Code)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) && REASONS.contains(&reason) {
            Ok(TaxonomyCode(code))
        } else {
            Err(TaxonomyError::Code)
        }
    }
}

impl fmt::Display for TaxonomyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for TaxonomyCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TaxonomyCode({})", self.as_str())
    }
}

serde_text!(TaxonomyCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taxonomy_code_is_bare_and_has_a_legacy_form() {
        let code: TaxonomyCode = "0101002IM".parse().unwrap();
        assert_eq!(code.legacy(CollectionKind::NINE), "9/0101002IM/");
        for right in ["0101101IM", "0201102TS", "0601119SP", "9999999SA", "0000000AP"] {
            assert_eq!(right.parse::<TaxonomyCode>().unwrap().as_str(), right);
        }
        for wrong in ["", "9/0101002IM/", "0101002", "0101002im", "0101002XX", "010100IM", "01010021IM", "010100٢M"] {
            assert_eq!(wrong.parse::<TaxonomyCode>(), Err(TaxonomyError::Code), "{wrong}");
        }
        for digit in 0..=255 {
            let kind = CollectionKind::try_from(digit);
            assert_eq!(kind.map(CollectionKind::digit).ok(), (6..=9).contains(&digit).then_some(digit));
        }
        assert_eq!(serde_json::to_string(&CollectionKind::NINE).unwrap(), "9");
    }
}
