// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files in memory, opened.

use std::sync::Arc;

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::Value;
use tramite_documents::import::{ImportDefaults, Piece, PlacedFault, PositionFile, RowGroup};
use tramite_documents::sheet::{BytesSource, FileFault, FileSource, SheetError};
use tramite_domain::import::{FileFormat, FileLayout};

/// The columns that a table of ours needs, and a row of it.
pub(crate) const HEADER: &str = "external_id;debtor_tax_code;debtor_full_name;amount";
pub(crate) const ROW: &str = "A-1;RSSMRA85T10A562S;Mario Rossi;120,50";

pub(crate) fn defaults() -> ImportDefaults {
    ImportDefaults {
        service_code: Some("TARI".to_owned()),
        publish: true,
        creditor: Some("99999000013".to_owned()),
        layout: FileLayout::Tramite,
    }
}

pub(crate) fn layout(layout: FileLayout) -> ImportDefaults {
    ImportDefaults { layout, ..defaults() }
}

pub(crate) fn source(bytes: impl Into<Vec<u8>>) -> Arc<dyn FileSource> {
    Arc::new(BytesSource::new(bytes.into()))
}

pub(crate) fn try_open(
    bytes: impl Into<Vec<u8>>,
    format: FileFormat,
    defaults: ImportDefaults,
) -> Result<PositionFile, SheetError> {
    PositionFile::open(source(bytes), format, defaults)
}

pub(crate) fn all(bytes: impl Into<Vec<u8>>, format: FileFormat, defaults: ImportDefaults) -> Vec<RowGroup> {
    let mut file = try_open(bytes, format, defaults).unwrap_or_else(|error| panic!("{error}"));
    let mut groups = Vec::new();
    while let Some(group) = file.next_group().unwrap() {
        groups.push(group);
    }
    groups
}

/// The positions of a CSV of ours.
pub(crate) fn groups(text: &str) -> Vec<RowGroup> {
    all(text, FileFormat::Csv, defaults())
}

/// The only position of a CSV of ours, which is right.
pub(crate) fn piece(text: &str) -> Piece {
    let mut groups = groups(text);
    assert_eq!(groups.len(), 1, "{groups:?}");
    groups.remove(0).content.unwrap()
}

pub(crate) fn body(text: &str) -> Value {
    piece(text).body
}

/// What is wrong with the only position of a CSV of ours: row, column, code.
pub(crate) fn faults(text: &str) -> Vec<(usize, Option<String>, String)> {
    let mut groups = groups(text);
    assert_eq!(groups.len(), 1, "{groups:?}");
    told(groups.remove(0).content.unwrap_err())
}

pub(crate) fn told(faults: Vec<PlacedFault>) -> Vec<(usize, Option<String>, String)> {
    faults.into_iter().map(|placed| (placed.row, placed.fault.column, placed.fault.code)).collect()
}

pub(crate) fn file_fault(bytes: impl Into<Vec<u8>>, format: FileFormat, defaults: ImportDefaults) -> FileFault {
    match try_open(bytes, format, defaults) {
        Err(SheetError::File(fault)) => fault,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("the file was opened"),
    }
}

/// A cell of a spreadsheet.
pub(crate) enum Of<'a> {
    Text(&'a str),
    Number(f64),
    Day(u16, u8, u8),
    /// A day of December 2026, and its hour.
    Hour(u8, u16),
    /// A number that is shown with six digits at least.
    Noughts(f64),
    /// A formula.
    Formula(&'a str),
    Nothing,
}

pub(crate) fn xlsx(rows: &[Vec<Of<'_>>]) -> Vec<u8> {
    let mut book = Workbook::new();
    let dated = Format::new().set_num_format("dd/mm/yyyy");
    let timed = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let noughts = Format::new().set_num_format("000000");
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Of::Text(text) => sheet.write_string(row, column, *text).unwrap(),
                Of::Number(number) => sheet.write_number(row, column, *number).unwrap(),
                Of::Day(year, month, day) => {
                    let day = ExcelDateTime::from_ymd(*year, *month, *day).unwrap();
                    sheet.write_datetime_with_format(row, column, &day, &dated).unwrap()
                }
                Of::Hour(day, hour) => {
                    let day = ExcelDateTime::from_ymd(2026, 12, *day).unwrap().and_hms(*hour, 0, 0_u8).unwrap();
                    sheet.write_datetime_with_format(row, column, &day, &timed).unwrap()
                }
                Of::Noughts(number) => sheet.write_number_with_format(row, column, *number, &noughts).unwrap(),
                Of::Formula(formula) => sheet.write_formula(row, column, *formula).unwrap(),
                Of::Nothing => continue,
            };
        }
    }
    book.save_to_buffer().unwrap()
}

/// The header of a spreadsheet.
pub(crate) fn header<'a>(names: &[&'a str]) -> Vec<Of<'a>> {
    names.iter().map(|name| Of::Text(name)).collect()
}
