// SPDX-License-Identifier: AGPL-3.0-or-later
//! Spreadsheets of Office Open XML (ECMA-376). Its first visible sheet is read as a stream; what is held are the texts that cells
//! have in common, and how styles show numbers.

mod book;
mod rows;
mod styles;
mod texts;

use self::book::Book;
use self::rows::SheetData;
use super::archive::Archive;
use super::format::Shown;
use super::model::{SheetError, SheetRow};
use super::open::Rows;
use super::serial::Epoch;
use super::source::FileSource;
use super::strings::Strings;

pub(super) use self::book::no_sheet;

/// What the cells of a sheet refer to.
struct Common {
    texts: Strings,
    /// How each style shows numbers.
    styles: Vec<Shown>,
    epoch: Epoch,
}

/// The rows of the sheet.
pub(super) struct XlsxRows(SheetData);

impl XlsxRows {
    /// The name of the sheet, and its rows.
    pub(super) fn open(source: &dyn FileSource) -> Result<(String, Self), SheetError> {
        let archive = Archive::open(source)?;
        let book = Book::read(&archive)?;
        let texts = match &book.texts {
            Some(part) => texts::read(archive.needed(part)?)?,
            None => Strings::default(),
        };
        let styles = match &book.styles {
            Some(part) => styles::read(archive.needed(part)?)?,
            None => Vec::new(),
        };
        let data = SheetData::open(archive.needed(&book.sheet)?, Common { texts, styles, epoch: book.epoch })?;
        Ok((book.name, Self(data)))
    }
}

impl Rows for XlsxRows {
    fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        self.0.next_row()
    }
}
