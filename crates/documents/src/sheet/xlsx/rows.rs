// SPDX-License-Identifier: AGPL-3.0-or-later
//! The cells of a sheet, row by row.

use quick_xml::events::{BytesStart, Event};

use super::{Common, texts};
use crate::sheet::archive::Part;
use crate::sheet::decimal::decimal;
use crate::sheet::gathered::Gathered;
use crate::sheet::grid::{Grid, Place};
use crate::sheet::model::{FileFault, SheetCell, SheetError, SheetRow, Unread};
use crate::sheet::serial::iso_cell;
use crate::sheet::xml::{Xml, attribute, attributes, broken_xml, character};

/// A sheet that is read as a stream.
pub(super) struct SheetData {
    xml: Xml<Part>,
    common: Common,
    grid: Grid,
    /// The row that was read last, from 1.
    row: u64,
}

/// What a cell says of its content.
struct Said {
    place: Place,
    kind: Kind,
    style: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Number,
    Shared,
    Text,
    Flag,
    Day,
    Error,
    Unknown,
}

impl SheetData {
    /// A sheet before its first row.
    pub(super) fn open(part: Part, common: Common) -> Result<Self, SheetError> {
        let mut xml = Xml::new(part);
        loop {
            match xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "sheetData" => break,
                Event::Eof => return Err(broken_xml().into()),
                _ => {}
            }
        }
        Ok(Self { xml, common, grid: Grid::default(), row: 0 })
    }

    /// The next row that is not empty.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    let row = match attribute(&element, "r")? {
                        Some(row) => row.trim().parse().map_err(|_| broken_xml())?,
                        None => self.row.saturating_add(1),
                    };
                    if row <= self.row {
                        let fault = FileFault::new("cells_out_of_order", "the rows of the sheet stand in no order");
                        return Err(fault.in_line(row).into());
                    }
                    self.row = row;
                    if let Some(row) = self.cells()? {
                        return Ok(Some(row));
                    }
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn cells(&mut self) -> Result<Option<SheetRow>, SheetError> {
        let mut cells = Vec::new();
        let mut next_column = 0;
        loop {
            match self.xml.next()? {
                Event::Start(element) if element.local_name().as_ref() == "c" => {
                    let said = said(&element, self.row, next_column)?;
                    if said.place.column < next_column {
                        let order = "the cells of the sheet stand in no order";
                        return Err(said.place.fault("cells_out_of_order", order).into());
                    }
                    next_column = said.place.column.saturating_add(1);
                    let cell = self.cell(&said)?;
                    self.grid.put(&mut cells, said.place, cell)?;
                }
                Event::End(element) if element.local_name().as_ref() == "row" => {
                    return Ok(SheetRow::of(self.row, cells));
                }
                Event::Eof => return Err(broken_xml().into()),
                _ => {}
            }
        }
    }

    /// A cell to its end.
    fn cell(&mut self, said: &Said) -> Result<SheetCell, SheetError> {
        let (mut value, mut within) = (Gathered::default(), false);
        let (mut inline, mut formula) = (None, false);
        loop {
            match self.xml.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "f" => {
                        formula = true;
                        self.xml.skip()?;
                    }
                    "is" => inline = Some(texts::text(&mut self.xml)?),
                    "v" => within = true,
                    _ => self.xml.skip()?,
                },
                Event::End(element) if element.local_name().as_ref() == "c" => break,
                Event::End(_) => within = false,
                Event::Text(piece) if within => value.push_str(&piece.xml10_content()),
                Event::CData(piece) if within => value.push_str(&piece.xml10_content()),
                Event::GeneralRef(reference) if within => value.push(character(&reference)?),
                _ => {}
            }
        }
        if formula {
            return Ok(SheetCell::Unread(Unread::Formula));
        }
        match inline.unwrap_or_else(|| value.text()) {
            Some(value) => Ok(self.read(value, said)?),
            None => Ok(SheetCell::Unread(Unread::TooLong)),
        }
    }

    fn read(&self, value: String, said: &Said) -> Result<SheetCell, FileFault> {
        let unreadable = || said.place.unreadable();
        if value.is_empty() {
            return Ok(SheetCell::Empty);
        }
        match said.kind {
            Kind::Number => {
                let number = decimal(value.trim()).ok_or_else(unreadable)?;
                let shown = self.common.styles.get(said.style).copied().unwrap_or_default();
                Ok(shown.cell(number, self.common.epoch))
            }
            Kind::Shared => {
                let number = value.trim().parse().map_err(|_| unreadable())?;
                self.common.texts.cell(number).ok_or_else(unreadable)
            }
            Kind::Text => Ok(SheetCell::Text(value)),
            Kind::Flag => Ok(SheetCell::Text(String::from(if value.trim() == "0" { "false" } else { "true" }))),
            Kind::Day => iso_cell(value.trim()).ok_or_else(unreadable),
            Kind::Error => Ok(SheetCell::Unread(Unread::Error)),
            Kind::Unknown => Err(unreadable()),
        }
    }
}

fn said(element: &BytesStart<'_>, row: u64, next_column: usize) -> Result<Said, SheetError> {
    let [name, style, kind] = attributes(element, ["r", "s", "t"])?;
    let column = match name {
        Some(name) => column(&name, row).ok_or_else(broken_xml)?,
        None => next_column,
    };
    let kind = match kind.as_deref() {
        None | Some("n") => Kind::Number,
        Some("s") => Kind::Shared,
        Some("inlineStr" | "str") => Kind::Text,
        Some("b") => Kind::Flag,
        Some("d") => Kind::Day,
        Some("e") => Kind::Error,
        Some(_) => Kind::Unknown,
    };
    let style = style.and_then(|style| style.parse().ok()).unwrap_or(0);
    Ok(Said { place: Place { row, column }, kind, style })
}

/// The column of a cell by its name, such as AB12, where it stands in this row.
fn column(name: &str, row: u64) -> Option<usize> {
    let digits = name.find(|character: char| character.is_ascii_digit())?;
    let (letters, digits) = name.split_at_checked(digits)?;
    if digits.parse::<u64>().ok()? != row || letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let letter = |letter: u8| letter.is_ascii_uppercase().then(|| usize::from(letter.saturating_sub(b'A')));
    letters.bytes().try_fold(0_usize, |column, byte| Some(column * 26 + letter(byte)? + 1))?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_cell_says_its_column() {
        for (name, place) in [("A1", Some(0)), ("Z1", Some(25)), ("AA1", Some(26)), ("XFD1", Some(16_383))] {
            assert_eq!(column(name, 1), place);
        }
        for name in ["", "A", "1", "A2", "a1", "AAAA1", "A1A", "É1"] {
            assert_eq!(column(name, 1), None, "{name}");
        }
    }
}
