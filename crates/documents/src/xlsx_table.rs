// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table as a spreadsheet: one sheet, its header frozen, every text a text cell.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tramite_domain::cell::is_marked;

use crate::table::{Cell, Row, TableError};

/// The table with its header, in one sheet. A text that begins like a formula is marked as quoted: no program takes it for one,
/// and it is read back as it was.
///
/// # Errors
/// [`TableError`] for more rows or columns than a sheet has.
pub fn xlsx(sheet_name: &str, columns: &[&str], rows: &[Row]) -> Result<Vec<u8>, TableError> {
    written(sheet_name, columns, rows).map_err(TableError::of)
}

fn written(sheet_name: &str, columns: &[&str], rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let (bold, quoted) = (Format::new().set_bold(), Format::new().set_quote_prefix());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name)?.set_freeze_panes(1, 0)?;
    for (column, name) in (0_u16..).zip(columns) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
    }
    for (line, row) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(row) {
            match cell {
                Cell::Text(text) if is_marked(text) => sheet.write_string_with_format(line, column, text, &quoted)?,
                Cell::Text(text) => sheet.write_string(line, column, text)?,
                Cell::Number(number) => sheet.write(line, column, *number)?,
                Cell::Empty => continue,
            };
        }
    }
    book.save_to_buffer()
}
