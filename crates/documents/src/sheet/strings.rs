// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts that a spreadsheet keeps in common, held as one.

use super::limits::{SHARED_BYTES_MAX, SHARED_TEXTS_MAX};
use super::model::FileFault;

/// Texts by their number.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    /// The next text.
    pub(super) fn push(&mut self, text: &str) -> Result<(), FileFault> {
        let bytes = self.text.len().saturating_add(text.len());
        if self.ends.len() >= SHARED_TEXTS_MAX || bytes > SHARED_BYTES_MAX {
            return Err(FileFault::new("too_many_texts", "the spreadsheet holds too many texts"));
        }
        self.text.push_str(text);
        self.ends.push(self.text.len());
        Ok(())
    }

    /// The text of that number, from 0.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)?;
        let begin = match number.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(begin..end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_number_and_bounded_in_bytes_and_in_number() {
        let mut texts = Strings::default();
        for text in ["a", "", "è€"] {
            texts.push(text).unwrap();
        }
        assert_eq!([0, 1, 2, 3].map(|number| texts.get(number)), [Some("a"), Some(""), Some("è€"), None]);

        let (mut texts, long) = (Strings::default(), "x".repeat(SHARED_BYTES_MAX / 4));
        for _ in 0..4 {
            texts.push(&long).unwrap();
        }
        assert_eq!(texts.push("x").unwrap_err().code, "too_many_texts");
        texts.push("").unwrap();

        let mut texts = Strings::default();
        for _ in 0..SHARED_TEXTS_MAX {
            texts.push("").unwrap();
        }
        assert_eq!(texts.push("").unwrap_err().code, "too_many_texts");
    }
}
