// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file as it came, row by row.

use tramite_domain::import::{FileFormat, FileLayout};

use crate::import::header::{Binding, Takes};
use crate::import::line_reader::LineReader;
use crate::import::model::ImportDefaults;
use crate::sheet::{FileFault, FileSource, Sheet, SheetCell, SheetError, SheetInfo, SheetRow};

/// A file as it came.
pub struct OriginalFile {
    form: Form,
    format: FileFormat,
}

enum Form {
    Table { sheet: Sheet, head: Head, first: Option<SheetRow> },
    Lines(LineReader),
}

/// What a table is called by.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) names: Vec<String>,
    /// How many of its columns, from the first, are known by their place: whatever they are called, no report added them.
    pub(super) placed: usize,
    /// Whether anything is taken from each of its columns.
    pub(super) taken: Vec<bool>,
    /// How many cells a row may have.
    pub(super) width: usize,
    pub(super) italian: bool,
    /// Whether the table is of ours.
    pub(super) ours: bool,
    pub(super) info: SheetInfo,
}

/// One row as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalRow {
    /// Where it stands in the file: the line of the rows that were kept of its import.
    pub line: u64,
    pub(super) content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// With how many there were before empty ones at the end were cut.
    Cells(Vec<SheetCell>, usize),
    Line(Vec<u8>),
}

impl OriginalFile {
    /// Opens a file that was read before.
    ///
    /// # Errors
    /// As [`crate::import::PositionFile::open`].
    pub fn open(source: &dyn FileSource, format: FileFormat, layout: FileLayout) -> Result<Self, SheetError> {
        if format == FileFormat::Ndjson {
            return Ok(Self { form: Form::Lines(LineReader::open(source)?), format });
        }
        let mut sheet = Sheet::open(source, format)?;
        let Some(first) = sheet.next_row()? else {
            return Err(FileFault::new("no_header", "the table has no row, and so no header").into());
        };
        // What rows say by default makes no difference to what the columns are.
        let defaults = ImportDefaults { service_code: Some(String::new()), publish: false, creditor: None, layout };
        let binding = Binding::of(&first, &defaults)?;
        let Binding { columns, placed, width, italian, headed, ours, .. } = binding;
        let taken = columns.iter().map(|bound| !matches!(bound.takes, Takes::Nothing)).collect();
        let names = columns.into_iter().map(|bound| bound.name).collect();
        let head = Head { names, placed, taken, width, italian, ours, info: sheet.info().clone() };
        Ok(Self { form: Form::Table { sheet, head, first: (!headed).then_some(first) }, format })
    }

    /// The next row.
    ///
    /// # Errors
    /// As [`crate::import::PositionFile::next_group`].
    pub fn next_row(&mut self) -> Result<Option<OriginalRow>, SheetError> {
        match &mut self.form {
            Form::Lines(lines) => {
                let line = lines.next_line()?;
                Ok(line.map(|line| OriginalRow { line: line.number, content: Content::Line(line.bytes) }))
            }
            Form::Table { sheet, first, .. } => {
                let row = match first.take() {
                    Some(first) => Some(first),
                    None => sheet.next_row()?,
                };
                Ok(row.map(|row| OriginalRow { line: row.line, content: Content::Cells(row.cells, row.width) }))
            }
        }
    }

    /// What it is.
    #[must_use]
    pub const fn format(&self) -> FileFormat {
        self.format
    }

    pub(super) const fn head(&self) -> Option<&Head> {
        match &self.form {
            Form::Table { head, .. } => Some(head),
            Form::Lines(_) => None,
        }
    }
}
