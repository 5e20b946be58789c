// SPDX-License-Identifier: AGPL-3.0-or-later
//! XLS, record by record, and what is refused of it. The files are built here: pieces of 512 bytes with one table of them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    reason = "tests state what they expect"
)]

mod tables;

use std::time::{Duration, Instant};

use tables::{cells, code, day, moment, number, read, text};
use tramite_documents::sheet::limits::{COLUMNS_MAX, SHEET_ROWS_MAX};
use tramite_documents::sheet::{BytesSource, Sheet, SheetCell, Unread};
use tramite_domain::import::FileFormat::Xls;

const PIECE: usize = 512;
const END: u32 = 0xFFFF_FFFE;

fn u16s(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A record.
fn record(kind: u16, bytes: &[u8]) -> Vec<u8> {
    [u16s(&[kind, u16::try_from(bytes.len()).unwrap()]), bytes.to_vec()].concat()
}

/// A record that begins with a place and a style.
fn cell(kind: u16, row: u16, column: u16, style: u16, rest: &[u8]) -> Vec<u8> {
    record(kind, &[u16s(&[row, column, style]), rest.to_vec()].concat())
}

fn begin(kind: u16) -> Vec<u8> {
    record(0x0809, &u16s(&[0x0600, kind, 0, 0, 0, 0, 0, 0]))
}

fn of_f64(value: f64) -> Vec<u8> {
    value.to_le_bytes().to_vec()
}

/// Texts in common, cut into records at these places of their bytes.
fn texts(count: u32, segments: &[&[u8]]) -> Vec<u8> {
    let head = [count.to_le_bytes(), count.to_le_bytes()].concat();
    let first = record(0x00FC, &[&head, segments[0]].concat());
    let further = segments[1..].iter().map(|segment| record(0x003C, segment));
    [first].into_iter().chain(further).collect::<Vec<_>>().concat()
}

/// A stream of a workbook: what is global, and one sheet with these records.
fn workbook(global: &[u8], sheet: &[u8]) -> Vec<u8> {
    let styles = [
        record(0x041E, &[u16s(&[164, 10]), vec![0], b"dd/mm/yyyy".to_vec()].concat()),
        record(0x00E0, &u16s(&[0, 0, 0, 0])),
        record(0x00E0, &u16s(&[0, 14, 0, 0])),
        record(0x00E0, &u16s(&[0, 164, 0, 0])),
        record(0x041E, &[u16s(&[165, 6]), vec![0], b"000000".to_vec()].concat()),
        record(0x00E0, &u16s(&[0, 165, 0, 0])),
    ]
    .concat();
    let bound = |at: u32, state: u8, kind: u8, name: &str| {
        let name = [&[u8::try_from(name.len()).unwrap(), 0], name.as_bytes()].concat();
        record(0x0085, &[at.to_le_bytes().to_vec(), vec![state, kind], name].concat())
    };
    let bounds = |at: u32| {
        [bound(9, 1, 0, "Hidden"), bound(9, 0, 2, "Chart"), bound(at, 0, 0, "Seen"), bound(9, 0, 0, "Other")].concat()
    };
    let head = |at: u32| [begin(5), bounds(at), styles.clone(), global.to_vec(), record(0x000A, &[])].concat();
    let at = u32::try_from(head(0).len()).unwrap();
    [head(at), begin(0x10), sheet.to_vec(), record(0x000A, &[])].concat()
}

/// An entry of the directory.
fn part(name: &str, kind: u8, start: u32, bytes: usize) -> Vec<u8> {
    let mut entry = vec![0; 128];
    let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    entry[..units.len()].copy_from_slice(&units);
    entry[64..66].copy_from_slice(&u16::try_from(units.len() + 2).unwrap().to_le_bytes());
    entry[66] = kind;
    entry[116..120].copy_from_slice(&start.to_le_bytes());
    entry[120..124].copy_from_slice(&u32::try_from(bytes).unwrap().to_le_bytes());
    entry
}

/// A file with this stream and further names: piece 0 is the table, 1 the directory, and from 2 on stands the stream.
fn compound(name: &str, mut stream: Vec<u8>, further: &[&str]) -> Vec<u8> {
    // What is smaller stands in small pieces.
    stream.resize(stream.len().max(4096).next_multiple_of(PIECE), 0);
    let pieces = u32::try_from(stream.len() / PIECE).unwrap();
    let mut table: Vec<u32> = vec![0xFFFF_FFFD, END];
    table.extend((0..pieces).map(|piece| if piece + 1 == pieces { END } else { piece + 3 }));
    assert!(table.len() <= PIECE / 4, "one table is enough");
    table.resize(PIECE / 4, 0xFFFF_FFFF);
    let mut header = vec![0; PIECE];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[24..34].copy_from_slice(&u16s(&[0x3E, 3, 0xFFFE, 9, 6]));
    header[44..48].copy_from_slice(&1_u32.to_le_bytes());
    header[48..52].copy_from_slice(&1_u32.to_le_bytes());
    header[60..64].copy_from_slice(&END.to_le_bytes());
    header[68..72].copy_from_slice(&END.to_le_bytes());
    header[76..].fill(0xFF);
    header[76..80].copy_from_slice(&0_u32.to_le_bytes());
    let mut directory = [part("Root Entry", 5, END, 0), part(name, 2, 2, stream.len())].concat();
    directory.extend(further.iter().flat_map(|name| part(name, 1, 0, 0)));
    directory.resize(PIECE, 0);
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
    [header, table, directory, stream].concat()
}

/// A file whose sheet has these records.
fn xls(global: &[u8], sheet: &[u8]) -> Vec<u8> {
    compound("Workbook", workbook(global, sheet), &[])
}

const ONE: [u8; 10] = [0x03, 0x02, 0x06, 0x00, 0, 0, 0, 0, 0, 0];

#[test]
fn each_kind_of_record_gives_its_cell() {
    let shared = texts(1, &[&[&u16s(&[6]), [0].as_slice(), b"shared"].concat()]);
    let sheet = [
        cell(0x0203, 0, 0, 0, &of_f64(0.1 + 0.2)),
        cell(0x0203, 0, 1, 1, &of_f64(46_387.75)),
        cell(0x027E, 0, 2, 2, &(46_387_u32 << 2 | 2).to_le_bytes()),
        cell(0x027E, 0, 3, 0, &(12_345_u32 << 2 | 3).to_le_bytes()),
        cell(0x00FD, 0, 4, 0, &0_u32.to_le_bytes()),
        cell(0x0204, 0, 5, 0, &[&u16s(&[2]), [1].as_slice(), &u16s(&[0x20AC, 0xE0])].concat()),
        cell(0x00D6, 0, 6, 0, &[&u16s(&[2]), [0].as_slice(), b"\xE0b", &u16s(&[0])].concat()),
        cell(0x0205, 0, 7, 0, &[1, 0]),
        cell(0x0201, 0, 8, 0, &[]),
        // A chart has records of its own.
        [begin(0x20), cell(0x0203, 9, 9, 0, &of_f64(1.0)), begin(0x20), record(0x0A, &[]), record(0x0A, &[])].concat(),
        record(
            0x00BD,
            &[
                u16s(&[4, 1]),
                u16s(&[0]),
                (7_u32 << 2 | 2).to_le_bytes().to_vec(),
                u16s(&[1]),
                (46_387_u32 << 2 | 2).to_le_bytes().to_vec(),
                u16s(&[2]),
            ]
            .concat(),
        ),
    ]
    .concat();
    let file = xls(&shared, &sheet);
    let rows = read(&BytesSource::new(file.as_slice()), Xls).unwrap();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 5]);
    let first = [
        number("0.3"),
        moment("2026-12-31T18:00:00"),
        day("2026-12-31"),
        number("123.45"),
        text("shared"),
        text("€à"),
        text("àb"),
        text("true"),
    ];
    assert_eq!(rows[0].cells, first);
    assert_eq!(rows[1].cells, [SheetCell::Empty, number("7"), day("2026-12-31")]);
    assert_eq!(Sheet::open(&BytesSource::new(file), Xls).unwrap().info().sheet.as_deref(), Some("Seen"));
    let noughts = cell(0x027E, 0, 0, 3, &(123_u32 << 2 | 2).to_le_bytes());
    assert_eq!(cells(&xls(&[], &noughts), Xls), [[text("000123")]]);
    let of_1904 = xls(&record(0x0022, &u16s(&[1])), &cell(0x0203, 0, 0, 1, &of_f64(44_925.0)));
    assert_eq!(cells(&of_1904, Xls), [[day("2026-12-31")]]);
}

#[test]
fn texts_go_on_in_further_records_and_may_change_their_width() {
    let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let shared = texts(
        4,
        &[
            // "città" is cut within; "€uro" has runs and how it is spoken, which are cut too; the last begins a record.
            &[u16s(&[5]), vec![0], b"ci".to_vec()].concat(),
            &[vec![1], units("ttà"), u16s(&[4]), vec![0x0D], u16s(&[1]), vec![3, 0, 0, 0], units("€u")].concat(),
            &[vec![0], b"ro".to_vec(), vec![9; 5]].concat(),
            &[vec![9; 2], u16s(&[1]), vec![0], b"x".to_vec()].concat(),
            &[u16s(&[1]), vec![0], b"y".to_vec()].concat(),
        ],
    );
    let sheet: Vec<u8> = (0..4_u16).flat_map(|row| cell(0x00FD, row, 0, 0, &u32::from(row).to_le_bytes())).collect();
    assert_eq!(cells(&xls(&shared, &sheet), Xls), [["città"], ["€uro"], ["x"], ["y"]].map(|row| row.map(text)));
    assert_eq!(code(&xls(&texts(9, &[&[1, 0, 0, b'x']]), &sheet), Xls), "broken_spreadsheet");
    assert_eq!(code(&xls(&texts(u32::MAX, &[&[]]), &sheet), Xls), "broken_spreadsheet");
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let formula = cell(0x0006, 6, 0, 0, &[0; 16]);
    let unread = SheetCell::Unread;
    let file = xls(&[], &[cell(0x0203, 0, 0, 0, &of_f64(1.0)), formula].concat());
    assert_eq!(cells(&file, Xls), [[number("1")], [unread(Unread::Formula)]]);
    assert_eq!(cells(&xls(&[], &cell(0x0205, 0, 0, 0, &[0x17, 1])), Xls), [[unread(Unread::Error)]]);
    assert_eq!(code(&xls(&[], &cell(0x00FD, 0, 0, 0, &[9, 0, 0, 0])), Xls), "unreadable_cell");
    assert_eq!(code(&xls(&[], &cell(0x0203, 0, 0, 0, &of_f64(f64::NAN))), Xls), "unreadable_cell");
    assert_eq!(code(&xls(&[], &ONE), Xls), "broken_spreadsheet");
    let rows = [cell(0x0203, 1, 0, 0, &of_f64(1.0)), cell(0x0203, 0, 0, 0, &of_f64(1.0))].concat();
    assert_eq!(code(&xls(&[], &rows), Xls), "cells_out_of_order");
    let columns = [cell(0x0203, 0, 1, 0, &of_f64(1.0)), cell(0x0203, 0, 1, 0, &of_f64(1.0))].concat();
    assert_eq!(code(&xls(&[], &columns), Xls), "cells_out_of_order");
    let beyond = cell(0x0203, 0, u16::try_from(COLUMNS_MAX).unwrap(), 0, &of_f64(1.0));
    assert_eq!(code(&xls(&[], &beyond), Xls), "too_many_columns");
    assert!(SHEET_ROWS_MAX > u64::from(u16::MAX), "no XLS has so many rows");
    let long = [&u16s(&[4_001])[..], &[0], &[b'x'; 4_001]].concat();
    assert_eq!(cells(&xls(&[], &cell(0x0204, 0, 0, 0, &long)), Xls), [[unread(Unread::TooLong)]]);
}

#[test]
fn macros_encryption_and_other_files_within_are_refused() {
    let workbook = || workbook(&[], &cell(0x0203, 0, 0, 0, &of_f64(1.0)));
    assert_eq!(cells(&compound("Workbook", workbook(), &[]), Xls), [[number("1")]]);
    for name in ["_VBA_PROJECT_CUR", "VBA", "_vba_project"] {
        assert_eq!(code(&compound("Workbook", workbook(), &[name]), Xls), "macros", "{name}");
    }
    assert_eq!(code(&xls(&record(0x00D3, &[]), &[]), Xls), "macros");
    let macro_sheet = record(0x0085, &[0, 0, 0, 0, 0, 1, 1, 0, b'M']);
    assert_eq!(code(&xls(&macro_sheet, &[]), Xls), "macros");
    assert_eq!(code(&compound("Workbook", workbook(), &["EncryptedPackage"]), Xls), "encrypted_file");
    assert_eq!(code(&xls(&record(0x002F, &u16s(&[1, 1])), &[]), Xls), "encrypted_file");
    assert_eq!(code(&compound("Workbook", workbook(), &["MBD0001"]), Xls), "nested_archive");
    assert_eq!(code(&compound("WordDocument", workbook(), &[]), Xls), "wrong_format");
    assert_eq!(code(&compound("Book", workbook(), &[]), Xls), "old_spreadsheet");
    let old = [record(0x0809, &u16s(&[0x0500, 5, 0, 0])), record(0x000A, &[])].concat();
    assert_eq!(code(&compound("Workbook", old, &[]), Xls), "old_spreadsheet");
    let unseen = [begin(5), record(0x0085, &[0, 0, 0, 0, 1, 0, 1, 0, b'H']), record(0x000A, &[])].concat();
    assert_eq!(code(&compound("Workbook", unseen, &[]), Xls), "no_sheet");
}

#[test]
fn pieces_that_lead_in_circles_or_nowhere_are_refused_at_once() {
    let file = xls(&[], &cell(0x0203, 0, 0, 0, &of_f64(1.0)));
    let begun = Instant::now();
    let patched = |at: usize, piece: u32| {
        let mut file = file.clone();
        file[at..at + 4].copy_from_slice(&piece.to_le_bytes());
        file
    };
    let table = PIECE;
    for (at, piece) in [
        (table + 4, 1),          // the directory leads to itself
        (table + 4 * 5, 2),      // the stream leads back to its beginning
        (table + 4 * 5, 60_000), // it leads to a piece that is not there
        (table + 4 * 5, END),    // it ends before its time
        (48, 60_000),            // the directory is not there
        (76, 60_000),            // the table is not there
        (2 * PIECE + 128 + 116, 1 << 20),
        (2 * PIECE + 128 + 120, u32::MAX),
    ] {
        let refused = code(&patched(at, piece), Xls);
        assert!(matches!(refused, "broken_spreadsheet" | "wrong_format"), "{at}: {refused}");
    }
    // A list of tables that leads in a circle, and small pieces whose table is none: what is asked for stands elsewhere.
    let last = 3 * PIECE - 4;
    let mut circle = patched(68, 1);
    circle[last..last + 4].copy_from_slice(&1_u32.to_le_bytes());
    for file in [circle, patched(60, 2)] {
        if let Ok(rows) = read(&BytesSource::new(file), Xls) {
            assert_eq!(rows.len(), 1);
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_table_that_is_named_again_and_again_is_read_once() {
    let mut file = xls(&[], &cell(0x0203, 0, 0, 0, &of_f64(1.0)));
    for place in 0..109 {
        file[76 + 4 * place..80 + 4 * place].copy_from_slice(&0_u32.to_le_bytes());
    }
    assert_eq!(cells(&file, Xls), [[number("1")]]);
    // The directory leads in the circle that it would have to be: nothing longer than the file is made of it.
    file[PIECE + 4..PIECE + 8].copy_from_slice(&1_u32.to_le_bytes());
    assert_eq!(code(&file, Xls), "broken_spreadsheet");
}
