// SPDX-License-Identifier: AGPL-3.0-or-later
//! The archive that a spreadsheet is. It is checked whole before anything of it is used: its directory first, by what it says, and
//! then each entry, by what it is once inflated. An entry is read as a stream and never held.

mod check;
mod directory;
mod entry;

use std::io::{BufReader, Read as _};
use std::sync::Arc;

pub(super) use self::entry::EntryReader;

use self::directory::Entry;
use super::model::{FileFault, SheetError};
use super::source::{FileSource, whole};

/// An entry as it is read.
pub(super) type Part = BufReader<EntryReader>;

/// A checked archive, which is held as it is packed.
pub(super) struct Archive {
    bytes: Arc<[u8]>,
    entries: Vec<Entry>,
}

impl Archive {
    /// Checks an archive.
    pub(super) fn open(source: &dyn FileSource) -> Result<Self, SheetError> {
        let bytes = whole(source, check::is_known)?.ok_or_else(wrong_format)?;
        let bytes: Arc<[u8]> = check::packed(bytes)?.into();
        let entries = directory::read(&bytes)?;
        check::declared(&entries)?;
        for entry in &entries {
            check::inflated(EntryReader::open(&bytes, entry)?)?;
        }
        Ok(Self { bytes, entries })
    }

    /// The entry of that name, where it is.
    pub(super) fn part(&self, name: &str) -> Result<Option<Part>, SheetError> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            return Ok(None);
        };
        Ok(Some(BufReader::with_capacity(1 << 16, EntryReader::open(&self.bytes, entry)?)))
    }

    /// The entry of that name, without which the file is no spreadsheet.
    pub(super) fn needed(&self, name: &str) -> Result<Part, SheetError> {
        self.part(name)?.ok_or_else(|| wrong_format().into())
    }

    /// The first bytes of an entry.
    pub(super) fn beginning(&self, name: &str, bytes: u64) -> Result<Vec<u8>, SheetError> {
        let mut beginning = Vec::new();
        self.needed(name)?.take(bytes).read_to_end(&mut beginning)?;
        Ok(beginning)
    }
}

/// The fault of a file that is not what its format says.
pub(super) fn wrong_format() -> FileFault {
    FileFault::new("wrong_format", "the file is not of the format that it is given as")
}

/// The fault of an archive that is damaged.
fn broken() -> FileFault {
    FileFault::new("broken_archive", "the file is damaged")
}
