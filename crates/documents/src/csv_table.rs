// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table as CSV (RFC 4180): UTF-8 without a byte order mark, commas, CR LF, every cell in quotes.

use ::csv::{QuoteStyle, Terminator, WriterBuilder};
use tramite_domain::cell::neutral;

use crate::table::{Cell, Row, TableError};

/// The table with its header. A text that begins like a formula gets one apostrophe before it.
///
/// # Errors
/// [`TableError`] where a row has more or fewer cells than the header.
pub fn csv(columns: &[&str], rows: &[Row]) -> Result<Vec<u8>, TableError> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).quote_style(QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(columns).map_err(TableError::of)?;
    for row in rows {
        writer.write_record(row.iter().map(written)).map_err(TableError::of)?;
    }
    writer.into_inner().map_err(|error| TableError::of(error.into_error()))
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => neutral(text),
        // A number is one: its sign makes no formula.
        Cell::Number(number) => number.to_string(),
        Cell::Empty => String::new(),
    }
}
