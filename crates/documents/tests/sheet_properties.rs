// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whatever stands in a table: what another program writes is read as it was, and what nobody wrote ends without a panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod tables;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use tables::{cells, ods, read, xlsx};
use tramite_documents::sheet::{BytesSource, Sheet, SheetCell};
use tramite_domain::cell::{neutral, plain};
use tramite_domain::import::FileFormat;

const FORMATS: [FileFormat; 4] = [FileFormat::Csv, FileFormat::Xlsx, FileFormat::Ods, FileFormat::Xls];

/// What is read of a cell that was written.
fn expected(cell: &str) -> SheetCell {
    let cell = plain(cell);
    if cell.trim().is_empty() { SheetCell::Empty } else { SheetCell::Text(cell.to_owned()) }
}

/// Rows as they are read: without what is empty at their ends, and without those that are wholly empty.
fn as_read(rows: &[Vec<String>]) -> Vec<Vec<SheetCell>> {
    let row = |row: &Vec<String>| {
        let mut cells: Vec<SheetCell> = row.iter().map(|cell| expected(cell)).collect();
        let filled = cells.iter().rposition(|cell| *cell != SheetCell::Empty).map_or(0, |last| last + 1);
        cells.truncate(filled);
        cells
    };
    rows.iter().map(row).filter(|cells| !cells.is_empty()).collect()
}

/// Characters that a table is made of, more often than any others.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-z;,'\"\t\r\n =]{0,6}", 1 => "[ -~àèìòù€😀]{0,12}"]
}

fn read_all(bytes: Vec<u8>, format: FileFormat) {
    if let Ok(mut sheet) = Sheet::open(&BytesSource::new(bytes), format) {
        while let Ok(Some(row)) = sheet.next_row() {
            assert!(!row.cells.is_empty() && row.line > 0);
        }
    }
}

proptest! {
    #[test]
    fn what_another_program_writes_is_read_as_it_was(
        rows in vec(vec(cell(), 4), 1..6),
        delimiter in prop_oneof![Just(b';'), Just(b','), Just(b'\t')],
        always in any::<bool>(),
        crlf in any::<bool>(),
    ) {
        let style = if always { QuoteStyle::Always } else { QuoteStyle::Necessary };
        let end = if crlf { Terminator::CRLF } else { Terminator::Any(b'\n') };
        let mut writer = WriterBuilder::new().delimiter(delimiter).quote_style(style).terminator(end).from_writer(Vec::new());
        // The header says which delimiter it is.
        writer.write_record(["a", "b", "c", "d"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let file = writer.into_inner().unwrap();
        prop_assert_eq!(cells(&file, FileFormat::Csv)[1..].to_vec(), as_read(&rows), "{:?}", String::from_utf8_lossy(&file));
    }

    #[test]
    fn a_text_that_was_made_harmless_comes_back(text in "[='+@\t\r-]{0,2}[ -~à]{1,8}[a-z]") {
        let mut writer = WriterBuilder::new().quote_style(QuoteStyle::Always).from_writer(Vec::new());
        writer.write_record([&neutral(&text), "x"]).unwrap();
        let read = cells(&writer.into_inner().unwrap(), FileFormat::Csv);
        prop_assert_eq!(&read[0][0], &SheetCell::Text(text));
    }

    #[test]
    fn bytes_that_nobody_wrote_end(bytes in vec(any::<u8>(), 0..300), magic in 0_usize..4) {
        let begin: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xEF\xBB\xBF"];
        for format in FORMATS {
            read_all([begin[magic], &bytes].concat(), format);
        }
    }

    #[test]
    fn xml_that_nobody_wrote_ends(pieces in vec(prop_oneof![
        Just("<row r=\"1\">"), Just("</row>"), Just("<row>"), Just("<c>"), Just("<c r=\"B1\" t=\"s\">"), Just("</c>"), Just("<v>"), Just("1"),
        Just("</v>"), Just("<is>"), Just("<t>"), Just("a"), Just("</t>"), Just("</is>"), Just("<rPh/>"), Just("&#65;"), Just("</sheetData>"),
    ], 0..24)) {
        read_all(xlsx(&pieces.concat()), FileFormat::Xlsx);
    }

    #[test]
    fn tables_that_nobody_wrote_end(pieces in vec(prop_oneof![
        Just("<table:table-row>"), Just("</table:table-row>"), Just("<table:table-row table:number-rows-repeated=\"3\">"),
        Just("<table:table-cell>"), Just("<table:table-cell office:value-type=\"string\">"), Just("</table:table-cell>"),
        Just("<table:table-cell office:value-type=\"float\" office:value=\"1\" table:number-columns-repeated=\"2\"/>"),
        Just("<text:p>"), Just("</text:p>"), Just("a"), Just(" "), Just("<text:s/>"), Just("</table:table>"), Just("<text:note>"),
    ], 0..24)) {
        read_all(ods(&pieces.concat()), FileFormat::Ods);
    }

    #[test]
    fn an_xls_with_a_changed_byte_ends(place in 0_usize..64_512, byte in any::<u8>()) {
        let mut file = include_bytes!("fixtures/positions.xls").to_vec();
        let at = place % file.len();
        file[at] = byte;
        read_all(file, FileFormat::Xls);
    }
}

#[test]
fn the_untouched_ones_are_read() {
    assert!(read(&BytesSource::new(xlsx("<row><c><v>1</v></c></row>")), FileFormat::Xlsx).unwrap().len() == 1);
}
