// SPDX-License-Identifier: AGPL-3.0-or-later
//! A report as a spreadsheet (ISO/IEC 29500).

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use tramite_domain::cell::is_marked;

use crate::sheet::SheetCell;
use crate::table::TableError;

/// A spreadsheet that is being written.
pub(super) struct Xlsx {
    sheet: Worksheet,
    row: u32,
    bold: Format,
    quoted: Format,
    dated: Format,
    timed: Format,
}

impl Xlsx {
    pub(super) fn new(name: &str, columns: &[String]) -> Result<Self, TableError> {
        let mut xlsx = Self {
            sheet: Worksheet::new(),
            row: 0,
            bold: Format::new().set_bold(),
            quoted: Format::new().set_quote_prefix(),
            dated: Format::new().set_num_format("yyyy-mm-dd"),
            timed: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        };
        xlsx.header(name, columns).map_err(TableError::of)?;
        Ok(xlsx)
    }

    fn header(&mut self, name: &str, columns: &[String]) -> Result<(), XlsxError> {
        self.sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (place, column) in (0_u16..).zip(columns) {
            self.sheet.write_string_with_format(0, place, column, &self.bold)?;
        }
        Ok(())
    }

    pub(super) fn row(&mut self, cells: &[SheetCell]) -> Result<(), TableError> {
        self.row = self.row.saturating_add(1);
        for (place, cell) in (0_u16..).zip(cells) {
            self.cell(place, cell).map_err(TableError::of)?;
        }
        Ok(())
    }

    fn cell(&mut self, place: u16, cell: &SheetCell) -> Result<(), XlsxError> {
        match cell {
            SheetCell::Empty | SheetCell::Unread(_) => return Ok(()),
            SheetCell::Text(text) if is_marked(text) => {
                self.sheet.write_string_with_format(self.row, place, text, &self.quoted)?;
            }
            SheetCell::Text(text) => {
                self.sheet.write_string(self.row, place, text)?;
            }
            // What a spreadsheet gave has as many digits as it can take.
            SheetCell::Number(number) => match number.parse::<f64>() {
                Ok(number) => {
                    self.sheet.write_number(self.row, place, number)?;
                }
                Err(_) => {
                    self.sheet.write_string(self.row, place, number)?;
                }
            },
            SheetCell::Day(day) => match excel_day(*day) {
                Some(day) => {
                    self.sheet.write_datetime_with_format(self.row, place, &day, &self.dated)?;
                }
                None => {
                    self.sheet.write_string(self.row, place, day.to_string())?;
                }
            },
            SheetCell::Moment(moment) => match excel_moment(*moment) {
                Some(moment) => {
                    self.sheet.write_datetime_with_format(self.row, place, &moment, &self.timed)?;
                }
                None => {
                    self.sheet.write_string(self.row, place, moment.to_string())?;
                }
            },
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, TableError> {
        let mut book = Workbook::new();
        book.push_worksheet(self.sheet);
        book.save_to_buffer().map_err(TableError::of)
    }
}

/// A day that the spreadsheet knows: none before 1900.
fn excel_day(day: NaiveDate) -> Option<ExcelDateTime> {
    let (month, of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, month, of_month).ok()
}

fn excel_moment(moment: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (u16::try_from(moment.hour()).ok()?, u8::try_from(moment.minute()).ok()?);
    excel_day(moment.date())?.and_hms(hour, minute, moment.second()).ok()
}
