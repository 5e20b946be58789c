// SPDX-License-Identifier: AGPL-3.0-or-later
//! The table that says where each object is ("cross-reference stream"). It is compressed while it is made: a file of ten thousand
//! notices has some millions of objects.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::gather::DocumentError;

/// The last place that five bytes can say.
pub(super) const PLACE_MAX: u64 = 0xff_ffff_ffff;
/// How many bytes a row has: its kind, a place or a number, and a place within a pack.
const WIDTH: usize = 8;

/// The table, row by row from object nought on.
pub(super) struct Table {
    encoder: ZlibEncoder<Vec<u8>>,
    above: [u8; WIDTH],
    rows: u32,
}

impl Table {
    /// A table with the row of object nought, which is none.
    pub(super) fn new() -> Result<Table, DocumentError> {
        let encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        let mut table = Table { encoder, above: [0; WIDTH], rows: 0 };
        table.row(0, 0, u16::MAX)?;
        Ok(table)
    }

    /// The next object is at this place of the file.
    pub(super) fn at(&mut self, place: u64) -> Result<(), DocumentError> {
        self.row(1, place, 0)
    }

    /// The next object is in this pack, at this place.
    pub(super) fn packed(&mut self, pack: u32, place: u16) -> Result<(), DocumentError> {
        self.row(2, u64::from(pack), place)
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// The table as `FlateDecode` reads it.
    pub(super) fn finish(self) -> Result<Vec<u8>, DocumentError> {
        self.encoder.finish().map_err(|error| DocumentError::of(&error.kind()))
    }

    /// What the dictionary of the table says of its rows.
    pub(super) fn form() -> String {
        format!("/W[1 5 2]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns {WIDTH}>>")
    }

    /// A row is written as what it has more than the one above it (the predictor "up"), for rows are much alike.
    fn row(&mut self, kind: u8, place: u64, within: u16) -> Result<(), DocumentError> {
        let [_, _, _, a, b, c, d, e] = place.to_be_bytes();
        let [high, low] = within.to_be_bytes();
        let row = [kind, a, b, c, d, e, high, low];
        let mut more = [2; WIDTH + 1];
        for ((more, new), above) in more.iter_mut().skip(1).zip(row).zip(self.above) {
            *more = new.wrapping_sub(above);
        }
        self.encoder.write_all(&more).map_err(|error| DocumentError::of(&error.kind()))?;
        self.above = row;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }
}
