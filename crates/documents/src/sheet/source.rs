// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the bytes of a file come from.

use std::io::{Cursor, Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use super::limits::SPREADSHEET_BYTES_MAX;
use super::model::{FileFault, SheetError};

/// What can be read from any place of it.
pub trait ReadSeek: Read + Seek + Send {}

impl<T: Read + Seek + Send> ReadSeek for T {}

/// Opens the same bytes as often as needed.
pub trait FileSource: Send + Sync {
    /// The file from its beginning.
    ///
    /// # Errors
    /// Where its place cannot be reached.
    fn open(&self) -> Result<Box<dyn ReadSeek>>;
}

/// A file that is held in memory.
#[derive(Clone)]
pub struct BytesSource(Arc<[u8]>);

impl BytesSource {
    /// The file with these bytes.
    #[must_use]
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }
}

impl FileSource for BytesSource {
    fn open(&self) -> Result<Box<dyn ReadSeek>> {
        Ok(Box::new(Cursor::new(Arc::clone(&self.0))))
    }
}

/// Bytes by which a form is known.
const BEGINNING_BYTES: u64 = 8;

/// A file as a whole, where its first bytes are what is wanted: the parts of a spreadsheet stand in no order, and each of them is
/// read more than once.
pub(super) fn whole(
    source: &dyn FileSource,
    is_wanted: impl Fn(&[u8]) -> bool,
) -> std::result::Result<Option<Vec<u8>>, SheetError> {
    let mut reader = source.open()?;
    let mut bytes = Vec::new();
    reader.by_ref().take(BEGINNING_BYTES).read_to_end(&mut bytes)?;
    if !is_wanted(&bytes) {
        return Ok(None);
    }
    if reader.seek(SeekFrom::End(0))? > SPREADSHEET_BYTES_MAX {
        let detail = format!("the spreadsheet has more than {SPREADSHEET_BYTES_MAX} bytes");
        return Err(FileFault::new("spreadsheet_too_large", detail).into());
    }
    reader.seek(SeekFrom::Start(0))?;
    bytes.clear();
    reader.take(SPREADSHEET_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
