// SPDX-License-Identifier: AGPL-3.0-or-later
//! Objects as they are written: many in a pack, which is compressed, or one alone.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::gather::DocumentError;
use crate::gather::merge::count;

/// How many objects are in a pack. Who reads one reads all of a pack, so it is not much more than a page needs; and the place in
/// it is one byte of the table of objects.
pub(super) const PACK: usize = 200;

/// Objects that are packed.
pub(super) struct Packed {
    /// The number of the first pack.
    first: u32,
    full: Vec<Pack>,
    open: Pack,
}

/// One pack: the number and the place of each object, and the objects.
#[derive(Default)]
struct Pack {
    count: usize,
    table: String,
    text: Vec<u8>,
}

impl Packed {
    pub(super) fn new(first: u32) -> Packed {
        Packed { first, full: Vec::new(), open: Pack::default() }
    }

    /// One more object. Their numbers follow each other.
    pub(super) fn push(&mut self, number: u32, text: &[u8]) -> Result<(), DocumentError> {
        if self.open.count == PACK {
            self.full.push(std::mem::take(&mut self.open));
        }
        let place = count(self.open.text.len())?;
        self.open.table.push_str(&format!("{number} {place} "));
        self.open.text.extend_from_slice(text);
        self.open.text.push(b'\n');
        self.open.count = self.open.count.saturating_add(1);
        Ok(())
    }

    /// How many objects there are.
    pub(super) fn count(&self) -> u32 {
        let count = self.full.len().saturating_mul(PACK).saturating_add(self.open.count);
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Writes the packs, and tells where each begins.
    pub(super) fn write(mut self, out: &mut Vec<u8>) -> Result<Vec<u32>, DocumentError> {
        if self.open.count > 0 {
            self.full.push(self.open);
        }
        let mut places = Vec::with_capacity(self.full.len());
        for (pack, number) in self.full.into_iter().zip(self.first..) {
            places.push(count(out.len())?);
            let (objects, first) = (pack.count, pack.table.len());
            let bytes = compressed(&[pack.table.as_bytes(), &pack.text])?;
            let length = bytes.len();
            let value =
                format!("<</Type/ObjStm/N {objects}/First {first}/Length {length}/Filter/FlateDecode>>").into_bytes();
            write_object(out, number, &value, Some(&bytes));
        }
        Ok(places)
    }
}

/// Writes an object by itself.
pub(super) fn write_object(out: &mut Vec<u8>, number: u32, value: &[u8], stream: Option<&[u8]>) {
    out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
    out.extend_from_slice(value);
    if let Some(stream) = stream {
        out.extend_from_slice(b"\nstream\n");
        out.extend_from_slice(stream);
        out.extend_from_slice(b"\nendstream");
    }
    out.extend_from_slice(b"\nendobj\n");
}

/// Bytes as `FlateDecode` reads them.
pub(super) fn compressed(parts: &[&[u8]]) -> Result<Vec<u8>, DocumentError> {
    let failed = |error: std::io::Error| DocumentError::of(&error.kind());
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    for part in parts {
        encoder.write_all(part).map_err(failed)?;
    }
    encoder.finish().map_err(failed)
}
