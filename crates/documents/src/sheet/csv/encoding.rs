// SPDX-License-Identifier: AGPL-3.0-or-later
//! How the characters are written: UTF-8 where the whole file is, Windows-1252 where no character of it is one of UTF-8. What has both
//! such characters and bytes that are none is refused: read as Windows-1252, every name with an accent would be another.

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

/// From this on a byte of UTF-8 begins a character of more than one.
const BEGINS_CHARACTER: u8 = 0xC0;
/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 1 << 16;

/// The encoding of a file, which is read to its end.
pub(super) fn detect(mut reader: impl Read) -> Result<Encoding, SheetError> {
    let mut bytes = Vec::with_capacity(CHUNK_BYTES);
    let mut seen = Seen { first: true, marked: false, line: 1, characters: Found::new(), broken: Found::new() };
    loop {
        let carried = bytes.len();
        reader.by_ref().take(count(CHUNK_BYTES)).read_to_end(&mut bytes)?;
        let ended = bytes.len() == carried;
        seen.look_for_nul(bytes.get(carried..).unwrap_or_default())?;
        let rest = seen.look_for_utf8(&bytes, ended);
        bytes.drain(..bytes.len().saturating_sub(rest));
        if ended {
            break;
        }
    }
    Ok(seen.encoding()?)
}

struct Seen {
    first: bool,
    marked: bool,
    /// The line of what is looked at; what a chunk leaves for the next ends none.
    line: u64,
    /// Characters of more than one byte.
    characters: Found,
    /// Bytes that belong to no character.
    broken: Found,
}

/// How often something was found, and in which line first.
struct Found {
    count: u64,
    line: u64,
}

impl Found {
    const fn new() -> Self {
        Self { count: 0, line: 0 }
    }

    fn add(&mut self, count: u64, line: u64) {
        if self.count == 0 {
            self.line = line;
        }
        self.count = self.count.saturating_add(count);
    }
}

fn breaks(bytes: &[u8]) -> u64 {
    count(bytes.iter().filter(|byte| **byte == b'\n').count())
}

impl Seen {
    fn look_for_nul(&self, bytes: &[u8]) -> Result<(), FileFault> {
        if let Some(before) = bytes.iter().position(|byte| *byte == 0).and_then(|place| bytes.get(..place)) {
            let line = self.line.saturating_add(breaks(before));
            return Err(FileFault::new("nul_byte", "the file has a byte of zero: it is no text").in_line(line));
        }
        Ok(())
    }

    /// How many bytes at the end begin a character and do not end it yet.
    fn look_for_utf8(&mut self, mut bytes: &[u8], ended: bool) -> usize {
        if self.first {
            self.marked = bytes.starts_with(BOM);
            self.first = false;
        }
        loop {
            let Err(error) = std::str::from_utf8(bytes) else {
                self.take_text(bytes);
                return 0;
            };
            let (text, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
            self.take_text(text);
            let broken = match error.error_len() {
                None if !ended => return rest.len(),
                broken => broken.unwrap_or(rest.len()),
            };
            self.broken.add(1, self.line);
            bytes = rest.get(broken..).unwrap_or_default();
        }
    }

    /// Text in UTF-8: in each character of more than one byte, one byte begins it.
    fn take_text(&mut self, text: &[u8]) {
        let first = text.iter().position(|byte| *byte >= BEGINS_CHARACTER);
        if let Some(before) = first.and_then(|place| text.get(..place)) {
            let characters = count(text.iter().filter(|byte| **byte >= BEGINS_CHARACTER).count());
            self.characters.add(characters, self.line.saturating_add(breaks(before)));
        }
        self.line = self.line.saturating_add(breaks(text));
    }

    fn encoding(&self) -> Result<Encoding, FileFault> {
        let (characters, broken) = (&self.characters, &self.broken);
        if broken.count == 0 {
            return Ok(if self.marked { Encoding::Utf8Bom } else { Encoding::Utf8 });
        }
        if self.marked {
            return Err(FileFault::new("not_utf_8", "the file says it is UTF-8 and is not").in_line(broken.line));
        }
        if characters.count == 0 {
            return Ok(Encoding::Windows1252);
        }
        // What there is less of is what does not belong there.
        let line = if broken.count <= characters.count { broken.line } else { characters.line };
        let detail = "the file is partly UTF-8 and partly not: what this line holds is written otherwise than the rest";
        Err(FileFault::new("mixed_encoding", detail).in_line(line))
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
