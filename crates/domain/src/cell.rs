// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cells of tables that go out to spreadsheets and may come back: none is taken for a formula, and each comes back as it was
//! (rules.md 45).

/// What a spreadsheet takes for the beginning of a formula, and the apostrophe itself: without it two texts would look alike.
const MARKED: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe before it.
#[must_use]
pub fn neutral(text: &str) -> String {
    if is_marked(text) { format!("'{text}") } else { text.to_owned() }
}

/// What a cell said before [`neutral`]: one apostrophe at its beginning is taken back.
#[must_use]
pub fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Whether a text would be taken for a formula, or for one that was made harmless.
#[must_use]
pub fn is_marked(text: &str) -> bool {
    text.starts_with(MARKED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_and_none_begins_like_a_formula() {
        let hostile = [
            "=1+1",
            "+39 075",
            "-5",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "'=1",
            "''",
            "'",
            "",
            "Mario Rossi",
            "=HYPERLINK(\"x\")",
        ];
        for text in hostile {
            let cell = neutral(text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert_eq!(plain(&cell), text);
        }
        assert_eq!(neutral("D'Angelo"), "D'Angelo");
    }
}
