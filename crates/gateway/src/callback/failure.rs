// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a question brought no amount. The codes are labels of a counter and words of the log: they say nothing of a debt.

use std::error::Error;

use crate::outbound::NotAllowed;

/// Why there is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Its time was over.
    Late,
    /// The address may not be asked, or its name leads to none that may.
    NotAllowed,
    /// Nobody was there, or the exchange broke off.
    Unreachable,
    /// Another status than 200.
    Status,
    /// More bytes than an answer may have.
    TooLarge,
    /// No JSON object with an amount in whole cents.
    Unreadable,
    /// An amount that no notice can carry, or that the shares of the installment cannot.
    NotCarried,
    /// The secret could not be read.
    Unsigned,
    /// A defect of ours.
    Broken,
}

impl Failure {
    /// Stable snake_case code.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::NotAllowed => "not_allowed",
            Self::Unreachable => "unreachable",
            Self::Status => "status",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::NotCarried => "not_carried",
            Self::Unsigned => "unsigned",
            Self::Broken => "broken",
        }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Late;
        }
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if inner.is::<NotAllowed>() {
                return Self::NotAllowed;
            }
            cause = inner.source();
        }
        Self::Unreachable
    }
}
