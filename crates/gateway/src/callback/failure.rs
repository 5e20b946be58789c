// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a question brought no amount. The codes are labels of a counter and words of the log: they say nothing of a debt.

use tramite_outbound::Unreached;

/// Why there is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// No answer came.
    Unreached(Unreached),
    /// Another status than 200.
    HttpStatus,
    /// More bytes than an answer may have.
    TooLarge,
    /// No JSON object with an amount in whole cents.
    Malformed,
    /// An amount that no notice can carry, or that the shares of the installment cannot.
    InvalidAmount,
    /// The secret could not be read, or did not sign.
    Unsigned,
    /// A defect of ours: also a question that cannot be built.
    Broken,
}

impl Failure {
    /// Stable snake_case code.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Unreached(why) => why.code(),
            Self::HttpStatus => "http_status",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::InvalidAmount => "invalid_amount",
            Self::Unsigned => "unsigned",
            Self::Broken => "broken",
        }
    }
}

impl From<Unreached> for Failure {
    fn from(why: Unreached) -> Self {
        Self::Unreached(why)
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Unreached(error.into())
    }
}
