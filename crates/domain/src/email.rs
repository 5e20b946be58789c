// SPDX-License-Identifier: AGPL-3.0-or-later
//! E-mail addresses as the Node's schema takes them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::serde_text::serde_text;

/// The longest address the Node takes, in characters.
pub const EMAIL_CHARS_MAX: usize = 256;

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Longer than [`EMAIL_CHARS_MAX`].
    #[error("longer than {max} characters")]
    TooLong {
        /// The limit, in characters.
        max: usize,
    },
    /// The Node's pattern does not match; some addresses that the Internet allows are among these.
    #[error("not an e-mail address that pagoPA accepts")]
    Pattern,
}

/// An address matching `[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*` (codes.md 10).
///
/// An address outside this pattern would make the Node refuse the whole answer, so it is refused at the door.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a character may stand before the `@`.
pub(crate) const fn is_local(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '+' | '-')
}

/// Whether a character may stand in a label of the domain.
pub(crate) const fn is_label(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-'
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Email, EmailError> {
        if text.chars().take(EMAIL_CHARS_MAX + 1).count() > EMAIL_CHARS_MAX {
            return Err(EmailError::TooLong { max: EMAIL_CHARS_MAX });
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError::Pattern)?;
        let local_right = !local.is_empty() && local.chars().all(is_local);
        let domain_right = domain.split('.').all(|label| !label.is_empty() && label.chars().all(is_label));
        if local_right && domain_right { Ok(Email(text.to_owned())) } else { Err(EmailError::Pattern) }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

serde_text!(Email);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_only_as_the_node_would_take_it() {
        for right in ["mario.rossi@example.org", "a@b", "A_b+c-d.9@sub.Example-1.it", "..@-"] {
            assert_eq!(right.parse::<Email>().unwrap().to_string(), right);
        }
        let wrong = [
            "",
            "@",
            "mario",
            "@example.org",
            "mario@",
            "mario@example.",
            "mario@.org",
            "mario@@example.org",
            "mario@a@b",
            "mario rossi@example.org",
            "mario@example.org ",
            "o'neil@example.org",
            "màrio@example.org",
            "\"m\"@example.org",
            "mario@exa_mple.org",
            "mario@[127.0.0.1]",
        ];
        for text in wrong {
            assert_eq!(text.parse::<Email>(), Err(EmailError::Pattern), "{text}");
        }
        let longest = format!("{}@example.org", "m".repeat(EMAIL_CHARS_MAX - 12));
        assert!(longest.parse::<Email>().is_ok());
        assert_eq!(format!("m{longest}").parse::<Email>(), Err(EmailError::TooLong { max: EMAIL_CHARS_MAX }));
    }
}
