// SPDX-License-Identifier: AGPL-3.0-or-later
//! Styles: all that is wanted of one is how it shows numbers.

use std::collections::BTreeMap;

use quick_xml::events::Event;

use crate::sheet::archive::Part;
use crate::sheet::format::Shown;
use crate::sheet::held::too_many_parts;
use crate::sheet::limits::PARTS_MAX;
use crate::sheet::model::SheetError;
use crate::sheet::xml::{Xml, attribute};

/// How each style of a cell shows numbers, by its number.
pub(super) fn read(part: Part) -> Result<Vec<Shown>, SheetError> {
    let mut xml = Xml::new(part);
    let mut codes = BTreeMap::new();
    let mut formats = Vec::new();
    let mut within = false;
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "numFmt" => {
                let id = attribute(&element, "numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                if let (Some(id), Some(code)) = (id, attribute(&element, "formatCode")?) {
                    codes.insert(id, Shown::of_code(&code));
                }
            }
            Event::Start(element) if element.local_name().as_ref() == "cellXfs" => within = true,
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => within = false,
            Event::Start(element) if within && element.local_name().as_ref() == "xf" => {
                let id = attribute(&element, "numFmtId")?.and_then(|id| id.parse::<u32>().ok());
                formats.push(id.unwrap_or(0));
            }
            Event::Eof => break,
            _ => {}
        }
        if codes.len() > PARTS_MAX || formats.len() > PARTS_MAX {
            return Err(too_many_parts().into());
        }
    }
    let shown = |id: u32| codes.get(&id).copied().unwrap_or_else(|| Shown::of_id(id));
    Ok(formats.into_iter().map(shown).collect())
}
