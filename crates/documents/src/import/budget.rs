// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a debt of MyPay is booked: a small XML in a cell, read into entries of a transfer.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use serde_json::{Map, Value};

use super::amount;
use super::value::CellFault;

/// Levels of the document.
const LEVELS_MAX: usize = 4;

/// The entries of the document.
pub(super) fn entries(text: &str) -> Result<Value, CellFault> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut budget = Budget::default();
    loop {
        match reader.read_event().map_err(|_| invalid())? {
            Event::Start(element) => budget.start(element.local_name().as_ref())?,
            Event::End(_) => budget.end()?,
            Event::Text(piece) => budget.text.push_str(&piece.xml10_content()),
            Event::CData(piece) => budget.text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => budget.text.push(character(&reference)?),
            Event::Eof => return budget.entries(),
            Event::Decl(_) | Event::Comment(_) => {}
            Event::DocType(_) | Event::PI(_) | Event::Empty(_) => return Err(invalid()),
        }
    }
}

#[derive(Default)]
struct Budget {
    path: Vec<String>,
    text: String,
    chapter: Option<String>,
    entry: Map<String, Value>,
    entries: Vec<Value>,
}

impl Budget {
    fn start(&mut self, name: &str) -> Result<(), CellFault> {
        if self.path.len() >= LEVELS_MAX {
            return Err(invalid());
        }
        self.path.push(name.to_owned());
        self.text.clear();
        Ok(())
    }

    fn end(&mut self) -> Result<(), CellFault> {
        let said = self.text.trim().to_owned();
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["bilancio"] => {}
            ["bilancio", "capitolo"] => self.chapter = None,
            ["bilancio", "capitolo", "codCapitolo"] => self.chapter = Some(said),
            // An office has no place in an entry: to leave it out would book elsewhere.
            ["bilancio", "capitolo", "codUfficio"] if said.is_empty() || said == "n/a" => {}
            ["bilancio", "capitolo", "accertamento"] => self.close_entry()?,
            ["bilancio", "capitolo", "accertamento", "codAccertamento"] => {
                if !said.is_empty() && said != "n/a" {
                    self.entry.insert("assessment".to_owned(), said.into());
                }
            }
            ["bilancio", "capitolo", "accertamento", "importo"] => {
                self.entry.insert("amount".to_owned(), amount::euros_of_number(&said)?.into());
            }
            _ => {
                let detail = "an entry is a chapter, an assessment and an amount; what else it says would be lost";
                return Err(CellFault::new("unsupported_value", detail));
            }
        }
        self.path.pop();
        self.text.clear();
        Ok(())
    }

    fn close_entry(&mut self) -> Result<(), CellFault> {
        let chapter = self.chapter.clone().ok_or_else(invalid)?;
        let mut entry = std::mem::take(&mut self.entry);
        entry.insert("chapter".to_owned(), chapter.into());
        self.entries.push(entry.into());
        Ok(())
    }

    fn entries(self) -> Result<Value, CellFault> {
        if self.path.is_empty() && !self.entries.is_empty() { Ok(self.entries.into()) } else { Err(invalid()) }
    }
}

fn character(reference: &BytesRef<'_>) -> Result<char, CellFault> {
    match reference.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => reference.resolve_char_ref().ok().flatten().ok_or_else(invalid),
    }
}

const fn invalid() -> CellFault {
    CellFault::new(
        "invalid_budget",
        "not a budget: expected chapters (capitolo) with assessments (accertamento) in XML",
    )
}
