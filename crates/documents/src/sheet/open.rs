// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table, whatever its form.

use tramite_domain::import::FileFormat;

use super::csv::CsvRows;
use super::model::{FileFault, SheetError, SheetInfo, SheetRow};
use super::ods::OdsRows;
use super::source::FileSource;
use super::xls::XlsRows;
use super::xlsx::XlsxRows;

/// Rows, one after the other.
pub(super) trait Rows: Send {
    /// The next row that is not empty.
    fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError>;
}

/// A table that is being read.
pub struct Sheet {
    info: SheetInfo,
    rows: Box<dyn Rows>,
}

impl Sheet {
    /// Opens a table and finds out what it is. The archive that a spreadsheet is was checked whole then, and a CSV was looked at for
    /// its encoding; what is refused of a cell is told where it is reached, so that whoever wants all or nothing reads all first.
    ///
    /// # Errors
    /// [`SheetError`] where it is not what its format says, or is refused.
    pub fn open(source: &dyn FileSource, format: FileFormat) -> Result<Self, SheetError> {
        match format {
            FileFormat::Csv => {
                let rows = CsvRows::open(source)?;
                Ok(Self { info: rows.info(), rows: Box::new(rows) })
            }
            FileFormat::Xlsx => Self::spreadsheet(XlsxRows::open(source)?),
            FileFormat::Ods => Self::spreadsheet(OdsRows::open(source)?),
            FileFormat::Xls => Self::spreadsheet(XlsRows::open(source)?),
            FileFormat::Ndjson => Err(FileFault::new("not_a_table", "lines of JSON are no table").into()),
        }
    }

    fn spreadsheet<R: Rows + 'static>((name, rows): (String, R)) -> Result<Self, SheetError> {
        let info = SheetInfo { encoding: None, delimiter: None, sheet: Some(name) };
        Ok(Self { info, rows: Box::new(rows) })
    }

    /// What was found out about it.
    #[must_use]
    pub fn info(&self) -> &SheetInfo {
        &self.info
    }

    /// The next row that is not empty.
    ///
    /// # Errors
    /// [`SheetError`] where it cannot be read.
    pub fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        self.rows.next_row()
    }
}
