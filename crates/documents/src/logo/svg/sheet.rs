// SPDX-License-Identifier: AGPL-3.0-or-later
//! The style sheets of an SVG, so far as they can make it slow or heavy: how many rules there are, how long, and to what in the file
//! they refer. Drawing programs write sheets of one kind, `.cls-1{fill:url(#a)}`, and little more is let in.

use std::collections::HashMap;

use crate::logo::limits::{RULES_MAX, SELECTOR_MARKS_MAX, SELECTOR_PARTS_MAX, SHEET_BYTES_MAX};
use crate::logo::svg::values::{declarations, references, without_comments};
use crate::logo::{Forbidden, LogoFault};

/// The parts of a selector stand between these.
const BETWEEN: [char; 6] = [' ', '\t', '\r', '\n', '>', '~'];
/// How many times the length of a sheet its rules may have, when each selector has its own copy of the values.
const COPIES: usize = 4;

/// What the rules bring, by what they ask for last: `.class`, `#id`, the name of an element, or `*`.
#[derive(Default)]
pub(super) struct Sheet {
    rules: HashMap<String, Rules>,
    count: usize,
    /// How long the sheets are, and with a copy of the values for each selector.
    bytes: usize,
    copied: usize,
}

/// What all the rules bring that ask for the same.
#[derive(Default)]
pub(super) struct Rules {
    /// The ids that they refer to.
    pub(super) targets: Vec<String>,
    /// How long their values are.
    pub(super) bytes: usize,
}

impl Sheet {
    /// Reads one more sheet of a file.
    pub(super) fn add(&mut self, text: &str) -> Result<(), LogoFault> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > SHEET_BYTES_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        // Neither has a place in a rule that gives colours; both would have to be understood.
        if text.contains(['@', '\\']) {
            return Err(Forbidden::Sheet.into());
        }
        let text = without_comments(text)?;
        let mut rules = text.split('}');
        // What stands after the last rule is none, and might become one with what comes.
        let after = rules.next_back().unwrap_or_default();
        if !after.trim().is_empty() {
            return Err(Forbidden::Sheet.into());
        }
        rules.try_for_each(|rule| {
            let (selectors, values) = rule.split_once('{').ok_or(Forbidden::Sheet)?;
            self.rule(selectors, values)
        })
    }

    fn rule(&mut self, selectors: &str, values: &str) -> Result<(), LogoFault> {
        if values.contains('{') {
            return Err(Forbidden::Sheet.into());
        }
        let targets = references(values)?;
        for selector in selectors.split(',').map(str::trim) {
            self.count = self.count.saturating_add(1);
            self.copied = self.copied.saturating_add(values.len());
            let parts = || selector.split(BETWEEN).filter(|part| !part.is_empty());
            let marks = selector.matches(['.', '#']).count();
            if self.count > RULES_MAX
                || parts().count() > SELECTOR_PARTS_MAX
                || marks > SELECTOR_MARKS_MAX
                || self.copied > SHEET_BYTES_MAX.saturating_mul(COPIES)
            {
                return Err(LogoFault::SvgTooComplex);
            }
            // Others ask for any attribute, however long it is, or for what stands beside an element.
            if selector.contains(['[', '+', ':', '(', '"', '\'', ';']) || !targets.is_empty() && !is_plain(selector) {
                return Err(Forbidden::Sheet.into());
            }
            let last = parts().next_back().unwrap_or_default();
            let asked = last.rfind(['.', '#']).and_then(|mark| last.get(mark..)).unwrap_or(last);
            let rules = self.rules.entry(asked.to_owned()).or_default();
            rules.bytes = rules.bytes.saturating_add(values.len());
            rules.targets.extend(targets.iter().map(|target| (*target).to_owned()));
        }
        declarations(values).map_err(|fault| match fault {
            // It would be for too many elements to tell which.
            LogoFault::SvgTooComplex if values.contains("inherit") => Forbidden::Sheet.into(),
            fault => fault,
        })
    }

    /// What the rules bring to all that a selector asks for.
    pub(super) fn of(&self, selector: &str) -> Option<&Rules> {
        self.rules.get(selector)
    }

    /// How many rules there are.
    pub(super) fn rules(&self) -> usize {
        self.count
    }
}

/// Whether a selector asks for one class, one id, one name, or nothing.
fn is_plain(selector: &str) -> bool {
    let name = selector.strip_prefix(['.', '#']).unwrap_or(selector);
    let is_name = |part: &str| part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'));
    selector == "*" || !name.is_empty() && is_name(name)
}
