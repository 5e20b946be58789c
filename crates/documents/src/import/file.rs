// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file of debt positions, opened.

use std::sync::Arc;

use tramite_domain::import::{FileEncoding, FileFormat, FileLayout};

use crate::sheet::{Encoding, FileFault, FileSource, Sheet, SheetCell, SheetError, SheetRow};

use super::body::{Content, Key, Maker};
use super::groups::{KeyCount, Together, WaitingRoom};
use super::header::{Binding, Takes};
use super::lines::JsonLines;
use super::model::{ImportDefaults, PlacedFault, RowGroup};
use super::record::key_of;
use super::spot::Spot;

/// A file of debt positions: what its columns are is known, its rows are counted, and which of them belong together.
pub struct PositionFile(Form);

enum Form {
    Table(Box<Table>),
    Lines(Box<JsonLines>),
}

struct Table {
    sheet: Sheet,
    maker: Maker,
    room: WaitingRoom,
    /// What waited until the end of the file, the last first.
    rest: Option<Vec<Together>>,
    rows_total: u64,
}

impl PositionFile {
    /// Opens a file: reads its header, and reads it through once.
    ///
    /// # Errors
    /// [`SheetError`] where it cannot be read, or its columns are not those of its layout.
    pub fn open(source: Arc<dyn FileSource>, format: FileFormat, defaults: ImportDefaults) -> Result<Self, SheetError> {
        if format == FileFormat::Ndjson {
            if defaults.layout != FileLayout::Tramite {
                let detail = "lines of JSON have the layout of the API and no other";
                return Err(FileFault::new("layout_not_for_format", detail).into());
            }
            return Ok(Self(Form::Lines(Box::new(JsonLines::open(source.as_ref(), defaults)?))));
        }
        Ok(Self(Form::Table(Box::new(Table::open(source.as_ref(), format, defaults)?))))
    }

    /// Rows of the file, without its header.
    #[must_use]
    pub fn rows_total(&self) -> u64 {
        match &self.0 {
            Form::Table(table) => table.rows_total,
            Form::Lines(lines) => lines.total(),
        }
    }

    /// How the characters of a CSV are written; none of other forms, which leave no choice.
    #[must_use]
    pub fn encoding(&self) -> Option<FileEncoding> {
        match &self.0 {
            Form::Table(table) => table.sheet.info().encoding.map(|encoding| match encoding {
                Encoding::Utf8 | Encoding::Utf8Bom => FileEncoding::Utf8,
                Encoding::Windows1252 => FileEncoding::Windows1252,
            }),
            Form::Lines(_) => None,
        }
    }

    /// The rows of the next position. The same file gives the same positions in the same order, always.
    ///
    /// # Errors
    /// [`SheetError`] where it cannot be read further.
    pub fn next_group(&mut self) -> Result<Option<RowGroup>, SheetError> {
        match &mut self.0 {
            Form::Table(table) => Ok(table.next()?.map(|together| table.group(together))),
            Form::Lines(lines) => lines.next_group(),
        }
    }

    /// Passes over so many positions, without reading what they say. How many there were of them.
    ///
    /// # Errors
    /// As [`Self::next_group`].
    pub fn skip_groups(&mut self, count: u64) -> Result<u64, SheetError> {
        let mut skipped = 0_u64;
        while skipped < count {
            let there = match &mut self.0 {
                Form::Table(table) => table.next()?.is_some(),
                Form::Lines(lines) => lines.skip()?,
            };
            if !there {
                break;
            }
            skipped = skipped.saturating_add(1);
        }
        Ok(skipped)
    }
}

impl Table {
    fn open(source: &dyn FileSource, format: FileFormat, defaults: ImportDefaults) -> Result<Self, SheetError> {
        let mut first_pass = Sheet::open(source, format)?;
        let Some(first) = first_pass.next_row()? else {
            return Err(FileFault::new("no_header", "the table has no row, and so no header").into());
        };
        let maker = Maker::new(Binding::of(&first, &defaults)?, defaults);
        let mut count = KeyCount::default();
        let mut rows_total = 0_u64;
        let mut next = if maker.binding.headed { first_pass.next_row()? } else { Some(first) };
        while let Some(row) = next {
            rows_total = rows_total.saturating_add(1);
            maker.check_key_is_read(&row)?;
            if let Some(key) = maker.key(&row) {
                count.add(&key);
            }
            next = first_pass.next_row()?;
        }
        drop(first_pass);
        let mut sheet = Sheet::open(source, format)?;
        if maker.binding.headed {
            sheet.next_row()?;
        }
        Ok(Self { sheet, maker, room: WaitingRoom::new(count.repeated()), rest: None, rows_total })
    }

    fn next(&mut self) -> Result<Option<Together>, SheetError> {
        if let Some(rest) = &mut self.rest {
            return Ok(rest.pop());
        }
        while let Some(row) = self.sheet.next_row()? {
            let together = match self.maker.key(&row) {
                None => Some(Together { key: None, lines: vec![row.line], rows: Ok(vec![row]) }),
                Some(key) => self.room.take(key, row),
            };
            if together.is_some() {
                return Ok(together);
            }
        }
        let mut rest = self.room.rest();
        let together = rest.pop();
        self.rest = Some(rest);
        Ok(together)
    }

    fn group(&self, together: Together) -> RowGroup {
        let Together { key, lines, rows } = together;
        let Content { said: content, rest } = match &rows {
            Ok(rows) => self.maker.read(key.as_ref(), rows),
            // That they stand too far apart, or are too many, is wrong with each of them.
            Err(refused) => Content::wrong(
                (0..lines.len()).map(|row| PlacedFault::new(row, None, refused.code(), refused.detail())).collect(),
            ),
        };
        let (external_id, service_code) = match key {
            Some(key) => (Some(key.external), Some(key.service)),
            None => self.maker.half_key(rows.as_ref().ok().and_then(|rows| rows.first())),
        };
        RowGroup { lines, external_id, service_code, content, rest }
    }
}

impl Maker {
    /// Nobody knows of which position a row is whose key is not read, and that one would be loaded without it: such a row stops its file.
    fn check_key_is_read(&self, row: &SheetRow) -> Result<(), FileFault> {
        for (bound, cell) in self.binding.columns.iter().zip(&row.cells) {
            let is_key = match &bound.takes {
                Takes::KeyPrefix => true,
                Takes::Value(taker) => matches!(taker.spot, Spot::Root("external_id" | "service_code")),
                _ => false,
            };
            if let SheetCell::Unread(why) = cell
                && is_key
            {
                return Err(FileFault::new(why.code(), why.detail()).in_line(row.line).in_column(&bound.name));
            }
        }
        Ok(())
    }

    /// The key of a row; none where it does not say one.
    fn key(&self, row: &SheetRow) -> Option<Key> {
        let (service, external) = key_of(&self.binding, row);
        let service = service.or_else(|| self.defaults.service_code.clone())?;
        Some(Key { service, external: external? })
    }

    /// What is there of a key that is not whole.
    fn half_key(&self, row: Option<&SheetRow>) -> (Option<String>, Option<String>) {
        let (service, external) = row.map(|row| key_of(&self.binding, row)).unwrap_or_default();
        (external, service.or_else(|| self.defaults.service_code.clone()))
    }
}
