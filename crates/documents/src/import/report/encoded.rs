// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rows as CSV, in the encoding in which the file came.

use tramite_domain::cell::neutral;

use crate::sheet::{Encoding, SheetCell};

/// What opens a text in UTF-8, so that spreadsheets know it for one.
pub(in crate::import) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The characters of Windows-1252 that are not those of Unicode, with their bytes.
const WINDOWS_1252: [(char, u8); 27] = [
    ('€', 0x80),
    ('‚', 0x82),
    ('ƒ', 0x83),
    ('„', 0x84),
    ('…', 0x85),
    ('†', 0x86),
    ('‡', 0x87),
    ('ˆ', 0x88),
    ('‰', 0x89),
    ('Š', 0x8a),
    ('‹', 0x8b),
    ('Œ', 0x8c),
    ('Ž', 0x8e),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('˜', 0x98),
    ('™', 0x99),
    ('š', 0x9a),
    ('›', 0x9b),
    ('œ', 0x9c),
    ('ž', 0x9e),
    ('Ÿ', 0x9f),
];

/// One row, every cell in quotes. A text that begins like a formula gets one apostrophe before it.
pub(in crate::import) fn row(cells: &[SheetCell], delimiter: char) -> String {
    let mut row = String::new();
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            row.push(delimiter);
        }
        row.push('"');
        match cell {
            SheetCell::Empty | SheetCell::Unread(_) => {}
            SheetCell::Text(text) => row.push_str(&neutral(text).replace('"', "\"\"")),
            SheetCell::Number(number) => row.push_str(number),
            SheetCell::Day(day) => row.push_str(&day.to_string()),
            SheetCell::Moment(moment) => row.push_str(&moment.format("%Y-%m-%d %H:%M:%S").to_string()),
        }
        row.push('"');
    }
    row.push_str("\r\n");
    row
}

/// The bytes of a text. What Windows-1252 does not have becomes a question mark: only what the report adds can have such.
pub(in crate::import) fn bytes(text: String, encoding: Option<Encoding>) -> Vec<u8> {
    match encoding {
        Some(Encoding::Windows1252) => text.chars().map(windows_1252).collect(),
        _ => text.into_bytes(),
    }
}

fn windows_1252(letter: char) -> u8 {
    let special = WINDOWS_1252.iter().find(|(special, _)| *special == letter).map(|(_, byte)| *byte);
    let plain = || u8::try_from(u32::from(letter)).ok().filter(|byte| !(0x80..0xa0).contains(byte));
    special.or_else(plain).unwrap_or(b'?')
}
