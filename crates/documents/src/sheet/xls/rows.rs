// SPDX-License-Identifier: AGPL-3.0-or-later
//! The cells of a sheet, row by row.

use std::sync::Arc;

use super::book::Common;
use super::records::{
    BEGIN, BOOL_OR_ERROR, END, FORMULAS, LABEL, LABEL_OF_TEXTS, MUL_RK, NUMBER, RICH_LABEL, RK, Record, record,
};
use super::{broken, texts};
use crate::sheet::bytes::{array_at, place_at, u16_at, u32_at};
use crate::sheet::decimal::{of_f64, of_f64_hundredth};
use crate::sheet::grid::{Grid, Place};
use crate::sheet::model::{FileFault, SheetCell, SheetError, SheetRow, Unread};

/// Bytes of a number with its style, in a record of several.
const MUL_RK_BYTES: usize = 6;
/// Of a short number: it is a whole one; it is a hundredth of what it says.
const WHOLE: u32 = 0x02;
const HUNDREDTH: u32 = 0x01;

/// A sheet whose records are read one after the other.
pub(super) struct SheetRecords {
    stream: Arc<[u8]>,
    common: Common,
    at: usize,
    grid: Grid,
    /// The row that is being read, from 1, and its cells.
    row: u64,
    cells: Vec<SheetCell>,
    ended: bool,
}

/// What a record says where it is one of cells.
enum Said {
    Cell(Place, SheetCell),
    Cells(Vec<(Place, SheetCell)>),
    Nothing,
}

impl SheetRecords {
    /// A sheet before its first row.
    pub(super) fn open(stream: Arc<[u8]>, at: usize, common: Common) -> Result<Self, FileFault> {
        let first = record(&stream, at)?;
        if first.kind != BEGIN {
            return Err(broken());
        }
        let (at, grid, cells) = (first.end, Grid::default(), Vec::new());
        Ok(Self { stream, common, at, grid, row: 0, cells, ended: false })
    }

    /// The next row that is not empty.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        while !self.ended {
            let said = self.next_record()?;
            let before = match said {
                Said::Nothing => None,
                Said::Cell(place, cell) => self.put(place, cell)?,
                Said::Cells(cells) => {
                    let mut before = None;
                    for (place, cell) in cells {
                        before = self.put(place, cell)?.or(before);
                    }
                    before
                }
            };
            if before.is_some() {
                return Ok(before);
            }
        }
        Ok(SheetRow::of(self.row, std::mem::take(&mut self.cells)))
    }

    /// Puts a cell into its row; where that is another one, the row before is ended.
    fn put(&mut self, place: Place, cell: SheetCell) -> Result<Option<SheetRow>, FileFault> {
        let mut before = None;
        if place.row != self.row {
            if place.row < self.row {
                return Err(place.fault("cells_out_of_order", "the rows of the sheet stand in no order"));
            }
            before = SheetRow::of(self.row, std::mem::take(&mut self.cells));
            self.row = place.row;
        }
        self.grid.put(&mut self.cells, place, cell)?;
        Ok(before)
    }

    fn next_record(&mut self) -> Result<Said, FileFault> {
        let stream = Arc::clone(&self.stream);
        let record = record(&stream, self.at)?;
        self.at = record.end;
        match record.kind {
            END => {
                self.ended = true;
                Ok(Said::Nothing)
            }
            BEGIN => self.skip_within().map(|()| Said::Nothing),
            _ => self.read(record),
        }
    }

    /// Charts within a sheet have records of their own.
    fn skip_within(&mut self) -> Result<(), FileFault> {
        let mut level = 1_usize;
        while level > 0 {
            let record = record(&self.stream, self.at)?;
            self.at = record.end;
            match record.kind {
                BEGIN => level = level.saturating_add(1),
                END => level = level.saturating_sub(1),
                _ => {}
            }
        }
        Ok(())
    }

    fn read(&self, record: Record<'_>) -> Result<Said, FileFault> {
        let bytes = record.bytes;
        let kind = record.kind;
        let of_cell = FORMULAS.contains(&kind)
            || matches!(kind, NUMBER | RK | MUL_RK | LABEL | RICH_LABEL | LABEL_OF_TEXTS | BOOL_OR_ERROR);
        if !of_cell {
            return Ok(Said::Nothing);
        }
        let (row, column) = u16_at(bytes, 0).zip(u16_at(bytes, 2)).ok_or_else(broken)?;
        let place = Place { row: u64::from(row).saturating_add(1), column: usize::from(column) };
        if FORMULAS.contains(&kind) {
            return Ok(Said::Cell(place, SheetCell::Unread(Unread::Formula)));
        }
        if kind == MUL_RK {
            return self.several(bytes, place).map(Said::Cells);
        }
        let style = u16_at(bytes, 4).map(usize::from).ok_or_else(broken)?;
        let cell = match kind {
            NUMBER => {
                let value = f64::from_le_bytes(array_at(bytes, 6).ok_or_else(broken)?);
                self.number(of_f64(value), style, place)?
            }
            RK => self.number(short(u32_at(bytes, 6).ok_or_else(broken)?), style, place)?,
            LABEL_OF_TEXTS => {
                let text = place_at(bytes, 6).and_then(|number| self.common.texts.cell(number));
                text.ok_or_else(|| place.unreadable())?
            }
            BOOL_OR_ERROR => match (bytes.get(6), bytes.get(7)) {
                (Some(value), Some(0)) => SheetCell::Text(String::from(if *value == 0 { "false" } else { "true" })),
                (Some(_), Some(_)) => SheetCell::Unread(Unread::Error),
                _ => return Err(broken()),
            },
            _ => SheetCell::Text(bytes.get(6..).and_then(texts::text).ok_or_else(|| place.unreadable())?),
        };
        Ok(Said::Cell(place, cell))
    }

    fn several(&self, bytes: &[u8], first: Place) -> Result<Vec<(Place, SheetCell)>, FileFault> {
        // The last two bytes say the last column again.
        let numbers = bytes.get(4..bytes.len().saturating_sub(2)).ok_or_else(broken)?;
        let mut cells = Vec::new();
        for (offset, number) in numbers.as_chunks::<MUL_RK_BYTES>().0.iter().enumerate() {
            let place = Place { column: first.column.saturating_add(offset), ..first };
            let (style, short_number) = u16_at(number, 0).zip(u32_at(number, 2)).ok_or_else(broken)?;
            cells.push((place, self.number(short(short_number), usize::from(style), place)?));
        }
        Ok(cells)
    }

    fn number(&self, number: Option<String>, style: usize, place: Place) -> Result<SheetCell, FileFault> {
        let number = number.ok_or_else(|| place.unreadable())?;
        Ok(self.common.styles.get(style).copied().unwrap_or_default().cell(number, self.common.epoch))
    }
}

/// A number of 30 bits: whole, or the upper bits of a binary fraction.
fn short(number: u32) -> Option<String> {
    let value = if number & WHOLE != 0 {
        f64::from(i32::from_le_bytes(number.to_le_bytes()) >> 2)
    } else {
        f64::from_bits(u64::from(number & !0x03) << 32)
    };
    if number & HUNDREDTH != 0 { of_f64_hundredth(value) } else { of_f64(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_is_whole_or_a_fraction_or_a_hundredth() {
        for (number, written) in [
            (0x3FF0_0000, "1"),
            (0x4039_3331, "0.25199951171875"),
            (0x0000_2712 << 2 | 2, "10002"),
            (12_345 << 2 | 3, "123.45"),
            (0xFFFF_FFFE, "-1"),
            (0xFFFF_FFFF, "-0.01"),
            (0x40FE_2409, "1234.565"),
        ] {
            assert_eq!(short(number).as_deref(), Some(written), "{number:x}");
        }
    }
}
