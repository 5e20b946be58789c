// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file that is kept in parts of one size, wherever they are: each is fetched when it is read, and no more than one is held
//! for each time the file is open.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use super::source::{FileSource, ReadSeek};

/// Gives the parts of a file. It is called from a thread that may wait.
pub trait PartReader: Send + Sync {
    /// The part at a place, counted from 0; none where there is no such part.
    ///
    /// # Errors
    /// Where its place cannot be reached.
    fn part(&self, place: u32) -> Result<Option<Vec<u8>>>;
}

impl<F: Fn(u32) -> Result<Option<Vec<u8>>> + Send + Sync> PartReader for F {
    fn part(&self, place: u32) -> Result<Option<Vec<u8>>> {
        self(place)
    }
}

/// A file in parts.
#[derive(Clone)]
pub struct PartsSource {
    parts: Arc<dyn PartReader>,
    bytes: u64,
    part_bytes: u64,
}

impl PartsSource {
    /// The file of so many bytes whose parts have so many bytes each, but the last, which has what is left.
    #[must_use]
    pub fn new(parts: Arc<dyn PartReader>, bytes: u64, part_bytes: usize) -> Self {
        Self { parts, bytes, part_bytes: u64::try_from(part_bytes).unwrap_or(u64::MAX).max(1) }
    }
}

impl FileSource for PartsSource {
    fn open(&self) -> Result<Box<dyn ReadSeek>> {
        Ok(Box::new(PartsFile { source: self.clone(), at: 0, held: None }))
    }
}

/// A file in parts, open.
struct PartsFile {
    source: PartsSource,
    /// Where the next byte is read, counted from the beginning of the file.
    at: u64,
    /// The part that was read last, with its place.
    held: Option<(u64, Vec<u8>)>,
}

impl PartsFile {
    /// The rest of the part in which the next byte stands; empty at the end of the file.
    fn rest(&mut self) -> Result<&[u8]> {
        if self.at >= self.source.bytes {
            return Ok(&[]);
        }
        let (place, within) = (self.at / self.source.part_bytes, self.at % self.source.part_bytes);
        let is_held = self.held.as_ref().is_some_and(|(held, _)| *held == place);
        if !is_held {
            self.held = None;
            let number = u32::try_from(place).map_err(|_| missing())?;
            let bytes = self.source.parts.part(number)?.ok_or_else(missing)?;
            self.held = Some((place, bytes));
        }
        let from = usize::try_from(within).map_err(|_| missing())?;
        let rest = self.held.as_ref().and_then(|(_, bytes)| bytes.get(from..)).unwrap_or_default();
        // A part that is shorter than it must be: what comes after it would stand at the wrong place.
        if rest.is_empty() { Err(missing()) } else { Ok(rest) }
    }
}

fn missing() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "a part of the file is missing")
}

impl Read for PartsFile {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        let rest = self.rest()?;
        let count = rest.len().min(into.len());
        if let (Some(into), Some(from)) = (into.get_mut(..count), rest.get(..count)) {
            into.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(u64::try_from(count).map_err(|_| missing())?);
        Ok(count)
    }
}

impl Seek for PartsFile {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.source.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at =
            place.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a place before the beginning of the file"))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bytes: &'static [u8], part_bytes: usize, told_bytes: u64) -> PartsSource {
        let parts = move |place: u32| -> Result<Option<Vec<u8>>> {
            let chunk = bytes.chunks(part_bytes).nth(usize::try_from(place).unwrap());
            Ok(chunk.map(<[u8]>::to_vec))
        };
        PartsSource::new(Arc::new(parts), told_bytes, part_bytes)
    }

    #[test]
    fn it_reads_like_one_piece_from_any_place() {
        for part_bytes in [1, 3, 4, 10, 64] {
            let source = source(b"abcdefghij", part_bytes, 10);
            let (mut whole, mut rest) = (Vec::new(), Vec::new());
            source.open().unwrap().read_to_end(&mut whole).unwrap();
            assert_eq!(whole, b"abcdefghij");
            let mut file = source.open().unwrap();
            assert_eq!(file.seek(SeekFrom::End(-4)).unwrap(), 6);
            file.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, b"ghij");
            assert_eq!(file.seek(SeekFrom::Current(-9)).unwrap(), 1);
            let mut two = [0; 2];
            file.read_exact(&mut two).unwrap();
            assert_eq!(&two, b"bc");
            assert_eq!(file.seek(SeekFrom::Start(99)).unwrap(), 99);
            assert_eq!(file.read(&mut two).unwrap(), 0);
            assert!(file.seek(SeekFrom::End(-11)).is_err());
        }
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error_and_no_end() {
        let mut read = Vec::new();
        let error = source(b"abcdef", 4, 12).open().unwrap().read_to_end(&mut read).unwrap_err();
        assert_eq!((error.kind(), read.as_slice()), (ErrorKind::UnexpectedEof, b"abcdef".as_slice()));
    }
}
