// SPDX-License-Identifier: AGPL-3.0-or-later
//! Archives that would harm: each is refused by the name of what it does, in bounded memory and time (rules.md 45).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod tables;

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tables::{
    Counted, Failing, archive, archive_by, cells, code, ods_and, read, refused, text, xlsx, xlsx_and, xlsx_parts,
};
use tramite_documents::sheet::limits::{
    ARCHIVE_ENTRIES_MAX, ARCHIVE_EXPANDED_BYTES_MAX, ARCHIVE_NAME_BYTES_MAX, ARCHIVE_RATIO_FROM_BYTES, PARTS_BYTES_MAX,
    SPREADSHEET_BYTES_MAX,
};
use tramite_documents::sheet::{BytesSource, SheetError};
use tramite_domain::import::FileFormat::{Ods, Xls, Xlsx};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const ROW: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>"#;
/// Places in an entry of the directory.
const FLAGS: usize = 8;
const CRC: usize = 16;
const PACKED: usize = 20;
const EXPANDED: usize = 24;
const HEADER_AT: usize = 42;

/// Where the directory has the entry of that name.
fn directory_entry(file: &[u8], name: &str) -> usize {
    let starts = |place: &usize| file[*place..].starts_with(b"PK\x01\x02");
    (0..file.len()).filter(starts).find(|place| file[place + 46..].starts_with(name.as_bytes())).unwrap()
}

fn patched(mut file: Vec<u8>, name: &str, field: usize, bytes: &[u8]) -> Vec<u8> {
    let at = directory_entry(&file, name) + field;
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

/// Bytes that no archive makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn an_archive_that_harms_nobody_is_read() {
    let further: [(&str, &[u8]); 3] =
        [("docProps/app.xml", b"<Properties/>"), ("xl/media/", b""), ("xl/media/a.png", b"\x89PNG")];
    assert_eq!(cells(&xlsx_and(ROW, &further), Xlsx), [[text("a")]]);
    let stored: Vec<_> = xlsx_parts(ROW);
    let stored: Vec<(&str, &[u8])> = stored.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
    assert_eq!(cells(&archive_by(&stored, CompressionMethod::Stored), Xlsx), [[text("a")]]);
    // What stands after the directory is its comment, where it says so.
    let mut commented = xlsx(ROW);
    let length = commented.len();
    commented[length - 2] = 3;
    commented.extend_from_slice(b"abc");
    assert_eq!(cells(&commented, Xlsx), [[text("a")]]);
}

#[test]
fn a_bomb_that_says_what_it_is_is_refused_before_it_is_inflated() {
    let zeros = vec![0; usize::try_from(ARCHIVE_RATIO_FROM_BYTES).unwrap() + 1];
    let bomb = xlsx_and(ROW, &[("xl/media/zeros.bin", &zeros)]);
    let begun = Instant::now();
    let source = Counted::new(BytesSource::new(bomb.as_slice()));
    assert_eq!(refused(&source, Xlsx).code, "archive_ratio");
    assert!(source.bytes() <= 2 * u64::try_from(bomb.len()).unwrap());

    let large = noise(2 << 20);
    let file = archive_by(&[("a", &large), ("b", &large)], CompressionMethod::Stored);
    let said = u32::try_from(ARCHIVE_EXPANDED_BYTES_MAX / 2 + 1).unwrap().to_le_bytes();
    let file = patched(patched(file, "a", EXPANDED, &said), "b", EXPANDED, &said);
    assert_eq!(code(&file, Xlsx), "archive_expanded");
    assert_eq!(code(&file, Ods), "archive_expanded");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_bomb_that_says_it_is_small_is_refused_as_soon_as_it_is_larger() {
    let begun = Instant::now();
    let zeros = vec![0; 64 << 20];
    let bomb = patched(xlsx_and(ROW, &[("xl/media/zeros.bin", &zeros)]), "xl/media/zeros.bin", EXPANDED, &[1, 0, 0, 0]);
    let checked = Instant::now();
    assert_eq!(code(&bomb, Xlsx), "archive_size");
    assert!(checked.elapsed() < Duration::from_secs(1), "{:?} of {:?}", checked.elapsed(), begun.elapsed());
    // Bytes that nothing is made of would make the ratio look smaller.
    let last = xlsx_and(ROW, &[("xl/media/x.bin", b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]);
    assert_eq!(code(&patched(last, "xl/media/x.bin", PACKED, &[0, 1, 0, 0]), Xlsx), "archive_size");
    // One that is smaller than it says is damaged as well.
    assert_eq!(code(&patched(xlsx(ROW), "xl/styles.xml", EXPANDED, &[0, 0, 1, 0]), Xlsx), "archive_size");
}

#[test]
fn an_archive_within_an_archive_is_refused_by_its_name_and_by_its_bytes() {
    let inner = archive(&[("a", b"b")]);
    for name in ["xl/embeddings/sheet.XLSX", "xl/a.zip", "a.ods", "b.docx", "c.tar.gz", "d.7z"] {
        assert_eq!(code(&xlsx_and(ROW, &[(name, b"")]), Xlsx), "nested_archive", "{name}");
    }
    let others: [&[u8]; 5] =
        [&inner, b"\x1F\x8B\x08\0", b"7z\xBC\xAF\x27\x1C", b"Rar!\x1A\x07", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
    for bytes in others {
        assert_eq!(code(&xlsx_and(ROW, &[("xl/media/image1.png", bytes)]), Xlsx), "nested_archive", "{bytes:?}");
    }
    assert_eq!(code(&ods_and("", "", &[("Object 1/inner", &inner)]), Ods), "nested_archive");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    let long = "a".repeat(ARCHIVE_NAME_BYTES_MAX + 1);
    for name in [
        "../evil.xml",
        "xl/../../evil",
        "/etc/passwd",
        "xl\\evil",
        "C:evil",
        "xl//a",
        "./a",
        "..",
        "XL/Workbook.xml",
        &long,
    ] {
        assert_eq!(code(&xlsx_and(ROW, &[(name, b"x")]), Xlsx), "archive_path", "{name}");
    }
    let no_text = patched(xlsx_and(ROW, &[("xl/name", b"x")]), "xl/name", 46, b"xl\xFFname");
    assert_eq!(code(&no_text, Xlsx), "archive_path");
}

#[test]
fn macros_are_refused_wherever_they_stand() {
    for name in
        ["xl/vbaProject.bin", "xl/vbaData.xml", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/activeX/a.xml"]
    {
        assert_eq!(code(&xlsx_and(ROW, &[(name, b"x")]), Xlsx), "macros", "{name}");
    }
    for name in ["Basic/Standard/Module1.xml", "Scripts/python/a.py"] {
        assert_eq!(code(&ods_and("", "", &[(name, b"x")]), Ods), "macros", "{name}");
    }
}

#[test]
fn encrypted_files_are_refused_as_such() {
    let file = patched(xlsx(ROW), "xl/styles.xml", FLAGS, &[1, 0]);
    assert_eq!(code(&file, Xlsx), "encrypted_file");
    let manifest = b"<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    assert_eq!(code(&ods_and("", "", &[("META-INF/manifest.xml", manifest)]), Ods), "encrypted_file");
    // An encrypted XLSX is no archive any more.
    let mut compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    assert_eq!(code(&compound, Xlsx), "wrong_format");
    compound.extend("..EncryptedPackage..".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(code(&compound, Xlsx), "encrypted_file");
}

#[test]
fn the_size_and_the_entries_of_an_archive_are_bounded() {
    let names: Vec<String> = (0..ARCHIVE_ENTRIES_MAX).map(|entry| format!("e{entry}")).collect();
    let further: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(code(&xlsx_and(ROW, &further), Xlsx), "archive_entries");
    let few = ARCHIVE_ENTRIES_MAX - xlsx_parts(ROW).len();
    assert_eq!(cells(&xlsx_and(ROW, &further[..few]), Xlsx), [[text("a")]]);

    let mut large = vec![0; usize::try_from(SPREADSHEET_BYTES_MAX).unwrap() + 1];
    large[..4].copy_from_slice(b"PK\x03\x04");
    let source = Counted::new(BytesSource::new(large.as_slice()));
    assert_eq!(refused(&source, Xlsx).code, "spreadsheet_too_large");
    assert!(source.bytes() < 1 << 10);
    large[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    assert_eq!(code(&large, Xls), "spreadsheet_too_large");
}

#[test]
fn a_directory_that_lies_is_refused() {
    let file = xlsx(ROW);
    let name = "xl/styles.xml";
    assert_eq!(code(&patched(file.clone(), name, CRC, &[1, 2, 3, 4]), Xlsx), "broken_archive");
    assert_eq!(code(&patched(file.clone(), name, HEADER_AT, &[9, 0, 0, 0]), Xlsx), "broken_archive");
    assert_eq!(code(&patched(file.clone(), name, HEADER_AT, &[0xF0; 4]), Xlsx), "broken_archive");
    assert_eq!(code(&patched(file.clone(), name, 10, &[12, 0]), Xlsx), "archive_form");
    assert_eq!(code(&patched(file.clone(), name, 0, b"PK\x01\x03"), Xlsx), "broken_archive");
    // More entries than there are, a directory elsewhere, and sizes of eight bytes that are not there.
    let end = file.len() - 22;
    let changed = |at: usize, bytes: &[u8]| {
        let mut file = file.clone();
        file[end + at..end + at + bytes.len()].copy_from_slice(bytes);
        file
    };
    assert_eq!(code(&changed(10, &[200, 0]), Xlsx), "broken_archive");
    assert_eq!(code(&changed(10, &[0xFF, 0xFF]), Xlsx), "archive_entries");
    assert_eq!(code(&changed(16, &[0, 0, 0, 0x7F]), Xlsx), "broken_archive");
    assert_eq!(code(&patched(file.clone(), name, EXPANDED, &[0xFF; 4]), Xlsx), "broken_archive");
    assert_eq!(code(b"PK\x03\x04", Xlsx), "broken_archive");
    assert_eq!(code(b"PK", Ods), "broken_archive");
}

#[test]
fn an_archive_without_what_makes_it_a_spreadsheet_is_refused() {
    assert_eq!(code(&archive(&[("a.txt", b"b")]), Xlsx), "wrong_format");
    assert_eq!(code(&archive(&[("a.txt", b"b")]), Ods), "wrong_format");
    let document = ods_and("", "", &[("mimetype", b"application/vnd.oasis.opendocument.text")]);
    assert_eq!(code(&document, Ods), "wrong_format");
    let kind = b"application/vnd.oasis.opendocument.spreadsheet-template";
    assert_eq!(code(&ods_and("", "", &[("mimetype", kind)]), Ods), "wrong_format");
}

#[test]
fn xml_is_bounded_and_defines_nothing() {
    let with = |part: &str| {
        let mut parts = xlsx_parts(ROW);
        parts.iter_mut().find(|(name, _)| name == "xl/styles.xml").unwrap().1 = part.as_bytes().to_vec();
        let entries: Vec<(&str, &[u8])> = parts.iter().map(|(name, part)| (name.as_str(), part.as_slice())).collect();
        archive(&entries)
    };
    let laughs = r#"<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"#;
    assert_eq!(code(&with(laughs), Xlsx), "xml_doctype");
    assert_eq!(code(&with(r#"<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>"#), Xlsx), "xml_doctype");
    assert_eq!(code(&with(&"<a>".repeat(65)), Xlsx), "xml_too_deep");
    let attributes: String = (0..60_000).map(|number| format!(r#" a{number}="1""#)).collect();
    assert_eq!(code(&with(&format!("<a{attributes}/>")), Xlsx), "xml_too_long");
    assert_eq!(code(&with(&format!("<a>{}</a>", "x".repeat(300_000))), Xlsx), "xml_too_long");
    for broken in ["", "<a>", "<a></b>", "<a", "no xml", "<a b=></a><numFmt x='&y;' numFmtId=\"&y;\"/>"] {
        assert_eq!(code(&with(broken), Xlsx), "broken_xml", "{broken}");
    }
    assert_eq!(code(&with("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>"), Xlsx), "xml_encoding");
    let declared = with("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?><a/>");
    assert_eq!(cells(&declared, Xlsx), [[text("a")]]);
    let entity = r#"<row r="1"><c r="A1"><v>&unknown;</v></c></row>"#;
    assert_eq!(code(&xlsx(entity), Xlsx), "broken_xml");
}

/// An archive in which an entry has this so many times, each with another name of so many bytes, between a beginning and an end; the
/// others are as they are.
fn repeated(others: &[(String, Vec<u8>)], entry: &str, [begin, each, end]: [&str; 3], names: &Names) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in others.iter().filter(|(name, _)| name != entry) {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.start_file(entry, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
    writer.write_all(begin.as_bytes()).unwrap();
    // A hundredth of each cannot be made smaller: so its ratio is no bomb's.
    let noise: String = noise(names.bytes / 100).iter().map(|byte| char::from(b'a' + byte % 16)).collect();
    let rest = "x".repeat(names.bytes - noise.len() - 7);
    for number in 0..names.count {
        let name = format!("{number:07}{noise}{rest}");
        writer.write_all(each.replace("NAME", &name).as_bytes()).unwrap();
    }
    writer.write_all(end.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// How many names, and the bytes of each.
struct Names {
    count: usize,
    bytes: usize,
}

/// A spreadsheet of OpenDocument in which so many styles hide tables, and one table has none of them.
fn hidden_styles(names: &Names) -> Vec<u8> {
    let others = [
        ("mimetype".to_owned(), b"application/vnd.oasis.opendocument.spreadsheet".to_vec()),
        ("META-INF/manifest.xml".to_owned(), b"<manifest:manifest/>".to_vec()),
    ];
    let style = r#"<style:style style:name="NAME"><style:table-properties table:display="false"/></style:style>"#;
    let table = r#"<table:table table:name="T"></table:table></office:document-content>"#;
    repeated(&others, "content.xml", ["<office:document-content>", style, table], names)
}

/// A spreadsheet of Office Open XML in which so many relations have such an id, or such a target.
fn relations(entry: &str, id: &str, target: &str, names: &Names) -> Vec<u8> {
    let others = xlsx_parts(ROW);
    let relations = others.iter().find(|(name, _)| name == entry).unwrap().1.clone();
    let begin = String::from_utf8(relations).unwrap().replace("</Relationships>", "");
    let each = format!(r#"<Relationship Id="{id}" Type="worksheet" Target="{target}"/>"#);
    repeated(&others, entry, [&begin, &each, "</Relationships>"], names)
}

/// A spreadsheet of Office Open XML in which so many sheets have such a name, and no part.
fn sheets(names: &Names) -> Vec<u8> {
    let others = xlsx_parts(ROW);
    let book = others.iter().find(|(name, _)| name == "xl/workbook.xml").unwrap().1.clone();
    let begin = String::from_utf8(book).unwrap().replace("</sheets></workbook>", "");
    repeated(&others, "xl/workbook.xml", [&begin, r#"<sheet name="NAME" r:id="n"/>"#, "</sheets></workbook>"], names)
}

#[test]
fn a_bomb_of_long_names_is_refused_before_they_are_held() {
    let names = Names { count: 1_000, bytes: 250 << 10 };
    let bombs = [
        (hidden_styles(&names), Ods),
        (relations("xl/_rels/workbook.xml.rels", "NAME", "a", &names), Xlsx),
        (sheets(&names), Xlsx),
    ];
    let begun = Instant::now();
    for (bomb, format) in &bombs {
        assert_eq!(code(bomb, *format), "too_many_parts");
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn the_names_of_the_parts_of_a_spreadsheet_are_bounded_together() {
    let bytes = PARTS_BYTES_MAX / 64;
    let (fewer, many) = (Names { count: 63, bytes }, Names { count: 65, bytes });
    assert_eq!(cells(&hidden_styles(&fewer), Ods).len(), 0);
    assert_eq!(code(&hidden_styles(&many), Ods), "too_many_parts");
    for entry in ["_rels/.rels", "xl/_rels/workbook.xml.rels"] {
        for (id, target) in [("NAME", "a"), ("a", "NAME")] {
            assert_eq!(cells(&relations(entry, id, target, &fewer), Xlsx), [[text("a")]], "{entry} {id}");
            assert_eq!(code(&relations(entry, id, target, &many), Xlsx), "too_many_parts", "{entry} {id}");
        }
    }
    assert_eq!(cells(&sheets(&fewer), Xlsx), [[text("a")]]);
    assert_eq!(code(&sheets(&many), Xlsx), "too_many_parts");
}

#[test]
fn an_archive_that_cannot_be_reached_is_at_no_fault() {
    let bytes = xlsx(ROW);
    let whole = Counted::new(BytesSource::new(bytes.as_slice()));
    read(&whole, Xlsx).unwrap();
    for reached in (0..whole.bytes()).step_by(61) {
        let source = Failing { bytes: bytes.clone(), reached: Arc::new(reached.into()) };
        match read(&source, Xlsx) {
            Err(SheetError::Io(_)) => {}
            other => panic!("{reached} of {}: {other:?}", whole.bytes()),
        }
    }
}
