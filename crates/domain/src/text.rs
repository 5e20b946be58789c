// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts with a length in characters that an XML message can carry.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// Why a text cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// Fewer characters than required.
    #[error("shorter than {min} characters")]
    TooShort {
        /// The smallest number of characters.
        min: usize,
    },
    /// More characters than allowed.
    #[error("longer than {max} characters")]
    TooLong {
        /// The largest number of characters.
        max: usize,
    },
    /// A control character or a code point XML 1.0 cannot carry.
    #[error("contains a control character")]
    ControlCharacter,
    /// Nothing but blanks.
    #[error("blank")]
    Blank,
}

/// A text of `MIN..=MAX` characters (not bytes), on one line, without control characters and not blank.
///
/// It is kept exactly as given: nothing is trimmed or normalised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MAX: usize> Text<1, MAX> {
    /// A dash: what stands where a text is needed and there is none.
    #[must_use]
    pub fn dash() -> Self {
        Text("-".to_owned())
    }

    /// The text without what cannot be kept: control characters go, and the rest is cut to the length. None where
    /// nothing is left. For texts that come from outside and must not be refused (rules.md 4).
    #[must_use]
    pub fn salvaged(text: &str) -> Option<Self> {
        Text::new(text.chars().filter(|c| !is_forbidden(*c)).take(MAX).collect::<String>()).ok()
    }
}

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks a text and keeps it.
    ///
    /// # Errors
    /// [`TextError`], the first that applies: length, control character, blank.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        check(&text, MIN, MAX)?;
        Ok(Text(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text itself.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

pub(crate) fn check(text: &str, min: usize, max: usize) -> Result<(), TextError> {
    // Counting stops just above the limit, so a huge text costs no more than a long one.
    let characters = text.chars().take(max.saturating_add(1)).count();
    if characters < min {
        return Err(TextError::TooShort { min });
    }
    if characters > max {
        return Err(TextError::TooLong { max });
    }
    if text.chars().any(is_forbidden) {
        return Err(TextError::ControlCharacter);
    }
    if !text.is_empty() && text.trim().is_empty() {
        return Err(TextError::Blank);
    }
    Ok(())
}

/// Whether a character has no place in a text that leaves Tramite: every control character (tab and line ends
/// too, for all these texts are printed on one line) and the two code points XML 1.0 excludes.
#[must_use]
pub fn is_forbidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// Splits a code into groups separated by blanks, as paper shows long numbers.
pub(crate) fn in_groups(code: &str, group_chars: usize) -> String {
    let mut grouped = String::with_capacity(code.len() * 2);
    for (place, character) in code.chars().enumerate() {
        if place > 0 && place % group_chars == 0 {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    grouped
}

impl<const MIN: usize, const MAX: usize> Deref for Text<MIN, MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> AsRef<str> for Text<MIN, MAX> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Text<MIN, MAX> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl<const MIN: usize, const MAX: usize> FromStr for Text<MIN, MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        check(text, MIN, MAX)?;
        Ok(Text(text.to_owned()))
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Text::new(text)
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> String {
        text.0
    }
}

impl<const MIN: usize, const MAX: usize> Serialize for Text<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Text<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::serde_text::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Label = Text<2, 5>;

    #[test]
    fn a_text_is_measured_in_characters_and_kept_as_given() {
        assert_eq!(Label::new("ì€à🏛é").unwrap().as_str(), "ì€à🏛é");
        assert_eq!(Label::new(" ab ").unwrap().to_string(), " ab ");
        assert_eq!(Label::new("a"), Err(TextError::TooShort { min: 2 }));
        assert_eq!(Label::new(""), Err(TextError::TooShort { min: 2 }));
        assert_eq!(Label::new("abcdef"), Err(TextError::TooLong { max: 5 }));
        assert_eq!(Label::new(" \u{a0} "), Err(TextError::Blank));
        assert_eq!(Text::<0, 5>::new("").unwrap().len(), 0);
        for control in ["a\u{0}", "a\nb", "a\tb", "a\u{7f}", "a\u{85}b", "a\u{fffe}", "\u{ffff}b"] {
            assert_eq!(Label::new(control), Err(TextError::ControlCharacter), "{control:?}");
        }
    }

    #[test]
    fn json_brings_in_no_text_that_the_parser_refuses() {
        assert_eq!(serde_json::from_str::<Label>("\"TARI\"").unwrap(), Label::new("TARI").unwrap());
        assert!(serde_json::from_str::<Label>("\"a\\nb\"").is_err());
        assert!(serde_json::from_str::<Label>("12").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_taken_has_its_length_and_survives(text in ".{0,8}") {
            if let Ok(label) = Label::new(text.clone()) {
                prop_assert!((2..=5).contains(&label.chars().count()));
                prop_assert_eq!(label.to_string(), text);
            }
        }
    }
}
