// SPDX-License-Identifier: AGPL-3.0-or-later
//! A spreadsheet is made whole before its first byte goes out: few are made at a time, and few are held for readers.

use std::io::{Result as Written, Write};

use tokio::sync::{Semaphore, SemaphorePermit};
use tramite_domain::import::FileFormat;

use crate::problem::{Code, Problem};

/// Spreadsheets that a process makes at a time.
const SPREADSHEETS_MAX: usize = 2;
/// Spreadsheets that a process holds at a time: those that it makes, and those whose readers have not taken all of them yet.
const SPREADSHEETS_HELD_MAX: usize = 8;
/// After how many seconds another one may be tried.
const RETRY_SECONDS: u64 = 5;

static SPREADSHEETS: Places = Places::new();

/// The places of a process.
struct Places {
    making: Semaphore,
    held: Semaphore,
}

impl Places {
    const fn new() -> Self {
        Self { making: Semaphore::const_new(SPREADSHEETS_MAX), held: Semaphore::const_new(SPREADSHEETS_HELD_MAX) }
    }
}

/// Leave to make a file. Tables of text are written row by row, and need none of the places.
pub(super) struct Turn {
    making: Option<SemaphorePermit<'static>>,
    /// Until the file is gone.
    _held: Option<SemaphorePermit<'static>>,
}

impl Turn {
    /// # Errors
    /// [`Code::RateLimited`] where as many spreadsheets are made or held as may be.
    pub(super) fn of(format: FileFormat) -> Result<Self, Problem> {
        Self::among(&SPREADSHEETS, format)
    }

    fn among(places: &'static Places, format: FileFormat) -> Result<Self, Problem> {
        match format {
            FileFormat::Csv | FileFormat::Ndjson => Ok(Self { making: None, _held: None }),
            FileFormat::Xlsx | FileFormat::Xls | FileFormat::Ods => {
                match (places.held.try_acquire(), places.making.try_acquire()) {
                    (Ok(held), Ok(making)) => Ok(Self { making: Some(making), _held: Some(held) }),
                    _ => Err(Problem::new(Code::RateLimited).retry_after(RETRY_SECONDS)),
                }
            }
        }
    }

    /// Where the file is written to. At its first byte it is made, and another one may be: a slow reader keeps only its place among
    /// those that are held.
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
        self.turn.making = None;
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
        static PLACES: Places = Places::new();
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
        assert_eq!(PLACES.making.available_permits(), SPREADSHEETS_MAX);
        drop(out);
        assert_eq!(PLACES.held.available_permits(), SPREADSHEETS_HELD_MAX);
    }

    #[test]
    fn a_spreadsheet_that_is_made_is_held_until_it_is_gone() {
        static PLACES: Places = Places::new();
        let made = || {
            let mut out = Turn::among(&PLACES, FileFormat::Xlsx).ok()?.until_written(Vec::<u8>::new());
            out.write_all(b"PK").ok()?;
            Some(out)
        };
        let mut held: Vec<Turned<Vec<u8>>> = (0..SPREADSHEETS_HELD_MAX).map(|_| made().unwrap()).collect();
        let refused = Turn::among(&PLACES, FileFormat::Ods).err().map(|problem| problem.code());
        assert_eq!(refused, Some(Code::RateLimited));
        assert_eq!(PLACES.making.available_permits(), SPREADSHEETS_MAX, "who is refused takes none of the places");
        assert!(Turn::among(&PLACES, FileFormat::Csv).is_ok());
        drop(held.pop());
        assert!(made().is_some());
    }
}
