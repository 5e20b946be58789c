// SPDX-License-Identifier: AGPL-3.0-or-later
//! The records before the first sheet: which sheets there are, how styles show numbers, and the texts in common.

use std::collections::BTreeMap;

use super::records::{
    BEGIN, BOUND_SHEET, CONTINUE, DATE_MODE, END, FILE_PASS, FORMAT, Record, TEXTS, VBA_PROJECT, XF, record,
};
use super::{broken, encrypted, macros, old_spreadsheet, texts};
use crate::sheet::bytes::{place_at, u16_at};
use crate::sheet::format::Shown;
use crate::sheet::held::too_many_parts;
use crate::sheet::limits::PARTS_MAX;
use crate::sheet::model::FileFault;
use crate::sheet::serial::Epoch;
use crate::sheet::strings::Strings;
use crate::sheet::xlsx::no_sheet;

/// The version of the form since Excel 97.
const VERSION: u16 = 0x0600;
/// Kinds of sheets.
const WORKSHEET: u8 = 0;
const MACRO_SHEET: u8 = 1;
const MODULE: u8 = 6;

/// What is needed of a workbook.
pub(super) struct Book {
    /// The first sheet that is seen, and where its records begin.
    pub(super) name: String,
    pub(super) at: usize,
    pub(super) common: Common,
}

/// What the cells of a sheet refer to.
#[derive(Default)]
pub(super) struct Common {
    pub(super) texts: Strings,
    /// How each style shows numbers.
    pub(super) styles: Vec<Shown>,
    pub(super) epoch: Epoch,
}

#[derive(Default)]
struct Reading {
    sheet: Option<(String, usize)>,
    codes: BTreeMap<u16, Shown>,
    formats: Vec<u16>,
    common: Common,
}

impl Book {
    /// Reads the workbook of a stream.
    pub(super) fn read(stream: &[u8]) -> Result<Self, FileFault> {
        let first = record(stream, 0)?;
        if first.kind != BEGIN || u16_at(first.bytes, 0) != Some(VERSION) {
            return Err(old_spreadsheet());
        }
        let mut reading = Reading::default();
        let mut at = first.end;
        loop {
            let record = record(stream, at)?;
            at = record.end;
            match record.kind {
                END => break,
                TEXTS => at = reading.texts(stream, record)?,
                _ => reading.take(record)?,
            }
        }
        let Reading { sheet, codes, formats, mut common } = reading;
        let shown = |id: u16| codes.get(&id).copied().unwrap_or_else(|| Shown::of_id(u32::from(id)));
        common.styles = formats.into_iter().map(shown).collect();
        let (name, at) = sheet.ok_or_else(no_sheet)?;
        Ok(Self { name, at, common })
    }
}

impl Reading {
    fn take(&mut self, record: Record<'_>) -> Result<(), FileFault> {
        let bytes = record.bytes;
        match record.kind {
            FILE_PASS => return Err(encrypted()),
            VBA_PROJECT => return Err(macros()),
            DATE_MODE if u16_at(bytes, 0) == Some(1) => self.common.epoch = Epoch::Of1904,
            FORMAT => {
                let id = u16_at(bytes, 0).ok_or_else(broken)?;
                let code = bytes.get(2..).and_then(texts::text).ok_or_else(broken)?;
                self.codes.insert(id, Shown::of_code(&code));
            }
            XF => self.formats.push(u16_at(bytes, 2).ok_or_else(broken)?),
            BOUND_SHEET => self.sheet(bytes)?,
            _ => {}
        }
        if self.formats.len() > PARTS_MAX { Err(too_many_parts()) } else { Ok(()) }
    }

    fn sheet(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        let (at, hidden) = (place_at(bytes, 0).ok_or_else(broken)?, bytes.get(4).ok_or_else(broken)?);
        match *bytes.get(5).ok_or_else(broken)? {
            MACRO_SHEET | MODULE => return Err(macros()),
            WORKSHEET if hidden & 0x03 == 0 && self.sheet.is_none() => {
                let name = bytes.get(6..).and_then(texts::short_text).ok_or_else(broken)?;
                self.sheet = Some((name, at));
            }
            _ => {}
        }
        Ok(())
    }

    /// The texts in common, and where the records go on after them.
    fn texts(&mut self, stream: &[u8], first: Record<'_>) -> Result<usize, FileFault> {
        let (mut segments, mut at) = (vec![first.bytes], first.end);
        loop {
            let record = record(stream, at)?;
            if record.kind != CONTINUE {
                break;
            }
            segments.push(record.bytes);
            at = record.end;
        }
        self.common.texts = texts::shared(&segments)?;
        Ok(at)
    }
}
