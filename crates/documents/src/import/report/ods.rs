// SPDX-License-Identifier: AGPL-3.0-or-later
//! A report as a spreadsheet of OpenDocument (ISO/IEC 26300): the least that a program needs to read one.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::sheet::SheetCell;
use crate::table::TableError;

const MEDIA_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";
const BEGINNING: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0""#,
    r#" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0""#,
    r#" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">"#,
    "<office:body><office:spreadsheet>",
);
const END: &str = "</table:table></office:spreadsheet></office:body></office:document-content>";
const MANIFEST: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8"?>"#,
    r#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">"#,
    r#"<manifest:file-entry manifest:full-path="/""#,
    r#" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>"#,
    r#"<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>"#,
    "</manifest:manifest>",
);

/// A spreadsheet that is being written.
pub(super) struct Ods {
    zip: ZipWriter<Cursor<Vec<u8>>>,
}

impl Ods {
    pub(super) fn new(name: &str, columns: &[String]) -> Result<Self, TableError> {
        let mut ods = Self { zip: ZipWriter::new(Cursor::new(Vec::new())) };
        ods.begin(name).map_err(TableError::of)?;
        let header: Vec<SheetCell> = columns.iter().map(|column| SheetCell::Text(column.clone())).collect();
        ods.row(&header)?;
        Ok(ods)
    }

    /// The media type comes first and as it is, so that programs find it at its place in the file.
    fn begin(&mut self, name: &str) -> std::io::Result<()> {
        let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.zip.start_file("mimetype", plain)?;
        self.zip.write_all(MEDIA_TYPE.as_bytes())?;
        self.zip.start_file("META-INF/manifest.xml", packed)?;
        self.zip.write_all(MANIFEST.as_bytes())?;
        self.zip.start_file("content.xml", packed)?;
        write!(self.zip, r#"{BEGINNING}<table:table table:name="{}">"#, escaped(name))
    }

    pub(super) fn row(&mut self, cells: &[SheetCell]) -> Result<(), TableError> {
        let mut row = String::from("<table:table-row>");
        cells.iter().for_each(|one| row.push_str(&cell(one)));
        row.push_str("</table:table-row>");
        self.zip.write_all(row.as_bytes()).map_err(TableError::of)
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>, TableError> {
        self.zip.write_all(END.as_bytes()).map_err(TableError::of)?;
        Ok(self.zip.finish().map_err(TableError::of)?.into_inner())
    }
}

fn cell(cell: &SheetCell) -> String {
    let (attributes, shown) = match cell {
        SheetCell::Empty | SheetCell::Unread(_) => return "<table:table-cell/>".to_owned(),
        SheetCell::Text(text) => {
            (format!(r#"office:value-type="string" office:string-value="{}""#, escaped(text)), escaped(text))
        }
        SheetCell::Number(number) => {
            (format!(r#"office:value-type="float" office:value="{}""#, escaped(number)), escaped(number))
        }
        SheetCell::Day(day) => (format!(r#"office:value-type="date" office:date-value="{day}""#), day.to_string()),
        SheetCell::Moment(moment) => {
            let moment = moment.format("%Y-%m-%dT%H:%M:%S").to_string();
            (format!(r#"office:value-type="date" office:date-value="{moment}""#), moment)
        }
    };
    format!("<table:table-cell {attributes}><text:p>{shown}</text:p></table:table-cell>")
}

/// A text for an element or an attribute. What XML cannot say at all is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}
