// SPDX-License-Identifier: AGPL-3.0-or-later
//! The form in which parts of a file stand in pieces of it (MS-CFB). Each piece points to the next; no part is longer than what
//! holds it.

use super::broken;
use crate::sheet::bytes::{place_at, u16_at, u32_at};
use crate::sheet::model::FileFault;

/// How such a file begins.
pub(super) const BEGINNING: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Bytes of a small piece, and the size of a part from which on it stands in large ones.
const SMALL_BYTES: usize = 64;
const SMALL_PART_BYTES: usize = 4_096;
/// The numbers from here on are no pieces.
const LAST_PIECE: u32 = 0xFFFF_FFFA;
/// Bytes of an entry of the directory.
const ENTRY_BYTES: usize = 128;
/// Where the header has the first pieces of the table, and how many.
const TABLE_AT: usize = 76;
const TABLE_ENTRIES: usize = 109;

/// A file in pieces.
pub(super) struct Compound {
    bytes: Vec<u8>,
    piece_bytes: usize,
    table: Vec<u32>,
    small: Vec<u8>,
    small_table: Vec<u32>,
    parts: Vec<Part>,
}

struct Part {
    name: String,
    kind: u8,
    start: u32,
    bytes: usize,
}

impl Compound {
    /// Reads the tables of a file.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, FileFault> {
        let piece_bytes = match u16_at(&bytes, 30) {
            Some(9) => 512,
            Some(12) => 4_096,
            _ => return Err(broken()),
        };
        let (small, small_table) = (Vec::new(), Vec::new());
        let mut compound = Self { bytes, piece_bytes, table: Vec::new(), small, small_table, parts: Vec::new() };
        compound.table = compound.read_table().ok_or_else(broken)?;
        let field = |at: usize| u32_at(&compound.bytes, at).ok_or_else(broken);
        let (directory_at, small_table_at) = (field(48)?, field(60)?);
        let directory = compound.chain(directory_at)?;
        compound.parts = directory.as_chunks::<ENTRY_BYTES>().0.iter().filter_map(|entry| Part::read(entry)).collect();
        if small_table_at < LAST_PIECE {
            let root = compound.parts.iter().find(|part| part.kind == 5).ok_or_else(broken)?;
            let small_at = root.start;
            compound.small = if small_at < LAST_PIECE { compound.chain(small_at)? } else { Vec::new() };
            compound.small_table = numbers(&compound.chain(small_table_at)?);
            compound.small_table.truncate(compound.small.len().div_ceil(SMALL_BYTES));
        }
        Ok(compound)
    }

    /// The names of all parts.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// The bytes of a part, by its name in lower case.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, FileFault> {
        let Some(part) = self.parts.iter().find(|part| part.kind == 2 && part.name.eq_ignore_ascii_case(name)) else {
            return Ok(None);
        };
        let mut bytes = match part.bytes {
            0 => Vec::new(),
            bytes if bytes < SMALL_PART_BYTES => followed(part.start, &self.small_table, self.small.len(), |piece| {
                let begin = piece.checked_mul(SMALL_BYTES)?;
                self.small.get(begin..begin.checked_add(SMALL_BYTES)?)
            })?,
            _ => self.chain(part.start)?,
        };
        if bytes.len() < part.bytes {
            return Err(broken());
        }
        bytes.truncate(part.bytes);
        Ok(Some(bytes))
    }

    /// Which piece comes after each, from the pieces that say so.
    fn read_table(&self) -> Option<Vec<u32>> {
        let pieces_max = self.bytes.len().div_ceil(self.piece_bytes);
        let mut tables = Vec::new();
        tables.extend(numbers(self.bytes.get(TABLE_AT..TABLE_AT.checked_add(TABLE_ENTRIES.checked_mul(4)?)?)?));
        let mut further = u32_at(&self.bytes, 68)?;
        for _ in 0..pieces_max {
            if further >= LAST_PIECE {
                break;
            }
            let mut listed = numbers(self.piece(place(further)?)?);
            further = listed.pop()?;
            tables.extend(listed);
        }
        let mut table = Vec::new();
        for piece in tables.into_iter().filter(|piece| *piece < LAST_PIECE).take(pieces_max) {
            if table.len() >= pieces_max {
                break;
            }
            table.extend(numbers(self.piece(place(piece)?)?));
        }
        table.truncate(pieces_max);
        Some(table)
    }

    fn chain(&self, start: u32) -> Result<Vec<u8>, FileFault> {
        followed(start, &self.table, self.bytes.len(), |piece| self.piece(piece))
    }

    /// A piece; the last may be cut.
    fn piece(&self, piece: usize) -> Option<&[u8]> {
        let begin = piece.checked_add(1)?.checked_mul(self.piece_bytes)?;
        let end = begin.checked_add(self.piece_bytes)?.min(self.bytes.len());
        self.bytes.get(begin..end).filter(|piece| !piece.is_empty())
    }
}

impl Part {
    fn read(entry: &[u8]) -> Option<Self> {
        let name_bytes = usize::from(u16_at(entry, 64)?).saturating_sub(2).min(62);
        let units = entry.get(..name_bytes)?.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
        let name = char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        let kind = *entry.get(66)?;
        (kind != 0).then_some(Self { name, kind, start: u32_at(entry, 116)?, bytes: place_at(entry, 120)? })
    }
}

/// The pieces from a first one to the last, one after the other: so many bytes at most.
fn followed<'a>(
    start: u32,
    table: &[u32],
    most: usize,
    piece: impl Fn(usize) -> Option<&'a [u8]>,
) -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    let mut next = start;
    // One that leads back to an earlier one has more pieces than there are.
    for _ in 0..=table.len() {
        if next >= LAST_PIECE {
            return Ok(bytes);
        }
        let at = place(next).ok_or_else(broken)?;
        let piece = piece(at).ok_or_else(broken)?;
        if bytes.len().saturating_add(piece.len()) > most {
            return Err(broken());
        }
        bytes.extend_from_slice(piece);
        next = *table.get(at).ok_or_else(broken)?;
    }
    Err(broken())
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|number| u32::from_le_bytes(*number)).collect()
}

fn place(piece: u32) -> Option<usize> {
    usize::try_from(piece).ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn no_part_is_longer_than_what_holds_it() {
        let followed_in = |table: &[u32], most: usize| {
            let asked = Cell::new(0_usize);
            let bytes = followed(0, table, most, |_| {
                asked.set(asked.get() + 1);
                Some(&[7; 64])
            });
            (bytes.map(|bytes| bytes.len()).map_err(|fault| fault.code), asked.get())
        };
        assert_eq!(followed_in(&[1, 2, 0xFFFF_FFFE], 192), (Ok(192), 3));
        assert_eq!(followed_in(&[1, 2, 0xFFFF_FFFE], 191), (Err("broken_spreadsheet"), 3));
        // The table may have many more entries than there are pieces.
        let circle: Vec<u32> = (0..100_000).map(|piece| (piece + 1) % 3).collect();
        assert_eq!(followed_in(&circle, 192), (Err("broken_spreadsheet"), 4));
    }

    #[test]
    fn the_tables_know_no_more_pieces_than_there_are() {
        const PIECES: usize = 900;
        let mut bytes = vec![0; 512 * (PIECES + 1)];
        bytes[..8].copy_from_slice(BEGINNING);
        // One piece is the table, and is named as often as there is room in the header and in a list that leads to itself.
        bytes[68..72].copy_from_slice(&1_u32.to_le_bytes());
        bytes[1_532..1_536].copy_from_slice(&1_u32.to_le_bytes());
        let compound = Compound {
            bytes,
            piece_bytes: 512,
            table: Vec::new(),
            small: Vec::new(),
            small_table: Vec::new(),
            parts: Vec::new(),
        };
        assert_eq!(compound.read_table().unwrap().len(), PIECES + 1);
    }
}
