// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why no answer came.

use std::error::Error;

use crate::resolver::NotAllowed;

/// Why no answer came to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// Its time was over.
    Timeout,
    /// The address may not be asked, or its name leads to none that may.
    NotAllowed,
    /// Nobody was there, or the exchange broke off.
    Unreachable,
}

impl Unreached {
    /// Stable snake_case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::NotAllowed => "not_allowed",
            Self::Unreachable => "unreachable",
        }
    }
}

impl From<reqwest::Error> for Unreached {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
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
