// SPDX-License-Identifier: AGPL-3.0-or-later
//! The directory at the end of an archive (APPNOTE 4.3). It is read here, for a library holds every entry that a directory claims
//! before one can be refused.

use super::broken;
use crate::sheet::bytes::{place_at, u16_at, u32_at, u64_at};
use crate::sheet::limits::{ARCHIVE_ENTRIES_MAX, ARCHIVE_NAME_BYTES_MAX};
use crate::sheet::model::FileFault;

/// Bytes of the end of a directory, without its comment.
const END_BYTES: usize = 22;
/// Bytes of the longest comment.
const COMMENT_BYTES_MAX: usize = 65_535;
/// Bytes of an entry in a directory, without its name and what is added.
const ENTRY_BYTES: usize = 46;
/// What stands for a size that is added, since it may be larger.
const ADDED_SIZE: u32 = u32::MAX;

/// An entry, as the directory has it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) expanded: u64,
    pub(super) header_at: u64,
}

/// All entries.
pub(super) fn read(file: &[u8]) -> Result<Vec<Entry>, FileFault> {
    let (entries, at) = end(file)?;
    if entries > ARCHIVE_ENTRIES_MAX {
        let detail = format!("the file holds more than {ARCHIVE_ENTRIES_MAX} entries");
        return Err(FileFault::new("archive_entries", detail));
    }
    let mut rest = file.get(at..).ok_or_else(broken)?;
    let mut read = Vec::with_capacity(entries);
    for _ in 0..entries {
        let (entry, after) = entry(rest)?;
        read.push(entry);
        rest = after;
    }
    Ok(read)
}

/// How many entries there are, and where the directory begins.
fn end(file: &[u8]) -> Result<(usize, usize), FileFault> {
    let tail = file.get(file.len().saturating_sub(END_BYTES.saturating_add(COMMENT_BYTES_MAX))..).unwrap_or(file);
    let fits = |place: &usize| {
        let comment = u16_at(tail, place.saturating_add(20)).map(usize::from);
        comment.is_some_and(|comment| place.saturating_add(END_BYTES).saturating_add(comment) == tail.len())
    };
    let signature = |(place, bytes): (usize, &[u8])| (bytes == b"PK\x05\x06").then_some(place);
    let place = tail.windows(4).enumerate().filter_map(signature).rfind(fits).ok_or_else(broken)?;
    let entries = u16_at(tail, place.saturating_add(10)).ok_or_else(broken)?;
    let at = place_at(tail, place.saturating_add(16)).ok_or_else(broken)?;
    if entries == u16::MAX {
        return Err(FileFault::new("archive_entries", "the file holds too many entries"));
    }
    Ok((usize::from(entries), at))
}

/// The first entry of these bytes, and what comes after it.
fn entry(bytes: &[u8]) -> Result<(Entry, &[u8]), FileFault> {
    parsed(bytes).ok_or_else(broken)?
}

type Parsed<'a> = Result<(Entry, &'a [u8]), FileFault>;

fn parsed(bytes: &[u8]) -> Option<Parsed<'_>> {
    if !bytes.starts_with(b"PK\x01\x02") {
        return None;
    }
    let length = |at: usize| u16_at(bytes, at).map(usize::from);
    let (name_length, added_length, comment_length) = (length(28)?, length(30)?, length(32)?);
    if name_length > ARCHIVE_NAME_BYTES_MAX {
        return Some(Err(FileFault::new("archive_path", "an entry of the file has a name that is too long")));
    }
    let name_end = ENTRY_BYTES.checked_add(name_length)?;
    let added_end = name_end.checked_add(added_length)?;
    let name = bytes.get(ENTRY_BYTES..name_end)?;
    let Ok(name) = std::str::from_utf8(name) else {
        return Some(Err(FileFault::new("archive_path", "an entry of the file has a name that is no text")));
    };
    let mut added = Added(wide(bytes.get(name_end..added_end)?));
    let (expanded, packed) = (added.or(u32_at(bytes, 24)?)?, added.or(u32_at(bytes, 20)?)?);
    let entry = Entry {
        name: name.to_owned(),
        flags: u16_at(bytes, 8)?,
        method: u16_at(bytes, 10)?,
        crc: u32_at(bytes, 16)?,
        packed,
        expanded,
        header_at: added.or(u32_at(bytes, 42)?)?,
    };
    Some(Ok((entry, bytes.get(added_end.checked_add(comment_length)?..)?)))
}

/// Sizes of eight bytes, in the order in which they are asked for.
struct Added<'a>(&'a [u8]);

impl Added<'_> {
    fn or(&mut self, size: u32) -> Option<u64> {
        if size != ADDED_SIZE {
            return Some(u64::from(size));
        }
        let wide = u64_at(self.0, 0)?;
        self.0 = self.0.get(8..)?;
        Some(wide)
    }
}

/// What is added of sizes of eight bytes.
fn wide(mut added: &[u8]) -> &[u8] {
    while let (Some(kind), Some(length)) = (u16_at(added, 0), u16_at(added, 2)) {
        let end = usize::from(length).saturating_add(4);
        if kind == 1 {
            return added.get(4..end).unwrap_or_default();
        }
        added = added.get(end..).unwrap_or_default();
    }
    &[]
}
