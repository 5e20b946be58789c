// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the characters are written: UTF-8 where the whole file is, Windows-1252 where one byte of it is not.

use std::io::Read;

use crate::sheet::bytes::count;
use crate::sheet::model::{Encoding, FileFault, SheetError};

/// The byte order mark of UTF-8.
pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The characters of Windows-1252 from 0x80 to 0x9F; the others are those of Unicode. Five stand for none.
const WINDOWS_1252: [Option<char>; 32] = [
    Some('€'),
    None,
    Some('‚'),
    Some('ƒ'),
    Some('„'),
    Some('…'),
    Some('†'),
    Some('‡'),
    Some('ˆ'),
    Some('‰'),
    Some('Š'),
    Some('‹'),
    Some('Œ'),
    None,
    Some('Ž'),
    None,
    None,
    Some('‘'),
    Some('’'),
    Some('“'),
    Some('”'),
    Some('•'),
    Some('–'),
    Some('—'),
    Some('˜'),
    Some('™'),
    Some('š'),
    Some('›'),
    Some('œ'),
    None,
    Some('ž'),
    Some('Ÿ'),
];

/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 1 << 16;

/// The encoding of a file, which is read to its end.
pub(super) fn detect(mut reader: impl Read) -> Result<Encoding, SheetError> {
    let mut bytes = Vec::with_capacity(CHUNK_BYTES);
    let mut seen = Seen { first: true, marked: false, utf8: true, line: 1 };
    loop {
        let carried = bytes.len();
        reader.by_ref().take(count(CHUNK_BYTES)).read_to_end(&mut bytes)?;
        let ended = bytes.len() == carried;
        seen.look_for_nul(bytes.get(carried..).unwrap_or_default())?;
        let rest = if seen.utf8 { seen.look_for_utf8(&bytes, ended) } else { 0 };
        bytes.drain(..bytes.len().saturating_sub(rest));
        if ended {
            break;
        }
    }
    Ok(match (seen.utf8, seen.marked) {
        (true, true) => Encoding::Utf8Bom,
        (true, false) => Encoding::Utf8,
        (false, true) => return Err(FileFault::new("not_utf_8", "the file says it is UTF-8 and is not").into()),
        (false, false) => Encoding::Windows1252,
    })
}

struct Seen {
    first: bool,
    marked: bool,
    utf8: bool,
    line: u64,
}

impl Seen {
    fn look_for_nul(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        let breaks = |bytes: &[u8]| count(bytes.iter().filter(|byte| **byte == b'\n').count());
        if let Some(before) = bytes.iter().position(|byte| *byte == 0).and_then(|place| bytes.get(..place)) {
            let line = self.line.saturating_add(breaks(before));
            return Err(FileFault::new("nul_byte", "the file has a byte of zero: it is no text").in_line(line));
        }
        self.line = self.line.saturating_add(breaks(bytes));
        Ok(())
    }

    /// How many bytes at the end begin a character and do not end it yet.
    fn look_for_utf8(&mut self, bytes: &[u8], ended: bool) -> usize {
        if self.first {
            self.marked = bytes.starts_with(BOM);
            self.first = false;
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => 0,
            Err(error) if error.error_len().is_none() && !ended => bytes.len().saturating_sub(error.valid_up_to()),
            Err(_) => {
                self.utf8 = false;
                0
            }
        }
    }
}

/// The text of a cell.
pub(super) fn text(bytes: &[u8], encoding: Encoding) -> Result<String, FileFault> {
    if encoding == Encoding::Windows1252 {
        return bytes.iter().map(|byte| character(*byte)).collect::<Option<_>>().ok_or_else(|| {
            FileFault::new("unknown_character", "a character belongs neither to UTF-8 nor to Windows-1252")
        });
    }
    // The whole file was looked at: it is other than it was.
    let text = std::str::from_utf8(bytes).map_err(|_| FileFault::new("not_utf_8", "the file is no UTF-8"))?;
    Ok(text.to_owned())
}

fn character(byte: u8) -> Option<char> {
    match byte.checked_sub(0x80).and_then(|place| WINDOWS_1252.get(usize::from(place))) {
        Some(character) => *character,
        None => Some(char::from(byte)),
    }
}
