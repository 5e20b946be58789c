// SPDX-License-Identifier: AGPL-3.0-or-later
//! Secrets as a type: they cannot reach a log by being printed, nor an answer by being written with what holds them.

use std::fmt;

use crate::personal::HIDDEN;

/// A key, a password, a token: `Debug` shows [`HIDDEN`], nothing else shows it, and no serialisation knows it. Reading it
/// is an explicit word in the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Marks a value as secret.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, where it is used or shown once.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_by_its_word_and_printed_by_none() {
        let secret = Secret::new("tr_test_x".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
        assert_eq!(secret.expose(), "tr_test_x");
    }
}
