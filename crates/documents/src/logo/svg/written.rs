// SPDX-License-Identifier: AGPL-3.0-or-later
//! The SVG as it is written: how many elements there are, how deep, and nothing but elements. It is read once and nothing is kept.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::logo::limits::{ATTRIBUTES_MAX, DEPTH_MAX, ELEMENTS_MAX};
use crate::logo::{Forbidden, LogoFault};

/// The text as it may be read on: without its document type. Many drawing programs name one, which nobody has to read; one that
/// defines something is refused.
pub(super) fn checked(text: &str) -> Result<Cow<'_, str>, LogoFault> {
    let mut reader = Reader::from_str(text);
    let (mut elements, mut depth) = (0_usize, 0_usize);
    let mut kept = Cow::Borrowed(text);
    loop {
        let start = reader.buffer_position();
        match reader.read_event().map_err(|_| LogoFault::SvgBroken)? {
            Event::Start(element) => {
                depth = depth.saturating_add(1);
                elements = elements.saturating_add(1);
                attributes(&element)?;
            }
            Event::Empty(element) => {
                elements = elements.saturating_add(1);
                attributes(&element)?;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(definition) => {
                let place = (place(start)?, place(reader.buffer_position())?);
                let around = text.get(..place.0).zip(text.get(place.1..));
                kept = match (&kept, around) {
                    (Cow::Borrowed(_), Some((before, after))) if !definition.contains('[') => {
                        Cow::Owned(format!("{before}{after}"))
                    }
                    _ => return Err(Forbidden::Definitions.into()),
                };
            }
            Event::PI(_) => return Err(Forbidden::Instruction.into()),
            Event::Eof => return Ok(kept),
            Event::Decl(_) | Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::GeneralRef(_) => {}
        }
        if elements > ELEMENTS_MAX || depth > DEPTH_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
    }
}

fn place(position: u64) -> Result<usize, LogoFault> {
    usize::try_from(position).map_err(|_| LogoFault::SvgBroken)
}

fn attributes(element: &BytesStart<'_>) -> Result<(), LogoFault> {
    // Without the check for equal names, which compares each with each.
    let count = element.attributes().with_checks(false).take(ATTRIBUTES_MAX.saturating_add(1)).count();
    if count > ATTRIBUTES_MAX { Err(LogoFault::SvgTooComplex) } else { Ok(()) }
}
