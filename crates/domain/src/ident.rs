// SPDX-License-Identifier: AGPL-3.0-or-later
//! Identifiers that people choose: codes of institutions, services and accounts, and external ids.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Longest code that a person may choose, in characters.
pub const CODE_LENGTH_MAX: usize = 64;
/// Longest external id of a debt position, in characters.
pub const EXTERNAL_ID_LENGTH_MAX: usize = 128;
/// Longest reference of an installment, in characters.
pub const REFERENCE_LENGTH_MAX: usize = 35;

/// Why a chosen identifier is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentError {
    /// Empty, or longer than its limit.
    #[error("must have 1 to {max} characters")]
    Length {
        /// The limit in characters.
        max: usize,
    },
    /// Holds a character outside the set of its kind.
    #[error("may hold only {allowed}")]
    Characters {
        /// The set, in words.
        allowed: &'static str,
    },
}

macro_rules! chosen {
    ($(#[$doc:meta])* $name:ident, $max:expr, $allowed:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks length and characters.
            ///
            /// # Errors
            /// `Length` or `Characters`, with the limit that was broken.
            pub fn new(text: impl Into<String>) -> Result<Self, IdentError> {
                let text = text.into();
                let length = text.chars().count();
                if length == 0 || length > $max {
                    return Err(IdentError::Length { max: $max });
                }
                let check: fn(usize, char) -> bool = $check;
                if !text.chars().enumerate().all(|(at, c)| check(at, c)) {
                    return Err(IdentError::Characters { allowed: $allowed });
                }
                Ok(Self(text))
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdentError;
            fn try_from(text: String) -> Result<Self, IdentError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdentError;
            fn from_str(text: &str) -> Result<Self, IdentError> {
                Self::new(text)
            }
        }
    };
}

fn slug(at: usize, c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || (at > 0 && c == '-')
}

fn code(at: usize, c: char) -> bool {
    c.is_ascii_alphanumeric() || (at > 0 && matches!(c, '-' | '_' | '.'))
}

fn name(at: usize, c: char) -> bool {
    c.is_ascii_lowercase() || (at > 0 && (c.is_ascii_digit() || c == '_'))
}

/// Visible ASCII: what survives every system that an identifier passes through.
fn visible(_: usize, c: char) -> bool {
    c.is_ascii_graphic()
}

chosen!(
    /// The immutable slug of an institution, such as `comune-perugia`.
    InstitutionCode, CODE_LENGTH_MAX, "lower-case letters, digits and hyphens, not a hyphen first", slug
);
chosen!(
    /// The code of a payment service within its institution, such as `TARI`.
    ServiceCode, CODE_LENGTH_MAX, "letters, digits, hyphen, underscore and full stop, a letter or digit first", code
);
chosen!(
    /// The code of a registry of an institution, such as `doctoral_courses`.
    RegistryCode, CODE_LENGTH_MAX, "lower-case letters, digits and underscores, a letter first", name
);
chosen!(
    /// The name of a bank account within its institution, such as `main`.
    AccountCode, CODE_LENGTH_MAX, "letters, digits, hyphen, underscore and full stop, a letter or digit first", code
);
chosen!(
    /// The name of a registered beneficiary of transfers, such as `provincia`.
    BeneficiaryCode, CODE_LENGTH_MAX, "letters, digits, hyphen, underscore and full stop, a letter or digit first", code
);
chosen!(
    /// The caller's own key of a debt position, unique within institution and service.
    ExternalId, EXTERNAL_ID_LENGTH_MAX, "visible ASCII characters without spaces", visible
);
chosen!(
    /// The caller's name of an installment within its position; `PUT` matches installments by it.
    InstallmentReference, REFERENCE_LENGTH_MAX, "visible ASCII characters without spaces", visible
);
chosen!(
    /// A station of the broker at the Node, such as `99999000039_01` (codes.md 1: text of 1..35).
    StationId, 35, "visible ASCII characters without spaces", visible
);

impl InstallmentReference {
    /// What an installment is called when it is the only one and the caller gave no name.
    #[must_use]
    pub fn only() -> Self {
        Self("single".to_owned())
    }
}
