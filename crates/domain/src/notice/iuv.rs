// SPDX-License-Identifier: AGPL-3.0-or-later
//! The creditor reference (IUV): what receipts, flows and remittance texts carry.

use std::fmt;
use std::str::FromStr;

use super::SegregationCode;
use crate::rf::RfReference;
use crate::serde_text::serde_text;
use crate::text::{self, TextError};

/// The longest IUV, in characters (the legacy alphanumeric schemes).
pub const IUV_CHARS_MAX: usize = 35;

/// A creditor reference of 1..=[`IUV_CHARS_MAX`] characters, kept exactly as it came.
///
/// Inbound ones are never refused for their form (rules.md 4); 15 or 17 digits are what notices carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iuv(String);

impl Iuv {
    /// The 15 or 17 digits of a notice number.
    pub(super) fn of_digits(digits: &str) -> Iuv {
        Iuv(digits.to_owned())
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// 17 digits: the IUV of a notice with aux digit 1, 2 or 3.
    #[must_use]
    pub fn is_numeric_17(&self) -> bool {
        self.is_digits(17)
    }

    /// 15 digits: the IUV of a notice with aux digit 0.
    #[must_use]
    pub fn is_numeric_15(&self) -> bool {
        self.is_digits(15)
    }

    fn is_digits(&self, length: usize) -> bool {
        self.0.len() == length && self.0.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The first two of 17 digits. They are a segregation code only if the notice has aux digit 3, which the IUV
    /// alone does not tell.
    #[must_use]
    pub fn segregation_code(&self) -> Option<SegregationCode> {
        if !self.is_numeric_17() {
            return None;
        }
        self.0.get(..2)?.parse().ok()
    }

    /// The ISO 11649 reference it is, if it is a right one.
    #[must_use]
    pub fn rf_reference(&self) -> Option<RfReference> {
        self.0.parse().ok()
    }
}

impl FromStr for Iuv {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Iuv, TextError> {
        text::check(text, 1, IUV_CHARS_MAX)?;
        Ok(Iuv(text.to_owned()))
    }
}

impl fmt::Display for Iuv {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

serde_text!(Iuv);
