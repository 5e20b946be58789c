// SPDX-License-Identifier: AGPL-3.0-or-later
//! Spreadsheets of OpenDocument (ISO 26300). The first table that is seen is read as a stream; numbers stand in it as decimal text.

mod cell;
mod rows;

use quick_xml::events::Event;

use self::rows::TableRows;
use super::archive::{Archive, Part, wrong_format};
use super::model::{FileFault, SheetError, SheetRow};
use super::open::Rows;
use super::source::FileSource;
use super::xml::Xml;

const KIND: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

/// The rows of the table.
pub(super) struct OdsRows(TableRows);

impl OdsRows {
    /// The name of the table, and its rows.
    pub(super) fn open(source: &dyn FileSource) -> Result<(String, Self), SheetError> {
        let archive = Archive::open(source)?;
        if archive.beginning("mimetype", 64)? != KIND {
            return Err(wrong_format().into());
        }
        check_manifest(archive.needed(MANIFEST)?)?;
        let (name, rows) = TableRows::open(archive.needed(CONTENT)?)?;
        Ok((name, Self(rows)))
    }
}

impl Rows for OdsRows {
    fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        self.0.next_row()
    }
}

fn check_manifest(part: Part) -> Result<(), SheetError> {
    let mut xml = Xml::new(part);
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "encryption-data" => {
                return Err(FileFault::new("encrypted_file", "the file is encrypted").into());
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
