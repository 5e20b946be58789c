// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines of a text, plain or in gzip, in bounded memory.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

use crate::sheet::{FileFault, FileSource, SheetError};

use super::limits::{LINE_BYTES_MAX, LINES_EXPANDED_BYTES_MAX, LINES_MAX};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One line that is not blank.
pub(super) struct Line {
    /// Its number in the text, from 1.
    pub(super) number: u64,
    pub(super) bytes: Vec<u8>,
}

/// A text, line by line.
pub(super) struct LineReader {
    reader: Box<dyn BufRead + Send>,
    zipped: bool,
    number: u64,
    given: u64,
    bytes: u64,
}

impl LineReader {
    pub(super) fn open(source: &dyn FileSource) -> Result<Self, SheetError> {
        let mut file = source.open()?;
        let mut magic = Vec::new();
        file.by_ref().take(2).read_to_end(&mut magic)?;
        file.seek(SeekFrom::Start(0))?;
        let zipped = magic == GZIP_MAGIC;
        let reader: Box<dyn BufRead + Send> = if zipped {
            Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file))))
        } else {
            Box::new(BufReader::new(file))
        };
        Ok(Self { reader, zipped, number: 0, given: 0, bytes: 0 })
    }

    /// The next line that is not blank.
    pub(super) fn next_line(&mut self) -> Result<Option<Line>, SheetError> {
        loop {
            let mut bytes = Vec::new();
            let most = u64::try_from(LINE_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
            let read = self.reader.by_ref().take(most).read_until(b'\n', &mut bytes);
            let read = read.map_err(|error| self.unreadable(error))?;
            if read == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            self.bytes = self.bytes.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            self.check(read)?;
            if self.number == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
                bytes.drain(..BYTE_ORDER_MARK.len());
            }
            if !bytes.trim_ascii().is_empty() {
                self.given = self.given.saturating_add(1);
                return Ok(Some(Line { number: self.number, bytes }));
            }
        }
    }

    fn check(&self, read: usize) -> Result<(), FileFault> {
        let fault = if read > LINE_BYTES_MAX {
            FileFault::new("line_too_long", format!("a line has at most {LINE_BYTES_MAX} bytes"))
        } else if self.bytes > LINES_EXPANDED_BYTES_MAX {
            FileFault::new(
                "too_many_bytes",
                format!("the text has at most {LINES_EXPANDED_BYTES_MAX} bytes when it is inflated"),
            )
        } else if self.given >= LINES_MAX {
            FileFault::new("too_many_rows", format!("the text has at most {LINES_MAX} lines"))
        } else {
            return Ok(());
        };
        Err(fault.in_line(self.number))
    }

    /// What is wrong with the gzip is the file's fault; what is wrong with its place is not.
    fn unreadable(&self, error: std::io::Error) -> SheetError {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        if self.zipped && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) {
            let fault = FileFault::new("invalid_gzip", "the file ends too early, or is damaged, or is no gzip");
            return fault.in_line(self.number.saturating_add(1)).into();
        }
        error.into()
    }
}
