// SPDX-License-Identifier: AGPL-3.0-or-later
//! What parts the cells: the first row says it, outside of its quotes.

use std::io::BufRead;

use crate::sheet::limits::{COLUMNS_MAX, ROW_BYTES_MAX};
use crate::sheet::model::{FileFault, SheetError};

/// What may part cells; where two stand equally often, the first of these.
const DELIMITERS: [u8; 3] = [b';', b'\t', b','];

/// What stands most often in the first row that is not empty.
pub(super) fn detect(mut reader: impl BufRead) -> Result<u8, SheetError> {
    let mut first = FirstRow::default();
    loop {
        let bytes = reader.fill_buf()?;
        if bytes.is_empty() {
            return Ok(first.delimiter()?);
        }
        for byte in bytes {
            if first.take(*byte)? {
                return Ok(first.delimiter()?);
            }
        }
        let taken = bytes.len();
        reader.consume(taken);
    }
}

#[derive(Default)]
struct FirstRow {
    found: [usize; DELIMITERS.len()],
    bytes: usize,
    filled: bool,
    at: At,
}

/// Where in a cell the last byte stood.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    Start,
    Plain,
    Quoted,
    Closed,
}

impl FirstRow {
    /// Whether the row ends with this byte.
    fn take(&mut self, byte: u8) -> Result<bool, FileFault> {
        self.bytes = self.bytes.saturating_add(1);
        if self.bytes > ROW_BYTES_MAX {
            self.delimiter()?;
            return Err(FileFault::new("row_too_long", format!("a row has more than {ROW_BYTES_MAX} bytes")).in_line(1));
        }
        let line_break = matches!(byte, b'\r' | b'\n') && self.at != At::Quoted;
        if line_break {
            self.at = At::Start;
            return Ok(self.filled);
        }
        self.filled = true;
        let delimiter = DELIMITERS.iter().position(|delimiter| *delimiter == byte);
        self.at = match (self.at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            // The second of two quotes within quotes opens them again.
            (At::Start | At::Closed, b'"') => At::Quoted,
            _ if delimiter.is_some() => At::Start,
            _ => At::Plain,
        };
        if let (At::Start, Some(found)) = (self.at, delimiter.and_then(|place| self.found.get_mut(place))) {
            *found = found.saturating_add(1);
        }
        Ok(false)
    }

    fn delimiter(&self) -> Result<u8, FileFault> {
        let mut most = (b';', 0);
        for (delimiter, found) in DELIMITERS.into_iter().zip(self.found) {
            if found > most.1 {
                most = (delimiter, found);
            }
        }
        if most.1 >= COLUMNS_MAX {
            let detail = format!("a row has more than {COLUMNS_MAX} columns");
            return Err(FileFault::new("too_many_columns", detail).in_line(1));
        }
        Ok(most.0)
    }
}
