// SPDX-License-Identifier: AGPL-3.0-or-later
//! An entry of an archive, inflated as it is read. It gives what its directory says and no byte more.

use std::io::{self, Cursor, Read, Take};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::broken;
use super::directory::Entry;
use crate::sheet::bytes::{count, u16_at};
use crate::sheet::model::FileFault;

/// Bytes of the header before an entry, without its name and what is added.
const HEADER_BYTES: u64 = 30;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// The entry, or the whole directory, is encrypted.
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// Reads one entry.
pub(in crate::sheet) struct EntryReader {
    bytes: Bytes,
    packed: u64,
    left: u64,
    crc: Crc,
    expected: u32,
}

type Packed = Take<Cursor<Arc<[u8]>>>;

enum Bytes {
    Stored(Packed),
    Deflated(Box<DeflateDecoder<Packed>>),
}

impl EntryReader {
    /// The entry from its beginning.
    pub(super) fn open(file: &Arc<[u8]>, entry: &Entry) -> Result<Self, FileFault> {
        if entry.flags & ENCRYPTED != 0 {
            return Err(FileFault::new("encrypted_file", "the file is encrypted"));
        }
        let begin = begin(file, entry).ok_or_else(broken)?;
        let mut packed = Cursor::new(Arc::clone(file));
        packed.set_position(begin);
        let packed = packed.take(entry.packed);
        let bytes = match entry.method {
            STORED => Bytes::Stored(packed),
            DEFLATED => Bytes::Deflated(Box::new(DeflateDecoder::new(packed))),
            _ => return Err(FileFault::new("archive_form", "the file is packed in a way that is not read")),
        };
        Ok(Self { bytes, packed: entry.packed, left: entry.expanded, crc: Crc::new(), expected: entry.crc })
    }

    /// Whether what was read to its end took all the bytes that the directory says: how much they became was judged by these.
    pub(super) fn took_all(&self) -> bool {
        match &self.bytes {
            Bytes::Stored(bytes) => bytes.limit() == 0,
            Bytes::Deflated(bytes) => bytes.total_in() == self.packed,
        }
    }
}

/// Where the bytes of an entry begin, after its header.
fn begin(file: &[u8], entry: &Entry) -> Option<u64> {
    let header = file.get(usize::try_from(entry.header_at).ok()?..)?;
    let lengths = u16_at(header, 26).zip(u16_at(header, 28)).filter(|_| header.starts_with(b"PK\x03\x04"));
    let (name, added) = lengths?;
    entry.header_at.checked_add(HEADER_BYTES)?.checked_add(u64::from(name))?.checked_add(u64::from(added))
}

impl Read for EntryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = match &mut self.bytes {
            Bytes::Stored(bytes) => bytes.read(buffer),
            Bytes::Deflated(bytes) => bytes.read(buffer),
        };
        // The bytes are held: what goes wrong is how they are packed.
        let read = read.map_err(|_| broken())?;
        self.left = self.left.checked_sub(count(read)).ok_or_else(other_size)?;
        self.crc.update(buffer.get(..read).unwrap_or_default());
        if read == 0 && self.left != 0 {
            return Err(other_size().into());
        }
        if read == 0 && self.crc.sum() != self.expected {
            return Err(broken().into());
        }
        Ok(read)
    }
}

/// The fault of an entry whose sizes are not those of the directory.
pub(super) fn other_size() -> FileFault {
    FileFault::new("archive_size", "an entry of the file is larger or smaller than the file says")
}
