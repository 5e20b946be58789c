// SPDX-License-Identifier: AGPL-3.0-or-later
//! Spreadsheets of Excel 97 to 2003 (MS-XLS, MS-CFB). The file is held whole, for its parts stand in it in pieces; what is read of
//! it are the cells of its first visible sheet.

mod book;
mod compound;
mod records;
mod rows;
mod texts;

use self::book::Book;
use self::compound::Compound;
use self::rows::SheetRecords;
use super::archive::wrong_format;
use super::model::{FileFault, SheetError, SheetRow};
use super::open::Rows;
use super::source::{FileSource, whole};

/// Names of parts that hold macros, in lower case.
const MACROS: [&str; 3] = ["_vba_project_cur", "_vba_project", "vba"];
/// Names of parts that stand for an encrypted file.
const ENCRYPTED: [&str; 2] = ["encryptedpackage", "encryptioninfo"];

/// The rows of the sheet.
pub(super) struct XlsRows(SheetRecords);

impl XlsRows {
    /// The name of the sheet, and its rows.
    pub(super) fn open(source: &dyn FileSource) -> Result<(String, Self), SheetError> {
        let bytes = whole(source, |beginning| beginning == compound::BEGINNING)?;
        let compound = Compound::parse(bytes.ok_or_else(wrong_format)?)?;
        for name in compound.names() {
            let name = name.to_lowercase();
            if MACROS.contains(&name.as_str()) {
                return Err(macros().into());
            }
            if ENCRYPTED.contains(&name.as_str()) {
                return Err(encrypted().into());
            }
            // Objects of other programs.
            if name.starts_with("mbd") {
                return Err(FileFault::new("nested_archive", "the file holds another file that holds files").into());
            }
        }
        let Some(stream) = compound.stream("workbook")? else {
            let old = compound.names().any(|name| name.eq_ignore_ascii_case("book"));
            return Err(if old { old_spreadsheet() } else { wrong_format() }.into());
        };
        drop(compound);
        let book = Book::read(&stream)?;
        Ok((book.name, Self(SheetRecords::open(stream.into(), book.at, book.common)?)))
    }
}

impl Rows for XlsRows {
    fn next_row(&mut self) -> Result<Option<SheetRow>, SheetError> {
        self.0.next_row()
    }
}

fn macros() -> FileFault {
    FileFault::new("macros", "the file holds macros: save it without them")
}

fn encrypted() -> FileFault {
    FileFault::new("encrypted_file", "the file is encrypted")
}

fn old_spreadsheet() -> FileFault {
    FileFault::new("old_spreadsheet", "the file is older than Excel 97: save it as XLSX")
}

/// The fault of a file that is damaged.
fn broken() -> FileFault {
    FileFault::new("broken_spreadsheet", "the file is damaged")
}
