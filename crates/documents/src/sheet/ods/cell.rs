// SPDX-License-Identifier: AGPL-3.0-or-later
//! One cell: what it is of is said by its attributes, a text by its paragraphs.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use crate::sheet::decimal::decimal;
use crate::sheet::format::seen;
use crate::sheet::gathered::Gathered;
use crate::sheet::grid::{Place, text_cell};
use crate::sheet::model::{SheetCell, SheetError, Unread};
use crate::sheet::serial::iso_cell;
use crate::sheet::xml::{Xml, attribute, attributes, broken_xml, character};

/// What the attributes of a cell say.
pub(super) enum Head {
    /// The cell is this, whatever stands within it.
    Read(SheetCell),
    /// The cell is this number, which the text that stands within it may show with noughts before it.
    Number(String),
    /// The cell is the text that stands within it.
    Text,
}

const ATTRIBUTES: [&str; 7] = [
    "table:formula",
    "calcext:value-type",
    "office:value-type",
    "office:value",
    "office:date-value",
    "office:boolean-value",
    "office:string-value",
];

/// Reads the attributes of a cell.
pub(super) fn head(element: &BytesStart<'_>, place: Place) -> Result<Head, SheetError> {
    let [formula, error, kind, value, date, flag, text] = attributes(element, ATTRIBUTES)?;
    if formula.is_some() {
        return Ok(Head::Read(SheetCell::Unread(Unread::Formula)));
    }
    if error.as_deref() == Some("error") {
        return Ok(Head::Read(SheetCell::Unread(Unread::Error)));
    }
    let unreadable = || place.unreadable();
    let cell = match kind.as_deref() {
        None | Some("void") => SheetCell::Empty,
        Some("float" | "currency" | "percentage") => {
            let number = value.and_then(|value| decimal(value.trim()));
            return Ok(Head::Number(number.ok_or_else(unreadable)?));
        }
        Some("date") => date.and_then(|date| iso_cell(date.trim())).ok_or_else(unreadable)?,
        Some("boolean") => text_cell(flag.ok_or_else(unreadable)?.into_owned()),
        Some("string") => match text {
            // One cell may stand for many: what is too long is not held for each of them.
            Some(text) => text_cell(text.into_owned()),
            None => return Ok(Head::Text),
        },
        // An hour is shown, and nothing that is loaded is one.
        Some("time") => return Ok(Head::Text),
        Some(_) => return Err(unreadable().into()),
    };
    Ok(Head::Read(cell))
}

/// Reads a cell to its end.
pub(super) fn read<R: BufRead>(xml: &mut Xml<R>, head: Head) -> Result<SheetCell, SheetError> {
    match head {
        Head::Read(cell) => {
            xml.skip()?;
            Ok(cell)
        }
        Head::Number(number) => Ok(seen(number, text(xml)?.as_deref().unwrap_or_default())),
        Head::Text => Ok(match text(xml)? {
            None => SheetCell::Unread(Unread::TooLong),
            Some(text) if text.is_empty() => SheetCell::Empty,
            Some(text) => SheetCell::Text(text),
        }),
    }
}

/// The text within a cell; none where it is too long for one.
fn text<R: BufRead>(xml: &mut Xml<R>) -> Result<Option<String>, SheetError> {
    let mut text = Paragraphs::default();
    let mut level = 1_usize;
    loop {
        match xml.next()? {
            Event::Start(element) => {
                level = level.saturating_add(1);
                match element.name().as_ref() {
                    "text:p" => text.begin(),
                    "text:s" => text.blanks(&element)?,
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    "text:span" | "text:a" => {}
                    // Remarks and drawings stand within cells too.
                    _ => {
                        xml.skip()?;
                        level = level.saturating_sub(1);
                    }
                }
            }
            Event::End(element) => {
                if element.name().as_ref() == "text:p" {
                    text.within = false;
                }
                level = level.saturating_sub(1);
                if level == 0 {
                    return Ok(text.text.text());
                }
            }
            Event::Text(piece) => text.run(&piece.xml10_content()),
            Event::CData(piece) => text.run(&piece.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = character(&reference)?;
                if text.within {
                    text.push(character);
                }
            }
            Event::Eof => return Err(broken_xml().into()),
            _ => {}
        }
    }
}

/// Paragraphs, each on a line of its own. Blanks beside each other count as one: more of them are written as elements.
#[derive(Default)]
struct Paragraphs {
    text: Gathered,
    begun: bool,
    within: bool,
    after_blank: bool,
}

impl Paragraphs {
    fn begin(&mut self) {
        if self.begun {
            self.text.push('\n');
        }
        (self.begun, self.within, self.after_blank) = (true, true, true);
    }

    fn push(&mut self, character: char) {
        self.text.push(character);
        self.after_blank = false;
    }

    fn run(&mut self, run: &str) {
        if !self.within {
            return;
        }
        for character in run.chars() {
            let blank = matches!(character, ' ' | '\t' | '\r' | '\n');
            match (blank, self.after_blank) {
                (true, true) => {}
                (true, false) => self.text.push(' '),
                (false, _) => self.text.push(character),
            }
            self.after_blank = blank;
        }
    }

    fn blanks(&mut self, element: &BytesStart<'_>) -> Result<(), SheetError> {
        let count = attribute(element, "text:c")?.map(|count| count.parse::<usize>());
        let count = count.unwrap_or(Ok(1)).map_err(|_| broken_xml())?;
        self.text.push_many(' ', count);
        self.after_blank = false;
        Ok(())
    }
}
