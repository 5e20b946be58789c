// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts that a spreadsheet keeps in common, held as one.

use std::collections::BTreeSet;

use super::limits::{SHARED_BYTES_MAX, SHARED_TEXTS_MAX};
use super::model::{FileFault, SheetCell, Unread};

/// Texts by their number.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<usize>,
    /// Those that are too long for a cell: nothing is held of them.
    too_long: BTreeSet<usize>,
}

impl Strings {
    /// The next text, which is too long for a cell where it is none.
    pub(super) fn push_gathered(&mut self, text: Option<&str>) -> Result<(), FileFault> {
        if text.is_none() {
            self.too_long.insert(self.ends.len());
        }
        self.push(text.unwrap_or_default())
    }

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

    /// The cell that shows the text of that number.
    pub(super) fn cell(&self, number: usize) -> Option<SheetCell> {
        if self.too_long.contains(&number) {
            return Some(SheetCell::Unread(Unread::TooLong));
        }
        self.get(number).map(|text| SheetCell::Text(text.to_owned()))
    }

    /// The text of that number, from 0.
    fn get(&self, number: usize) -> Option<&str> {
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
        texts.push_gathered(None).unwrap();
        texts.push_gathered(Some("b")).unwrap();
        assert_eq!(texts.cell(3), Some(SheetCell::Unread(Unread::TooLong)));
        assert_eq!((texts.cell(4), texts.cell(5)), (Some(SheetCell::Text("b".to_owned())), None));

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
