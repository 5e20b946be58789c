// SPDX-License-Identifier: AGPL-3.0-or-later
//! CSV as spreadsheets write it: `;`, `,` or tab, quotes and line breaks within them, UTF-8 or Windows-1252. It is read as a
//! stream: what is held is one row.

mod delimiter;
mod encoding;
mod records;

use std::io::{BufReader, Read};

use tramite_domain::cell::plain;

use self::encoding::BOM;
use self::records::{Record, Records};
use super::bytes::count;
use super::grid::is_too_long;
use super::limits::ROWS_MAX;
use super::model::{Encoding, FileFault, SheetCell, SheetError, SheetInfo, SheetRow, Unread};
use super::open::Rows;
use super::source::{FileSource, ReadSeek};

/// What begins like this is no text.
const OTHER_FORMS: [&[u8]; 5] = [b"PK\x03\x04", b"PK\x05\x06", b"\xD0\xCF\x11\xE0", b"%PDF-", b"\x1F\x8B"];

/// The rows of a CSV.
pub(super) struct CsvRows {
    records: Records<BufReader<Box<dyn ReadSeek>>>,
    encoding: Encoding,
    delimiter: u8,
    rows: u64,
}

impl CsvRows {
    /// Looks at the first row for what parts its cells, and then once at the whole file for its encoding: a byte that is no UTF-8
    /// counts wherever it stands.
    pub(super) fn open(source: &dyn FileSource) -> Result<Self, SheetError> {
        check_beginning(source)?;
        let delimiter = delimiter::detect(begun(source)?)?;
        let encoding = encoding::detect(source.open()?)?;
        Ok(Self { records: Records::new(begun(source)?, delimiter), encoding, delimiter, rows: 0 })
    }

    /// What was found out.
    pub(super) fn info(&self) -> SheetInfo {
        SheetInfo { encoding: Some(self.encoding), delimiter: Some(char::from(self.delimiter)), sheet: None }
    }
}

impl Rows for CsvRows {
    fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        while let Some(record) = self.records.next()? {
            let (cells, width) = (cells(&record, self.encoding)?, record.columns());
            if let Some(row) = SheetRow::of(record.line, cells).map(|row| SheetRow { width, ..row }) {
                self.rows = self.rows.saturating_add(1);
                if self.rows > ROWS_MAX {
                    let detail = format!("the file has more than {ROWS_MAX} rows");
                    return Err(FileFault::new("too_many_rows", detail).in_line(row.line).into());
                }
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

fn cells(record: &Record<'_>, encoding: Encoding) -> Result<Vec<SheetCell>, FileFault> {
    let mut cells = Vec::with_capacity(record.columns());
    for (column, bytes) in (1_usize..).zip(record.cells()) {
        let fault = |fault: FileFault| fault.in_line(record.line).in_column(column.to_string());
        let text = encoding::text(bytes, encoding).map_err(fault)?;
        if is_too_long(&text) {
            cells.push(SheetCell::Unread(Unread::TooLong));
            continue;
        }
        // What was exported with an apostrophe comes back without it.
        let text = if text.starts_with('\'') { plain(&text).to_owned() } else { text };
        cells.push(if text.is_empty() { SheetCell::Empty } else { SheetCell::Text(text) });
    }
    Ok(cells)
}

/// The file after its byte order mark.
fn begun(source: &dyn FileSource) -> Result<BufReader<Box<dyn ReadSeek>>, SheetError> {
    let mut reader = source.open()?;
    let beginning = beginning(&mut reader, BOM.len())?;
    let skipped = if beginning == BOM { count(BOM.len()) } else { 0 };
    reader.seek(std::io::SeekFrom::Start(skipped))?;
    Ok(BufReader::with_capacity(1 << 16, reader))
}

fn check_beginning(source: &dyn FileSource) -> Result<(), SheetError> {
    let beginning = beginning(&mut source.open()?, 8)?;
    if beginning.starts_with(b"\xFF\xFE") || beginning.starts_with(b"\xFE\xFF") {
        let detail = "the file is written in UTF-16: save it as CSV UTF-8";
        return Err(FileFault::new("utf_16", detail).into());
    }
    if OTHER_FORMS.iter().any(|form| beginning.starts_with(form)) {
        return Err(FileFault::new("wrong_format", "the file is no CSV").into());
    }
    Ok(())
}

fn beginning(reader: &mut dyn ReadSeek, bytes: usize) -> Result<Vec<u8>, SheetError> {
    let mut beginning = Vec::with_capacity(bytes);
    reader.take(count(bytes)).read_to_end(&mut beginning)?;
    Ok(beginning)
}
