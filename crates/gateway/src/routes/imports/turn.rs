// SPDX-License-Identifier: AGPL-3.0-or-later
//! A spreadsheet is made whole before its first byte goes out: few are made at a time, and few are held for readers. No institution
//! takes the places of all.

use std::collections::BTreeMap;
use std::io::{Result as Written, Write};
use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tramite_domain::ids::InstitutionId;
use tramite_domain::import::FileFormat;

use crate::convention::READER_BYTES_PER_SECOND_MIN;
use crate::problem::{Code, Problem};

/// Spreadsheets that a process makes at a time, and of these those of one institution.
const MADE: Limit = Limit { of_all: 2, of_one: 1 };
/// Spreadsheets that a process holds at a time, and of these those of one institution: those that it makes, and those whose readers
/// have not taken all of them yet.
const HELD: Limit = Limit { of_all: 8, of_one: 2 };
/// After how many seconds another one may be tried.
const RETRY_SECONDS: u64 = 5;

static SPREADSHEETS: Places = Places::new();

/// How many there may be.
struct Limit {
    of_all: usize,
    of_one: usize,
}

impl Limit {
    const fn has_room(&self, all: usize, one: usize) -> bool {
        all < self.of_all && one < self.of_one
    }
}

/// What is taken.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    made: usize,
    held: usize,
}

/// The places of a process: what each institution has of them. Who has none is not in it.
struct Places(Mutex<BTreeMap<InstitutionId, Count>>);

impl Places {
    const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<InstitutionId, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place to make one; none where there is no room.
    fn enter(&'static self, institution: InstitutionId) -> Option<Place> {
        let mut counts = self.counts();
        let (made, held) = counts.values().fold((0, 0), |(made, held), one| (made + one.made, held + one.held));
        let own = counts.get(&institution).copied().unwrap_or_default();
        if !MADE.has_room(made, own.made) || !HELD.has_room(held, own.held) {
            return None;
        }
        counts.insert(institution, Count { made: own.made.saturating_add(1), held: own.held.saturating_add(1) });
        Some(Place { places: self, institution, making: true })
    }
}

/// A place for a spreadsheet; given back when dropped.
struct Place {
    places: &'static Places,
    institution: InstitutionId,
    making: bool,
}

impl Place {
    /// It is made, and held from now on.
    fn made(&mut self) {
        if std::mem::take(&mut self.making)
            && let Some(own) = self.places.counts().get_mut(&self.institution)
        {
            own.made = own.made.saturating_sub(1);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.made();
        let mut counts = self.places.counts();
        if let Some(own) = counts.get_mut(&self.institution) {
            own.held = own.held.saturating_sub(1);
            if own.held == 0 {
                counts.remove(&self.institution);
            }
        }
    }
}

/// Leave to make a file. Tables of text are written row by row, and need none of the places.
pub(super) struct Turn(Option<Place>);

impl Turn {
    /// # Errors
    /// [`Code::RateLimited`] where as many spreadsheets are made or held as may be, for the institution or for all.
    pub(super) fn of(format: FileFormat, institution: InstitutionId) -> Result<Self, Problem> {
        Self::among(&SPREADSHEETS, format, institution)
    }

    fn among(places: &'static Places, format: FileFormat, institution: InstitutionId) -> Result<Self, Problem> {
        match format {
            FileFormat::Csv | FileFormat::Ndjson => Ok(Self(None)),
            FileFormat::Xlsx | FileFormat::Xls | FileFormat::Ods => {
                let place = places.enter(institution);
                let none = || Problem::new(Code::RateLimited).retry_after(RETRY_SECONDS);
                place.map(|place| Self(Some(place))).ok_or_else(none)
            }
        }
    }

    /// Bytes that its reader takes in a second at least, over the whole of the file; any where it has no place.
    pub(super) fn rate_min(&self) -> Option<NonZeroU64> {
        self.0.as_ref().and_then(|_| NonZeroU64::new(READER_BYTES_PER_SECOND_MIN))
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
        if let Some(place) = &mut self.turn.0 {
            place.made();
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> Written<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn institution(number: u128) -> InstitutionId {
        InstitutionId::new(uuid::Uuid::from_u128(number))
    }

    fn refused(turn: Result<Turn, Problem>) -> Option<Code> {
        turn.err().map(|problem| problem.code())
    }

    /// One that is made, and not read yet.
    fn made(places: &'static Places, of: u128) -> Turned<Vec<u8>> {
        let mut out = Turn::among(places, FileFormat::Xlsx, institution(of)).unwrap().until_written(Vec::new());
        out.write_all(b"PK").unwrap();
        out
    }

    #[test]
    fn two_spreadsheets_are_made_at_a_time_and_tables_of_text_as_many_as_are_asked_for() {
        static PLACES: Places = Places::new();
        let turn = |format, of| Turn::among(&PLACES, format, institution(of));
        let first = turn(FileFormat::Xlsx, 1).unwrap();
        let second = turn(FileFormat::Ods, 2).unwrap();
        for format in [FileFormat::Xlsx, FileFormat::Xls, FileFormat::Ods] {
            assert_eq!(refused(turn(format, 3)), Some(Code::RateLimited));
        }
        for format in [FileFormat::Csv, FileFormat::Ndjson] {
            assert_eq!(refused(turn(format, 1)), None);
        }
        drop(second);
        let second = turn(FileFormat::Xls, 3).unwrap();
        let mut out = first.until_written(Vec::<u8>::new());
        out.flush().unwrap();
        assert_eq!(refused(turn(FileFormat::Ods, 4)), Some(Code::RateLimited), "nothing is written yet");
        out.write_all(b"PK").unwrap();
        assert_eq!(refused(turn(FileFormat::Ods, 4)), None);
        drop((out, second));
        assert!(PLACES.counts().is_empty());
    }

    #[test]
    fn a_spreadsheet_that_is_made_is_held_until_it_is_gone() {
        static PLACES: Places = Places::new();
        let of_each = |of: u128| [made(&PLACES, of), made(&PLACES, of)];
        let mut held: Vec<Turned<Vec<u8>>> = (1..=4).flat_map(of_each).collect();
        assert_eq!(held.len(), HELD.of_all);
        let turn = |format| Turn::among(&PLACES, format, institution(5));
        assert_eq!(refused(turn(FileFormat::Ods)), Some(Code::RateLimited));
        assert!(PLACES.counts().values().all(|one| one.made == 0), "who is refused takes none of the places");
        assert_eq!(refused(turn(FileFormat::Csv)), None);
        drop(held.pop());
        assert_eq!(refused(turn(FileFormat::Ods)), None);
        drop(held);
        assert!(PLACES.counts().is_empty());
    }

    #[test]
    fn one_institution_leaves_places_to_the_others_however_slowly_it_reads() {
        static PLACES: Places = Places::new();
        let turn = |of| Turn::among(&PLACES, FileFormat::Xlsx, institution(of));
        let making = turn(1).unwrap();
        assert_eq!(refused(turn(1)), Some(Code::RateLimited), "it makes one already");
        assert_eq!(refused(turn(2)), None);
        drop(making);
        let held = [made(&PLACES, 1), made(&PLACES, 1)];
        assert_eq!(refused(turn(1)), Some(Code::RateLimited), "its readers have two to take");
        assert_eq!(refused(turn(2)), None);
        drop(held);
        let mine = turn(1).unwrap();
        assert_eq!(mine.rate_min().map(NonZeroU64::get), Some(READER_BYTES_PER_SECOND_MIN));
        assert!(Turn::among(&PLACES, FileFormat::Csv, institution(1)).unwrap().rate_min().is_none());
    }
}
