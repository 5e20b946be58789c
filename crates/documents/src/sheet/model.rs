// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a table gives, and why it gives nothing.

use std::io;

use chrono::{NaiveDate, NaiveDateTime};
use thiserror::Error;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetCell {
    /// Nothing.
    Empty,
    /// A text, as it was written; from CSV every cell is one.
    Text(String),
    /// A number of a spreadsheet: its decimal text at 15 significant digits, which is what a spreadsheet shows of it at most; without
    /// exponent.
    Number(String),
    /// A day of a spreadsheet.
    Day(NaiveDate),
    /// A day of a spreadsheet with an hour.
    Moment(NaiveDateTime),
    /// Something that is not read: its row is wrong, and the others are not.
    Unread(Unread),
}

/// Why a cell is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It holds a formula instead of its value: what it shows was reckoned elsewhere, and may be reckoned otherwise.
    Formula,
    /// It shows an error.
    Error,
    /// It has more characters than any may have.
    TooLong,
}

/// One row. Empty cells at its end are cut; a row that is wholly empty is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// Where it begins: the line of the text from 1, or the row of the spreadsheet as it is shown.
    pub line: u64,
    /// How many cells it has with those that were cut: those of a CSV were written, and may stand there since an amount was parted.
    pub width: usize,
    /// Its cells, from the first column.
    pub cells: Vec<SheetCell>,
}

/// How the characters of a text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// Windows-1252: what is no UTF-8, and has no character of it either.
    Windows1252,
}

/// What was found out about a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetInfo {
    /// How a CSV is encoded.
    pub encoding: Option<Encoding>,
    /// What parts the cells of a CSV.
    pub delimiter: Option<char>,
    /// The sheet of a spreadsheet that is read.
    pub sheet: Option<String>,
}

/// Why a file cannot be read: a limit or a reason that has a name. It says nothing of what stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {detail}")]
pub struct FileFault {
    /// The reason, for programs.
    pub code: &'static str,
    /// The reason, for people.
    pub detail: String,
    /// The line or the row where it was found.
    pub line: Option<u64>,
    /// The column where it was found: the name it was found by, else its letters in a spreadsheet, its number from 1 in a CSV.
    pub column: Option<String>,
}

/// A table gives nothing.
#[derive(Debug, Error)]
pub enum SheetError {
    /// The file is at fault, and will be at the next attempt too.
    #[error(transparent)]
    File(#[from] FileFault),
    /// The file cannot be reached: another attempt may succeed.
    #[error("the file cannot be reached")]
    Io(#[source] io::Error),
}

impl From<io::Error> for SheetError {
    /// What reads within a file tells its faults through this error too: they are taken out again.
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|cause| cause.downcast_ref::<FileFault>()) {
            Some(fault) => Self::File(fault.clone()),
            None => Self::Io(error),
        }
    }
}

impl From<FileFault> for io::Error {
    fn from(fault: FileFault) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

impl FileFault {
    /// A fault of the whole file.
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), line: None, column: None }
    }

    /// The same fault, found in this line.
    #[must_use]
    pub fn in_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same fault, found in this column.
    #[must_use]
    pub fn in_column(self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self }
    }
}

// Its detail names the number.
const _: () = assert!(super::limits::CELL_READ_CHARS_MAX == 4_000);

impl Unread {
    /// The reason, for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Formula => "formula_in_cell",
            Self::Error => "error_in_cell",
            Self::TooLong => "cell_too_long",
        }
    }

    /// The reason, for people.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Formula => "the cell holds a formula instead of its value; paste the value",
            Self::Error => "the cell shows an error",
            Self::TooLong => "the cell has more than 4,000 characters",
        }
    }
}

impl SheetRow {
    /// A row with these cells; none where all are empty. A cell of blanks alone is one that is empty.
    pub(super) fn of(line: u64, mut cells: Vec<SheetCell>) -> Option<Self> {
        for cell in &mut cells {
            if matches!(cell, SheetCell::Text(text) if text.trim().is_empty()) {
                *cell = SheetCell::Empty;
            }
        }
        let filled = cells.iter().rposition(|cell| *cell != SheetCell::Empty)?;
        cells.truncate(filled.saturating_add(1));
        Some(Self { line, width: cells.len(), cells })
    }
}
