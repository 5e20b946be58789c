// SPDX-License-Identifier: AGPL-3.0-or-later
//! The places of a spreadsheet, and its limits, which are the same for each form of it.

use super::limits::{CELL_READ_CHARS_MAX, CELLS_MAX, COLUMNS_MAX, SHEET_ROWS_MAX, SHEET_TEXT_BYTES_MAX};
use super::model::{FileFault, SheetCell, Unread};

/// A place: the row from 1 as it is shown, the column from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) row: u64,
    pub(super) column: usize,
}

impl Place {
    /// The name of the column: A, B, … Z, AA.
    fn letters(self) -> String {
        let mut letters = Vec::new();
        let mut left = Some(self.column);
        while let Some(number) = left {
            letters.push(u8::try_from(number % 26).map_or('A', |letter| char::from(b'A'.saturating_add(letter))));
            left = (number / 26).checked_sub(1);
        }
        letters.iter().rev().collect()
    }

    /// A fault of the cell at this place.
    pub(super) fn fault(self, code: &'static str, said: &str) -> FileFault {
        let letters = self.letters();
        FileFault::new(code, format!("{said}: {letters}{}", self.row)).in_line(self.row).in_column(letters)
    }

    /// The fault of a cell that cannot be read.
    pub(super) fn unreadable(self) -> FileFault {
        self.fault("unreadable_cell", "a cell cannot be read")
    }
}

/// Cells that were put into their rows.
#[derive(Debug, Default)]
pub(super) struct Grid {
    filled: u64,
    text_bytes: usize,
}

impl Grid {
    /// Puts a cell into its row, after those that stand before it.
    pub(super) fn put(&mut self, row: &mut Vec<SheetCell>, place: Place, cell: SheetCell) -> Result<(), FileFault> {
        let cell = match cell {
            SheetCell::Empty => return Ok(()),
            SheetCell::Text(text) if text.is_empty() => return Ok(()),
            SheetCell::Text(text) => text_cell(text),
            cell => cell,
        };
        if place.row > SHEET_ROWS_MAX {
            return Err(place.fault("too_many_rows", &format!("the sheet has more than {SHEET_ROWS_MAX} rows")));
        }
        if place.column >= COLUMNS_MAX {
            return Err(place.fault("too_many_columns", &format!("the sheet has more than {COLUMNS_MAX} columns")));
        }
        self.filled = self.filled.saturating_add(1);
        if self.filled > CELLS_MAX {
            return Err(place.fault("too_many_cells", &format!("the sheet has more than {CELLS_MAX} cells")));
        }
        if let SheetCell::Text(text) | SheetCell::Number(text) = &cell {
            self.text_bytes = self.text_bytes.saturating_add(text.len());
        }
        if self.text_bytes > SHEET_TEXT_BYTES_MAX {
            let said = format!("the cells of the sheet have more than {SHEET_TEXT_BYTES_MAX} bytes of text");
            return Err(place.fault("too_many_texts", &said));
        }
        if place.column < row.len() {
            return Err(place.fault("cells_out_of_order", "the cells of the sheet stand in no order"));
        }
        row.resize(place.column, SheetCell::Empty);
        row.push(cell);
        Ok(())
    }
}

/// The cell of a text.
pub(super) fn text_cell(text: String) -> SheetCell {
    if is_too_long(&text) { SheetCell::Unread(Unread::TooLong) } else { SheetCell::Text(text) }
}

/// Whether a text is longer than a cell may be.
pub(super) fn is_too_long(text: &str) -> bool {
    text.len() > CELL_READ_CHARS_MAX && text.chars().count() > CELL_READ_CHARS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_count_as_often_as_they_are_shown() {
        for cell in [SheetCell::Text("x".repeat(1_000)), SheetCell::Number("1".repeat(1_000))] {
            let mut grid = Grid::default();
            let mut put = |row: u64| grid.put(&mut Vec::new(), Place { row, column: 0 }, cell.clone());
            let most = u64::try_from(SHEET_TEXT_BYTES_MAX / 1_000).unwrap();
            (1..=most).for_each(|row| put(row).unwrap());
            assert_eq!(put(most + 1).unwrap_err().code, "too_many_texts");
        }
    }

    #[test]
    fn columns_are_named_as_they_are_shown() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(Place { row: 1, column }.letters(), letters);
        }
    }
}
