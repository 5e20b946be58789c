// SPDX-License-Identifier: AGPL-3.0-or-later
//! The archive: a ZIP whose files are stored as they are, for a PDF is compressed already. The `zip` crate writes archives too, but
//! its writer keeps what it wrote in memory until the end and cannot be taken up again after the process was killed; these few
//! records are written here instead, and that crate reads them in the tests.

use chrono::{Datelike, NaiveDateTime, Timelike};
use flate2::Crc;

use crate::gather::{DocumentError, Gathered, Piece, Stretch, Whole, another_form, check_name, counted};

/// The most files: the next number says that the archive is one of another form (ZIP64).
const FILES_MAX: u32 = 65_534;
/// The most bytes, for the same reason.
const BYTES_MAX: u64 = 0xffff_fffe;
/// What reads it: version 2.0.
const VERSION: u16 = 20;
/// That version as Unix writes it, so that the rights below are read as rights.
const MADE_BY: u16 = 0x0300 | VERSION;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
const STORED: u16 = 0;
/// A plain file that its owner writes and everyone reads.
const RIGHTS: u32 = 0o100_644 << 16;

/// An archive's file, as both of its records tell it.
struct Entry<'a> {
    name: &'a str,
    bytes: &'a [u8],
    time: u16,
    date: u16,
    checksum: u32,
}

pub(super) fn stretch(before: &Gathered, pieces: &[Piece]) -> Result<Stretch, DocumentError> {
    begun_so(before)?;
    let (places, pages) = counted(before.pages, pieces, true)?;
    let (mut bytes, mut index) = (Vec::new(), Vec::new());
    for piece in pieces {
        let pdf = piece.layout.pdf()?;
        let entry = Entry::new(&piece.name, &pdf, piece.layout.about.written_at.rome_datetime());
        entry.put(before.bytes, &mut bytes, &mut index)?;
    }
    let documents = added(before.documents, pieces.len()).filter(|all| *all <= FILES_MAX).ok_or_else(too_large)?;
    let length = u64::try_from(bytes.len()).map_err(|_| too_large())?;
    let length = before.bytes.checked_add(length).filter(|all| *all <= BYTES_MAX).ok_or_else(too_large)?;
    let after = Gathered { bytes: length, documents, pages, merged: before.merged.clone() };
    Ok(Stretch { bytes, index, after, places })
}

pub(super) fn ending<E: From<DocumentError>>(
    before: &Gathered,
    indexes: impl IntoIterator<Item = Result<Vec<u8>, E>>,
    whole: &Whole<'_>,
) -> Result<Vec<u8>, E> {
    let mut directory = Vec::new();
    for index in indexes {
        directory.extend(index?);
    }
    check(before, &directory)?;
    let (mut bytes, mut files) = (Vec::new(), before.documents);
    if let Some((name, added)) = whole.added {
        check_name(name)?;
        Entry::new(name, added, whole.written_at.rome_datetime()).put(before.bytes, &mut bytes, &mut directory)?;
        files = files.saturating_add(1);
    }
    Ok(end(before.bytes, bytes, &directory, files)?)
}

/// That the directory has a line for each file, in order, and nothing else.
fn check(before: &Gathered, mut directory: &[u8]) -> Result<(), DocumentError> {
    begun_so(before)?;
    let others = || DocumentError::gathered("the indexes are not those of the file");
    let (mut next, mut files) = (0, 0_u32);
    while !directory.is_empty() {
        let line = Line::first(directory).filter(|line| line.at == next).ok_or_else(others)?;
        next = line.end().ok_or_else(others)?;
        files = files.saturating_add(1);
        directory = line.rest;
    }
    if files == before.documents && next == before.bytes { Ok(()) } else { Err(others()) }
}

/// That the file was begun as an archive.
fn begun_so(before: &Gathered) -> Result<(), DocumentError> {
    if before.merged.is_begun() { Err(another_form()) } else { Ok(()) }
}

/// A line of the directory.
struct Line<'a> {
    /// Where the file is, how long it is and how long its name.
    at: u64,
    size: u64,
    name: u64,
    /// The lines after it.
    rest: &'a [u8],
}

impl Line<'_> {
    /// How long a line is without the name, and the record before a file.
    const LONG: usize = 46;
    const RECORD: u64 = 30;

    fn first(directory: &[u8]) -> Option<Line<'_>> {
        let (line, rest) = directory.split_at_checked(Line::LONG)?;
        let number = |from: usize, bytes: usize| {
            let bytes = line.get(from..from.checked_add(bytes)?)?;
            Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
        };
        let name = number(28, 2)?;
        let rest = rest.get(usize::try_from(name).ok()?..)?;
        line.starts_with(b"PK\x01\x02").then_some(Line { at: number(42, 4)?, size: number(20, 4)?, name, rest })
    }

    /// Where the file ends.
    fn end(&self) -> Option<u64> {
        self.at.checked_add(Line::RECORD)?.checked_add(self.name)?.checked_add(self.size)
    }
}

/// The records at the end: the directory, and where it is.
fn end(before: u64, mut bytes: Vec<u8>, directory: &[u8], files: u32) -> Result<Vec<u8>, DocumentError> {
    let at = place(before, bytes.len())?;
    let size = place(0, directory.len())?;
    // The whole directory has to lie within what these numbers can say.
    place(u64::from(at), directory.len())?;
    let files = Some(files).filter(|files| *files <= FILES_MAX).and_then(|files| u16::try_from(files).ok());
    let files = files.ok_or_else(too_large)?.to_le_bytes();
    bytes.extend_from_slice(directory);
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend(files);
    bytes.extend(files);
    bytes.extend(size.to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend([0, 0]);
    Ok(bytes)
}

impl<'a> Entry<'a> {
    fn new(name: &'a str, bytes: &'a [u8], written: NaiveDateTime) -> Entry<'a> {
        let mut checksum = Crc::new();
        checksum.update(bytes);
        let (time, date) = clock(written);
        Entry { name, bytes, time, date, checksum: checksum.sum() }
    }

    /// Writes the file, and its line of the directory.
    fn put(&self, before: u64, file: &mut Vec<u8>, directory: &mut Vec<u8>) -> Result<(), DocumentError> {
        let at = place(before, file.len())?;
        let told = self.told()?;
        file.extend_from_slice(b"PK\x03\x04");
        file.extend_from_slice(&told);
        file.extend_from_slice(self.name.as_bytes());
        file.extend_from_slice(self.bytes);
        directory.extend_from_slice(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend_from_slice(&told);
        // No remark, one disk, and bytes that are no text.
        directory.extend([0; 6]);
        directory.extend(RIGHTS.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend_from_slice(self.name.as_bytes());
        Ok(())
    }

    /// What both records tell.
    fn told(&self) -> Result<Vec<u8>, DocumentError> {
        let size = place(0, self.bytes.len())?.to_le_bytes();
        let name = u16::try_from(self.name.len()).map_err(|_| DocumentError::gathered("a file's name is too long"))?;
        let mut told = Vec::with_capacity(26);
        for number in [VERSION, FLAGS, STORED, self.time, self.date] {
            told.extend(number.to_le_bytes());
        }
        told.extend(self.checksum.to_le_bytes());
        told.extend(size);
        told.extend(size);
        told.extend(name.to_le_bytes());
        told.extend([0, 0]);
        Ok(told)
    }
}

/// A clock as archives keep it: in steps of two seconds, from 1980 on, and of no zone, so it is the one that Rome shows.
fn clock(at: NaiveDateTime) -> (u16, u16) {
    let year = at.year().saturating_sub(1980);
    if !(0..128).contains(&year) {
        return (0, (1 << 5) | 1);
    }
    let small = |number: u32| u16::try_from(number).unwrap_or(0);
    let time = (small(at.hour()) << 11) | (small(at.minute()) << 5) | (small(at.second()) / 2);
    let date = (u16::try_from(year).unwrap_or(0) << 9) | (small(at.month()) << 5) | small(at.day());
    (time, date)
}

/// So many bytes after a place.
fn place(before: u64, bytes: usize) -> Result<u32, DocumentError> {
    let place = u64::try_from(bytes).ok().and_then(|bytes| before.checked_add(bytes));
    place.filter(|place| *place <= BYTES_MAX).and_then(|place| u32::try_from(place).ok()).ok_or_else(too_large)
}

fn added(before: u32, more: usize) -> Option<u32> {
    before.checked_add(u32::try_from(more).ok()?)
}

fn too_large() -> DocumentError {
    DocumentError::too_large("the archive would be over 4 GiB or have over 65,534 files")
}
