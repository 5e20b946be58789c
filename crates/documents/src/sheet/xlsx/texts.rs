// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts, as cells have them in common or for themselves.

use std::io::BufRead;

use quick_xml::events::Event;

use crate::sheet::archive::Part;
use crate::sheet::gathered::Gathered;
use crate::sheet::model::SheetError;
use crate::sheet::strings::Strings;
use crate::sheet::xml::{Xml, character};

/// All texts in common.
pub(super) fn read(part: Part) -> Result<Strings, SheetError> {
    let mut xml = Xml::new(part);
    let mut texts = Strings::default();
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "si" => {
                let text = text(&mut xml)?;
                texts.push_gathered(text.as_deref())?;
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// The text of the element whose start was read last, to its end: its runs one after the other, without what says how to speak it;
/// none where they are too long for a cell.
pub(super) fn text<R: BufRead>(xml: &mut Xml<R>) -> Result<Option<String>, SheetError> {
    let mut text = Gathered::default();
    let (mut level, mut within) = (1_usize, false);
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "rPh" => xml.skip()?,
                name => {
                    within = name == "t";
                    level = level.saturating_add(1);
                }
            },
            Event::End(_) => {
                within = false;
                level = level.saturating_sub(1);
                if level == 0 {
                    return Ok(text.text().map(unescaped));
                }
            }
            Event::Text(piece) if within => text.push_str(&piece.xml10_content()),
            Event::CData(piece) if within => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) if within => text.push(character(&reference)?),
            _ => {}
        }
    }
}

/// Characters that XML cannot hold are written as `_x000D_`.
fn unescaped(text: String) -> String {
    if !text.contains("_x") {
        return text;
    }
    let mut units = Vec::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        match escape(rest) {
            Some((unit, after)) => {
                units.push(unit);
                rest = after;
            }
            None => {
                units.extend_from_slice(first.encode_utf16(&mut [0; 2]));
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    String::from_utf16(&units).unwrap_or(text)
}

fn escape(text: &str) -> Option<(u16, &str)> {
    let hex = text.strip_prefix("_x")?;
    let (digits, rest) = (hex.get(..4)?, hex.get(4..)?.strip_prefix('_')?);
    let digits = Some(digits).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_come_back_and_nothing_else_changes() {
        for (written, meant) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "😀"),
            ("_x00", "_x00"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("my_xls_x_", "my_xls_x_"),
            ("_xD83D_", "_xD83D_"),
            ("_x€€€€_", "_x€€€€_"),
        ] {
            assert_eq!(unescaped(written.to_owned()), meant);
        }
    }
}
