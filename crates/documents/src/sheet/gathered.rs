// SPDX-License-Identifier: AGPL-3.0-or-later
//! The text of a cell, which comes in pieces. Its characters are counted as they come: a text is not looked at anew with each piece, of
//! which there may be millions, and what is too long is held no further.

use super::limits::CELL_READ_CHARS_MAX;

/// A text that is gathered.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    text: String,
    chars: usize,
}

impl Gathered {
    /// One more piece.
    pub(super) fn push_str(&mut self, piece: &str) {
        self.chars = self.chars.saturating_add(piece.chars().count());
        if self.fits() {
            self.text.push_str(piece);
        }
    }

    /// One more character.
    pub(super) fn push(&mut self, character: char) {
        self.push_many(character, 1);
    }

    /// The same character so many times.
    pub(super) fn push_many(&mut self, character: char, times: usize) {
        self.chars = self.chars.saturating_add(times);
        if self.fits() {
            self.text.extend(std::iter::repeat_n(character, times));
        }
    }

    /// All of it; none where it is longer than the text of a cell may be.
    pub(super) fn text(self) -> Option<String> {
        self.fits().then_some(self.text)
    }

    const fn fits(&self) -> bool {
        self.chars <= CELL_READ_CHARS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_gathered_to_its_limit_and_not_held_beyond_it() {
        let mut gathered = Gathered::default();
        gathered.push_str("àb");
        gathered.push('c');
        gathered.push_many(' ', CELL_READ_CHARS_MAX - 3);
        gathered.push_str("");
        assert_eq!(gathered.text.chars().count(), CELL_READ_CHARS_MAX);
        gathered.push('x');
        gathered.push_many(' ', usize::MAX);
        gathered.push_str("y");
        assert_eq!(gathered.text.chars().count(), CELL_READ_CHARS_MAX);
        assert_eq!(gathered.text(), None);
        assert_eq!(Gathered::default().text().as_deref(), Some(""));
    }
}
