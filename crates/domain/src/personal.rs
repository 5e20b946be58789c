// SPDX-License-Identifier: AGPL-3.0-or-later
//! Personal data as a type: it cannot reach a log by being printed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands in the place of personal data wherever it is printed.
pub const HIDDEN: &str = "***";

/// A value about a person. `Debug` and `Display` show [`HIDDEN`]; reading it is an explicit word in the code.
///
/// It is stored and sent as the value itself: serde is for the database and for the answers to those who may
/// see it, never for logs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Marks a value as personal.
    pub const fn new(value: T) -> Personal<T> {
        Personal(value)
    }

    /// The value, for those who may see it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, giving up the protection.
    pub fn into_exposed(self) -> T {
        self.0
    }

    /// Transforms the value without exposing it.
    pub fn map<U>(self, transform: impl FnOnce(T) -> U) -> Personal<U> {
        Personal(transform(self.0))
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Personal<T> {
        Personal(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_stored_but_never_printed() {
        let name = Personal::new(String::from("Mario Rossi"));
        assert_eq!(format!("{name} {name:?} {name:#?} {:?}", Some(&name)), "*** *** *** Some(***)");
        let json = serde_json::to_string(&name).unwrap();
        assert_eq!(json, "\"Mario Rossi\"");
        assert_eq!(serde_json::from_str::<Personal<String>>(&json).unwrap(), name);
        assert_eq!(name.clone().map(|text| text.len()).into_exposed(), 11);
        assert_eq!(name.expose(), "Mario Rossi");
    }
}
