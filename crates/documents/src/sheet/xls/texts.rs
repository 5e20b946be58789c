// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts of records, one or two bytes for a character. The texts in common go on in further records, wherever a record is full.

use super::broken;
use crate::sheet::bytes::{u16_at, u32_at};
use crate::sheet::model::FileFault;
use crate::sheet::strings::Strings;

const WIDE: u8 = 0x01;
const SPOKEN: u8 = 0x04;
const RICH: u8 = 0x08;

/// A text with its length in two bytes.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let units = usize::from(u16_at(bytes, 0)?);
    units_of(bytes.get(2..)?, units)
}

/// A text with its length in one byte.
pub(super) fn short_text(bytes: &[u8]) -> Option<String> {
    let units = usize::from(*bytes.first()?);
    units_of(bytes.get(1..)?, units)
}

fn units_of(bytes: &[u8], units: usize) -> Option<String> {
    let (flags, bytes) = bytes.split_first()?;
    let width = width(*flags);
    let mut read = Vec::with_capacity(units);
    add(&mut read, bytes.get(..units.checked_mul(width)?)?, width);
    Some(String::from_utf16_lossy(&read))
}

/// All texts in common, from a record and those that go on with it.
pub(super) fn shared(segments: &[&[u8]]) -> Result<Strings, FileFault> {
    let (first, further) = segments.split_first().ok_or_else(broken)?;
    let count = u32_at(first, 4).ok_or_else(broken)?;
    let mut reader = Segments { now: first.get(8..).ok_or_else(broken)?, further };
    let mut texts = Strings::default();
    for _ in 0..count {
        texts.push(&reader.text().ok_or_else(broken)?)?;
    }
    Ok(texts)
}

struct Segments<'a> {
    now: &'a [u8],
    further: &'a [&'a [u8]],
}

impl<'a> Segments<'a> {
    fn text(&mut self) -> Option<String> {
        if self.now.is_empty() {
            self.go_on()?;
        }
        let units = usize::from(u16_at(self.now, 0)?);
        let flags = *self.now.get(2)?;
        let (mut at, mut skipped) = (3, 0_usize);
        if flags & RICH != 0 {
            skipped = usize::from(u16_at(self.now, at)?).checked_mul(4)?;
            at = at.checked_add(2)?;
        }
        if flags & SPOKEN != 0 {
            skipped = skipped.checked_add(usize::try_from(u32_at(self.now, at)?).ok()?)?;
            at = at.checked_add(4)?;
        }
        self.now = self.now.get(at..)?;
        let text = self.units(units, width(flags))?;
        self.skip(skipped)?;
        Some(text)
    }

    /// Characters, whose width is said anew where they go on.
    fn units(&mut self, units: usize, mut width: usize) -> Option<String> {
        let mut read = Vec::with_capacity(units);
        loop {
            let taken = units.checked_sub(read.len())?.checked_mul(width)?.min(self.now.len());
            // A character never stands in two records.
            let (taken, rest) = self.now.split_at_checked(taken)?;
            add(&mut read, taken, width);
            self.now = rest;
            if read.len() >= units {
                return Some(String::from_utf16_lossy(&read));
            }
            self.go_on()?;
            let (flags, rest) = self.now.split_first()?;
            width = self::width(*flags);
            self.now = rest;
        }
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > self.now.len() {
            bytes = bytes.checked_sub(self.now.len())?;
            self.go_on()?;
        }
        self.now = self.now.get(bytes..)?;
        Some(())
    }

    fn go_on(&mut self) -> Option<()> {
        let (now, further) = self.further.split_first()?;
        (self.now, self.further) = (now, further);
        Some(())
    }
}

const fn width(flags: u8) -> usize {
    if flags & WIDE != 0 { 2 } else { 1 }
}

fn add(read: &mut Vec<u16>, bytes: &[u8], width: usize) {
    if width == 2 {
        read.extend(bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)));
    } else {
        read.extend(bytes.iter().map(|byte| u16::from(*byte)));
    }
}
