// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tables for tests: read to the end, refused, and built by hand.
#![allow(dead_code, unreachable_pub, reason = "each test uses what it needs")]

use std::io::{Cursor, Error, ErrorKind, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tramite_documents::sheet::{BytesSource, FileFault, FileSource, ReadSeek, Sheet, SheetCell, SheetError, SheetRow};
use tramite_domain::import::FileFormat;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// All rows, or what refuses them.
pub fn read(source: &dyn FileSource, format: FileFormat) -> Result<Vec<SheetRow>, SheetError> {
    let mut sheet = Sheet::open(source, format)?;
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row()? {
        rows.push(row);
    }
    Ok(rows)
}

/// The cells of all rows.
pub fn cells(bytes: &[u8], format: FileFormat) -> Vec<Vec<SheetCell>> {
    read(&BytesSource::new(bytes), format).unwrap().into_iter().map(|row| row.cells).collect()
}

/// Why a file is refused.
pub fn refused(source: &dyn FileSource, format: FileFormat) -> FileFault {
    match read(source, format) {
        Err(SheetError::File(fault)) => fault,
        Err(SheetError::Io(error)) => panic!("it cannot be reached: {error}"),
        Ok(rows) => panic!("it is read: {} rows", rows.len()),
    }
}

/// The code of it.
pub fn code(bytes: &[u8], format: FileFormat) -> &'static str {
    refused(&BytesSource::new(bytes), format).code
}

pub fn text(text: &str) -> SheetCell {
    SheetCell::Text(text.to_owned())
}

pub fn number(number: &str) -> SheetCell {
    SheetCell::Number(number.to_owned())
}

pub fn day(day: &str) -> SheetCell {
    SheetCell::Day(day.parse().unwrap())
}

pub fn moment(moment: &str) -> SheetCell {
    SheetCell::Moment(moment.parse().unwrap())
}

/// Counts the bytes that are read of a file.
pub struct Counted<S> {
    pub source: S,
    pub read: Arc<AtomicU64>,
}

impl<S: FileSource> Counted<S> {
    pub fn new(source: S) -> Self {
        Self { source, read: Arc::default() }
    }

    pub fn bytes(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl<S: FileSource> FileSource for Counted<S> {
    fn open(&self) -> std::io::Result<Box<dyn ReadSeek>> {
        Ok(Box::new(Counting { inner: self.source.open()?, read: Arc::clone(&self.read) }))
    }
}

struct Counting {
    inner: Box<dyn ReadSeek>,
    read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(u64::try_from(read).unwrap(), Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Counting {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

/// A file of which no more than so many bytes can be reached, over all its openings.
pub struct Failing {
    pub bytes: Vec<u8>,
    pub reached: Arc<AtomicU64>,
}

impl FileSource for Failing {
    fn open(&self) -> std::io::Result<Box<dyn ReadSeek>> {
        Ok(Box::new(FailingReader { inner: Cursor::new(self.bytes.clone()), left: Arc::clone(&self.reached) }))
    }
}

struct FailingReader {
    inner: Cursor<Vec<u8>>,
    left: Arc<AtomicU64>,
}

impl Read for FailingReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = u64::try_from(self.inner.read(buffer)?).unwrap();
        let left = self.left.load(Ordering::Relaxed);
        // What an archive says when it is damaged: the two must not be mistaken for each other.
        self.left.store(left.checked_sub(read).ok_or_else(|| Error::from(ErrorKind::InvalidData))?, Ordering::Relaxed);
        Ok(usize::try_from(read).unwrap())
    }
}

impl Seek for FailingReader {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

/// An archive with these entries, deflated.
pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    archive_by(entries, CompressionMethod::Deflated)
}

/// An archive with these entries.
pub fn archive_by(entries: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
pub const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The parts of a spreadsheet of Office Open XML, in which one sheet has this between its `sheetData`.
pub fn xlsx_parts(data: &str) -> Vec<(String, Vec<u8>)> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
    };
    let relations = |all: &[String]| format!("<Relationships>{}</Relationships>", all.concat());
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>
        <numFmt numFmtId="165" formatCode="000000"/></numFmts>
        <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
    let texts = r#"<sst><si><t>shared</t></si><si><r><t>ri</t></r><r><rPr/><t xml:space="preserve">ch </t></r>
        <rPh sb="0" eb="1"><t>spoken</t></rPh></si><si><t>a &amp; &#x62;_x000D_</t></si><si/></sst>"#;
    let parts = [
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("_rels/.rels", relations(&[relation("rId1", "officeDocument", "xl/workbook.xml")])),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Hidden" sheetId="1" state="hidden" r:id="rId4"/>
                <sheet name="Chart" sheetId="2" r:id="rId5"/><sheet name="Seen" sheetId="3" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            relations(&[
                relation("rId1", "worksheet", "worksheets/sheet1.xml"),
                relation("rId2", "styles", "/xl/styles.xml"),
                relation("rId3", "sharedStrings", "../xl/sharedStrings.xml"),
                relation("rId4", "worksheet", "worksheets/hidden.xml"),
                relation("rId5", "chartsheet", "worksheets/chart.xml"),
            ]),
        ),
        ("xl/styles.xml", styles.to_owned()),
        ("xl/sharedStrings.xml", texts.to_owned()),
        (
            "xl/worksheets/sheet1.xml",
            format!(r#"<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>"#),
        ),
    ];
    parts.into_iter().map(|(name, part)| (name.to_owned(), part.into_bytes())).collect()
}

/// The same as a file, with further entries after it.
pub fn xlsx_and(data: &str, further: &[(&str, &[u8])]) -> Vec<u8> {
    let parts = xlsx_parts(data);
    let mut entries: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
    entries.extend_from_slice(further);
    archive(&entries)
}

/// The same as a file.
pub fn xlsx(data: &str) -> Vec<u8> {
    xlsx_and(data, &[])
}

/// A spreadsheet of OpenDocument, with these tables and styles before them.
pub fn ods_and(styles: &str, tables: &str, further: &[(&str, &[u8])]) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body>\
        <office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    let mut entries: Vec<(&str, &[u8])> = vec![
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
        ("content.xml", content.as_bytes()),
    ];
    entries.retain(|(name, _)| further.iter().all(|(other, _)| other != name));
    entries.extend_from_slice(further);
    archive(&entries)
}

/// One table with these rows.
pub fn ods(rows: &str) -> Vec<u8> {
    ods_and("", &format!(r#"<table:table table:name="T"><table:table-column/>{rows}</table:table>"#), &[])
}
