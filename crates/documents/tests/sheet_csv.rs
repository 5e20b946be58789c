// SPDX-License-Identifier: AGPL-3.0-or-later
//! CSV as spreadsheets write it, and as it must not be (rules.md 42, 45).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests state what they expect")]

mod tables;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tables::{Counted, Failing, cells, code, read, refused, text};
use tramite_documents::sheet::limits::{CELL_READ_CHARS_MAX, COLUMNS_MAX, ROW_BYTES_MAX, ROWS_MAX};
use tramite_documents::sheet::{BytesSource, Encoding, Sheet, SheetCell, SheetError, Unread};
use tramite_documents::{Cell, csv};
use tramite_domain::import::FileFormat::Csv;

fn info(bytes: &[u8]) -> (Encoding, char) {
    let sheet = Sheet::open(&BytesSource::new(bytes), Csv).unwrap();
    (sheet.info().encoding.unwrap(), sheet.info().delimiter.unwrap())
}

#[test]
fn the_delimiter_is_what_parts_the_first_row_outside_of_quotes() {
    for (file, delimiter) in [
        ("a;b,c;d\n", ';'),
        ("a,b;c,d\n", ','),
        ("a\tb\tc;d\n", '\t'),
        ("\"a,b,c,d\";e\n1,2,3,4;5\n", ';'),
        ("\"a \"\"x,y\"\" ,\n,;\",b\n", ','),
        ("\n\r\na,b\n", ','),
        ("one\n1;2\n", ';'),
        ("a;b,c\n", ';'),
        ("", ';'),
    ] {
        assert_eq!(info(file.as_bytes()).1, delimiter, "{file:?}");
    }
}

#[test]
fn quotes_hold_delimiters_quotes_and_line_breaks() {
    for end in ["\n", "\r\n", "\r"] {
        let file = format!(
            "a;b;c{end}\"1;2\";\"say \"\"hi\"\"\";\"x{end}y\"{end}{end};;{end} ; ;{end}5\" pipe;;'007{end}last"
        );
        let rows = read(&BytesSource::new(file.into_bytes()), Csv).unwrap();
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [1, 2, 7, 8], "{end:?}");
        assert_eq!(rows[1].cells, [text("1;2"), text("say \"hi\""), text(&format!("x{end}y"))]);
        assert_eq!(rows[2].cells, [text("5\" pipe"), SheetCell::Empty, text("007")]);
        assert_eq!(rows[3].cells, [text("last")]);
    }
}

#[test]
fn a_file_of_nothing_or_of_a_header_alone_is_no_fault() {
    for file in ["", "\n\n", "\u{feff}", " ;\n"] {
        assert_eq!(cells(file.as_bytes(), Csv), Vec::<Vec<SheetCell>>::new(), "{file:?}");
    }
    assert_eq!(cells(b"a;b", Csv), [[text("a"), text("b")]]);
    assert_eq!(cells(b"\"a\";\"b\"\r\n", Csv), [[text("a"), text("b")]]);
}

#[test]
fn a_file_is_of_one_encoding_whole() {
    let mut file = "nome\n".repeat(40_000).into_bytes();
    assert_eq!(info(&file).0, Encoding::Utf8);
    let old = [file.as_slice(), b"citt\xE0"].concat();
    assert_eq!(info(&old).0, Encoding::Windows1252);
    file.extend_from_slice("città €\n".as_bytes());
    assert_eq!(info(&file).0, Encoding::Utf8);
    // One broken byte must not make every other name unreadable; the line is where what there is less of stands.
    let mixed = |file: &[u8]| {
        let fault = refused(&BytesSource::new(file), Csv);
        (fault.code, fault.line)
    };
    assert_eq!(mixed(&[file.as_slice(), b"x\ncitt\xE0"].concat()), ("mixed_encoding", Some(40_003)));
    assert_eq!(mixed(&[file.as_slice(), b"x\nNiccol\xC3"].concat()), ("mixed_encoding", Some(40_003)));
    assert_eq!(
        mixed("\u{e0}\n".bytes().chain(*b"\xE0\n\xE8\n").collect::<Vec<u8>>().as_slice()),
        ("mixed_encoding", Some(1))
    );
    assert_eq!(cells(b"citt\xE0 \x80 \x93x\x94", Csv), [[text("città € “x”")]]);
    assert_eq!(info("\u{feff}à".as_bytes()).0, Encoding::Utf8Bom);
    assert_eq!(cells("\u{feff}\"à\";b".as_bytes(), Csv), [[text("à"), text("b")]]);
    // A character that is cut by the end of what is read at once.
    for before in (1 << 16) - 5..=1 << 16 {
        let file = format!("{}😀à", "x\n".repeat(before).get(..before).unwrap());
        assert_eq!(info(file.as_bytes()).0, Encoding::Utf8);
    }
}

#[test]
fn a_row_says_how_many_cells_it_has_with_empty_ones_at_its_end() {
    let rows = read(&BytesSource::new(*b"a,b,c,\n1,2,3,4,\n1\n,,,,,\n1, ,\n"), Csv).unwrap();
    let widths: Vec<(usize, usize)> = rows.iter().map(|row| (row.cells.len(), row.width)).collect();
    assert_eq!(widths, [(3, 4), (4, 5), (1, 1), (1, 3)]);
}

#[test]
fn what_is_no_text_is_refused_by_name() {
    assert_eq!(code(b"\xFF\xFEa\0;\0", Csv), "utf_16");
    assert_eq!(code(b"\xFE\xFF\0a\0;", Csv), "utf_16");
    assert_eq!(code(b"\xEF\xBB\xBFa\xE0b", Csv), "not_utf_8");
    let nul = refused(&BytesSource::new(*b"a;b\n1;2\n3;\x004\n"), Csv);
    assert_eq!((nul.code, nul.line), ("nul_byte", Some(3)));
    // The lines of what was looked at before are counted once.
    let late = refused(&BytesSource::new(format!("{}\0", "à\n".repeat(1 << 16)).as_bytes()), Csv);
    assert_eq!((late.code, late.line), ("nul_byte", Some((1 << 16) + 1)));
    let unknown = refused(&BytesSource::new(*b"a;b\n1;\xE0\x81\n"), Csv);
    assert_eq!((unknown.code, unknown.line, unknown.column.as_deref()), ("unknown_character", Some(2), Some("2")));
}

#[test]
fn quotes_that_can_be_read_in_two_ways_are_refused() {
    let broken = refused(&BytesSource::new(*b"a;b\n1;\"2\"3\n"), Csv);
    assert_eq!((broken.code, broken.line), ("broken_quotes", Some(2)));
    let open = refused(&BytesSource::new(*b"a;b\n1;2\n\"3;4\n5;6\n"), Csv);
    assert_eq!((open.code, open.line), ("open_quote", Some(3)));
}

#[test]
fn what_was_exported_comes_back_as_it_was() {
    let hostile =
        ["=1+1", "+39 075", "-5", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "D'Angelo", "a\",=1\r\n=2", "Città"];
    let row = hostile.map(Cell::text).to_vec();
    let read = cells(&csv(&hostile.map(|_| "column"), &[row]).unwrap(), Csv);
    assert_eq!(read[1], hostile.map(text));
}

#[test]
fn each_limit_lets_through_what_reaches_it_and_refuses_what_goes_beyond() {
    let longest = "à".repeat(CELL_READ_CHARS_MAX);
    assert_eq!(cells(format!("a;b\n1;{longest}").as_bytes(), Csv)[1][1], text(&longest));
    let too_long = SheetCell::Unread(Unread::TooLong);
    assert_eq!(cells(format!("a;b\n1;{longest}x").as_bytes(), Csv)[1], [text("1"), too_long.clone()]);

    let widest = vec!["x"; COLUMNS_MAX].join(";");
    assert_eq!(cells(widest.as_bytes(), Csv)[0].len(), COLUMNS_MAX);
    assert_eq!(code(format!("{widest};x").as_bytes(), Csv), "too_many_columns");
    let fault = refused(&BytesSource::new(format!("a;b\n{widest};x").into_bytes()), Csv);
    assert_eq!((fault.code, fault.line), ("too_many_columns", Some(2)));

    // A row whose cells are short of their own limit, and which is long by its blanks.
    let quoted = |bytes: usize| format!("a;b\n\"{}\"", "\n".repeat(bytes - 2));
    let written = quoted(ROW_BYTES_MAX).replacen("\n\n", "x\n", 1);
    assert_eq!(cells(written.as_bytes(), Csv)[1], [too_long]);
    assert_eq!(code(quoted(ROW_BYTES_MAX + 1).as_bytes(), Csv), "row_too_long");
    assert_eq!(code("x".repeat(ROW_BYTES_MAX + 1).as_bytes(), Csv), "row_too_long");
}

#[test]
fn rows_are_counted_to_their_limit() {
    let mut file = "a\n\n".repeat(usize::try_from(ROWS_MAX).unwrap()).into_bytes();
    let mut sheet = Sheet::open(&BytesSource::new(file.as_slice()), Csv).unwrap();
    let mut rows = 0;
    while sheet.next_row().unwrap().is_some() {
        rows += 1;
    }
    assert_eq!(rows, ROWS_MAX);
    file.extend_from_slice(b"a\n");
    let mut sheet = Sheet::open(&BytesSource::new(file), Csv).unwrap();
    let fault = loop {
        match sheet.next_row() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it is read"),
            Err(SheetError::File(fault)) => break fault,
            Err(SheetError::Io(error)) => panic!("{error}"),
        }
    };
    assert_eq!((fault.code, fault.line), ("too_many_rows", Some(2 * ROWS_MAX + 1)));
}

#[test]
fn ten_million_columns_are_refused_after_little_was_read() {
    let wide = ";".repeat(10_000_000).into_bytes();
    let source = Counted::new(BytesSource::new(wide.as_slice()));
    let begun = Instant::now();
    assert_eq!(refused(&source, Csv).code, "too_many_columns");
    assert!(source.bytes() < u64::try_from(ROW_BYTES_MAX).unwrap() + (1 << 17), "{}", source.bytes());
    assert!(begun.elapsed() < Duration::from_secs(2));

    // In a later row: the file is looked at for its encoding, and read no further than that row.
    let mut later = b"a;b\n1;2\n".to_vec();
    later.extend_from_slice(&wide);
    let source = Counted::new(BytesSource::new(later.as_slice()));
    let fault = refused(&source, Csv);
    assert_eq!((fault.code, fault.line), ("too_many_columns", Some(3)));
    assert!(source.bytes() < u64::try_from(later.len()).unwrap() + (1 << 18), "{}", source.bytes());
}

#[test]
fn a_file_is_read_as_a_stream() {
    let mut file = String::from("a;b\n");
    for row in 0..200_000 {
        writeln!(file, "{row};\"x\"").unwrap();
    }
    let source = Counted::new(BytesSource::new(file.as_bytes()));
    let mut sheet = Sheet::open(&source, Csv).unwrap();
    let opened = source.bytes();
    sheet.next_row().unwrap().unwrap();
    sheet.next_row().unwrap().unwrap();
    assert!(source.bytes() - opened < 1 << 17);
    let mut rows = 2;
    while sheet.next_row().unwrap().is_some() {
        rows += 1;
    }
    assert_eq!(rows, 200_001);
}

#[test]
fn a_file_that_cannot_be_reached_is_at_no_fault() {
    for reached in [0, 10, 100_000, 1_400_000] {
        let source = Failing { bytes: b"a;b\n".repeat(200_000), reached: Arc::new(reached.into()) };
        assert!(matches!(read(&source, Csv), Err(SheetError::Io(_))), "{reached}");
    }
}
