// SPDX-License-Identifier: AGPL-3.0-or-later
//! Records of a CSV (RFC 4180), with LF, CR LF or CR at their ends. What stands between a closing quote and the next delimiter is
//! refused: it would be read in one way here and in another elsewhere.

use std::io::BufRead;

use crate::sheet::limits::{COLUMNS_MAX, ROW_BYTES_MAX};
use crate::sheet::model::{FileFault, SheetError};

/// Reads records from a stream; what is held is one of them.
pub(super) struct Records<R> {
    reader: R,
    building: Building,
}

/// A record that lies in its reader.
pub(super) struct Record<'a> {
    /// The line where it begins.
    pub(super) line: u64,
    bytes: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// How many cells it has.
    pub(super) fn columns(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of each.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a [u8]> {
        let mut begin = 0;
        let bytes = self.bytes;
        self.ends.iter().map(move |end| bytes.get(std::mem::replace(&mut begin, *end)..*end).unwrap_or_default())
    }
}

impl<R: BufRead> Records<R> {
    /// Records of that stream.
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        Self { reader, building: Building::new(delimiter) }
    }

    /// The next record, which may be of one empty cell.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, SheetError> {
        self.building.begin();
        loop {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(if self.building.finish()? { Some(self.building.record()) } else { None });
            }
            let (taken, ended) = self.building.take(chunk)?;
            self.reader.consume(taken);
            if ended {
                return Ok(Some(self.building.record()));
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted,
    Closed,
}

struct Building {
    delimiter: u8,
    /// The cells of the record, one after the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    at: At,
    /// Bytes of the record as they stand in the file.
    taken: usize,
    /// The line where the record begins, and the one that is being read.
    began: u64,
    line: u64,
    after_cr: bool,
}

impl Building {
    fn new(delimiter: u8) -> Self {
        let (bytes, ends) = (Vec::new(), Vec::new());
        Self { delimiter, bytes, ends, at: At::Start, taken: 0, began: 1, line: 1, after_cr: false }
    }

    fn begin(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        (self.at, self.taken, self.began) = (At::Start, 0, self.line);
    }

    fn record(&self) -> Record<'_> {
        Record { line: self.began, bytes: &self.bytes, ends: &self.ends }
    }

    /// Takes bytes to the end of the record: how many, and whether it ended.
    fn take(&mut self, chunk: &[u8]) -> Result<(usize, bool), FileFault> {
        for (place, byte) in (1_usize..).zip(chunk) {
            self.taken = self.taken.saturating_add(1);
            if self.taken > ROW_BYTES_MAX {
                return Err(self.fault("row_too_long", format!("a row has more than {ROW_BYTES_MAX} bytes")));
            }
            if self.take_byte(*byte)? {
                return Ok((place, true));
            }
        }
        Ok((chunk.len(), false))
    }

    fn take_byte(&mut self, byte: u8) -> Result<bool, FileFault> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        let line_feed_of_cr = after_cr && byte == b'\n';
        if matches!(byte, b'\r' | b'\n') && !line_feed_of_cr {
            self.line = self.line.saturating_add(1);
        }
        match (self.at, byte) {
            (At::Quoted, b'"') => self.at = At::Closed,
            (At::Start, b'"') => self.at = At::Quoted,
            (At::Closed, b'"') => {
                self.bytes.push(byte);
                self.at = At::Quoted;
            }
            (At::Quoted, _) => self.bytes.push(byte),
            (At::Start, b'\n') if line_feed_of_cr && self.taken == 1 => self.skip_line_feed(),
            (_, b'\r' | b'\n') => return self.end_cell().map(|()| true),
            _ if byte == self.delimiter => self.end_cell()?,
            (At::Closed, _) => {
                return Err(self.fault("broken_quotes", "something stands between a closing quote and the next cell"));
            }
            _ => {
                self.bytes.push(byte);
                self.at = At::Plain;
            }
        }
        Ok(false)
    }

    /// The second half of a CR LF belongs to the record before.
    fn skip_line_feed(&mut self) {
        self.taken = 0;
        self.began = self.line;
    }

    fn end_cell(&mut self) -> Result<(), FileFault> {
        if self.ends.len() >= COLUMNS_MAX {
            return Err(self.fault("too_many_columns", format!("a row has more than {COLUMNS_MAX} columns")));
        }
        self.ends.push(self.bytes.len());
        self.at = At::Start;
        Ok(())
    }

    /// The end of the file: whether a record ends with it.
    fn finish(&mut self) -> Result<bool, FileFault> {
        if self.at == At::Quoted {
            return Err(self.fault("open_quote", "a quote is opened in this row and never closed"));
        }
        if self.taken == 0 {
            return Ok(false);
        }
        self.end_cell().map(|()| true)
    }

    fn fault(&self, code: &'static str, detail: impl Into<String>) -> FileFault {
        FileFault::new(code, detail).in_line(self.began)
    }
}
