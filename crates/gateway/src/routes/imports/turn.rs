// SPDX-License-Identifier: AGPL-3.0-or-later
//! A spreadsheet is made whole before its first byte goes out: few are made at a time.

use std::io::{Result as Written, Write};

use tokio::sync::{Semaphore, SemaphorePermit};
use tramite_domain::import::FileFormat;

use crate::problem::{Code, Problem};

/// Spreadsheets that a process makes at a time.
const SPREADSHEETS_MAX: usize = 2;
/// After how many seconds another one may be tried.
const RETRY_SECONDS: u64 = 5;

static SPREADSHEETS: Semaphore = Semaphore::const_new(SPREADSHEETS_MAX);

/// Leave to make a file. Tables of text are written row by row, and need none of the places.
pub(super) struct Turn(Option<SemaphorePermit<'static>>);

impl Turn {
    /// # Errors
    /// [`Code::RateLimited`] where as many spreadsheets are made as may be.
    pub(super) fn of(format: FileFormat) -> Result<Self, Problem> {
        Self::among(&SPREADSHEETS, format)
    }

    fn among(places: &'static Semaphore, format: FileFormat) -> Result<Self, Problem> {
        match format {
            FileFormat::Csv | FileFormat::Ndjson => Ok(Self(None)),
            FileFormat::Xlsx | FileFormat::Xls | FileFormat::Ods => match places.try_acquire() {
                Ok(place) => Ok(Self(Some(place))),
                Err(_) => Err(Problem::new(Code::RateLimited).retry_after(RETRY_SECONDS)),
            },
        }
    }

    /// Where the file is written to. Its first byte ends the turn: the file is made then, and a slow reader keeps nobody waiting.
    pub(super) const fn until_written<W: Write>(self, out: W) -> Turned<W> {
        Turned { out, turn: self }
    }
}

/// Where a file is written to that has a turn.
pub(super) struct Turned<W> {
    out: W,
    turn: Turn,
}

impl<W: Write> Write for Turned<W> {
    fn write(&mut self, bytes: &[u8]) -> Written<usize> {
        self.turn.0 = None;
        self.out.write(bytes)
    }

    fn flush(&mut self) -> Written<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spreadsheets_are_made_at_a_time_and_tables_of_text_as_many_as_are_asked_for() {
        static PLACES: Semaphore = Semaphore::const_new(SPREADSHEETS_MAX);
        let turn = |format| Turn::among(&PLACES, format);
        let refused = |format| turn(format).err().map(|problem| problem.code());
        let first = turn(FileFormat::Xlsx).unwrap();
        let second = turn(FileFormat::Ods).unwrap();
        for format in [FileFormat::Xlsx, FileFormat::Xls, FileFormat::Ods] {
            assert_eq!(refused(format), Some(Code::RateLimited));
        }
        for format in [FileFormat::Csv, FileFormat::Ndjson] {
            assert_eq!(refused(format), None);
        }
        drop(second);
        let second = turn(FileFormat::Xls).unwrap();
        let mut out = first.until_written(Vec::<u8>::new());
        out.flush().unwrap();
        assert_eq!(refused(FileFormat::Ods), Some(Code::RateLimited), "nothing is written yet");
        out.write_all(b"PK").unwrap();
        assert_eq!(refused(FileFormat::Ods), None);
        drop(second);
        assert_eq!(PLACES.available_permits(), SPREADSHEETS_MAX);
    }
}
