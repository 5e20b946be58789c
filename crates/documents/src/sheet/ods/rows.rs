// SPDX-License-Identifier: AGPL-3.0-or-later
//! The rows of a table. One that is written once may stand for many.

use std::collections::BTreeSet;

use quick_xml::events::{BytesStart, Event};

use super::cell;
use crate::sheet::archive::Part;
use crate::sheet::grid::{Grid, Place};
use crate::sheet::held::Held;
use crate::sheet::limits::{COLUMNS_MAX, SHEET_ROWS_MAX};
use crate::sheet::model::{SheetCell, SheetError, SheetRow};
use crate::sheet::xlsx::no_sheet;
use crate::sheet::xml::{Xml, attribute, broken_xml};

/// A table that is read as a stream.
pub(super) struct TableRows {
    xml: Xml<Part>,
    grid: Grid,
    /// The row that was read last, from 1, and how often it stands there yet.
    row: u64,
    cells: Vec<SheetCell>,
    left: u64,
}

impl TableRows {
    /// The first table that is seen: its name, and it before its first row.
    pub(super) fn open(part: Part) -> Result<(String, Self), SheetError> {
        let mut xml = Xml::new(part);
        let (mut hidden, mut held, mut style) = (BTreeSet::new(), Held::default(), String::new());
        loop {
            match xml.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "style:style" => style = attribute(&element, "style:name")?.unwrap_or_default(),
                    "style:table-properties" if attribute(&element, "table:display")?.as_deref() == Some("false") => {
                        held.add(&[&style])?;
                        hidden.insert(style.clone());
                    }
                    "table:table" => {
                        let style = attribute(&element, "table:style-name")?.unwrap_or_default();
                        let name = attribute(&element, "table:name")?;
                        match name.filter(|_| !hidden.contains(&style)) {
                            Some(name) => {
                                let (grid, cells) = (Grid::default(), Vec::new());
                                return Ok((name, Self { xml, grid, row: 0, cells, left: 0 }));
                            }
                            None => xml.skip()?,
                        }
                    }
                    _ => {}
                },
                Event::Eof => return Err(no_sheet().into()),
                _ => {}
            }
        }
    }

    /// The next row that is not empty.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        loop {
            while self.left > 0 {
                if let Some(row) = self.again()? {
                    return Ok(Some(row));
                }
            }
            match self.xml.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-row" => {
                        let repeated = repeated(&element, "table:number-rows-repeated")?;
                        self.read_row()?;
                        self.left = repeated;
                    }
                    // Groups of rows, and the header that is repeated on paper.
                    "table:table-row-group" | "table:table-rows" | "table:table-header-rows" => {}
                    _ => self.xml.skip()?,
                },
                Event::End(element) if element.name().as_ref() == "table:table" => return Ok(None),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// The row that was read, where it stands next.
    fn again(&mut self) -> Result<Option<SheetRow>, SheetError> {
        if self.cells.is_empty() {
            self.row = self.row.saturating_add(std::mem::take(&mut self.left));
            return Ok(None);
        }
        self.left = self.left.saturating_sub(1);
        self.row = self.row.saturating_add(1);
        let mut cells = Vec::with_capacity(self.cells.len());
        for (column, cell) in self.cells.iter().enumerate() {
            self.grid.put(&mut cells, Place { row: self.row, column }, cell.clone())?;
        }
        Ok(SheetRow::of(self.row, cells))
    }

    fn read_row(&mut self) -> Result<(), SheetError> {
        self.cells.clear();
        let mut column = 0_usize;
        loop {
            match self.xml.next()? {
                Event::Start(element) => match element.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => {
                        let place = Place { row: self.row.saturating_add(1), column };
                        let repeated = repeated(&element, "table:number-columns-repeated")?;
                        let repeated = usize::try_from(repeated).unwrap_or(usize::MAX);
                        let head = cell::head(&element, place)?;
                        let read = cell::read(&mut self.xml, head)?;
                        column = column.saturating_add(repeated);
                        // A row of blanks may stand for all that the sheet could have.
                        if !is_blank(&read) {
                            self.fill(place, column, &read)?;
                        }
                    }
                    _ => self.xml.skip()?,
                },
                Event::End(element) if element.name().as_ref() == "table:table-row" => return Ok(()),
                Event::Eof => return Err(broken_xml().into()),
                _ => {}
            }
        }
    }

    /// Puts a cell into the columns from its place to that end.
    fn fill(&mut self, place: Place, end: usize, cell: &SheetCell) -> Result<(), SheetError> {
        if place.row > SHEET_ROWS_MAX || end > COLUMNS_MAX {
            // The grid says which of the two.
            let last = Place { column: end.saturating_sub(1), ..place };
            self.grid.put(&mut Vec::new(), last, cell.clone())?;
        }
        self.cells.resize(place.column, SheetCell::Empty);
        self.cells.resize(end, cell.clone());
        Ok(())
    }
}

fn is_blank(cell: &SheetCell) -> bool {
    match cell {
        SheetCell::Empty => true,
        SheetCell::Text(text) => text.trim().is_empty(),
        SheetCell::Number(_) | SheetCell::Day(_) | SheetCell::Moment(_) | SheetCell::Unread(_) => false,
    }
}

fn repeated(element: &BytesStart<'_>, name: &str) -> Result<u64, SheetError> {
    let repeated = attribute(element, name)?.map(|count| count.parse::<u64>());
    repeated.unwrap_or(Ok(1)).map_err(|_| broken_xml().into())
}
