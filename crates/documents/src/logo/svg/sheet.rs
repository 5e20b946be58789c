// SPDX-License-Identifier: AGPL-3.0-or-later
//! The style sheets of an SVG, so far as they can make it slow: how many rules there are, and to what in the file they refer. Drawing
//! programs write sheets of one kind, `.cls-1{fill:url(#a)}`, and little more is let in.

use std::collections::HashMap;

use crate::logo::limits::{RULES_MAX, SELECTOR_PARTS_MAX, SHEET_BYTES_MAX};
use crate::logo::svg::reach::references;
use crate::logo::{Forbidden, LogoFault};

/// The ids that rules refer to, by the selector: `.class`, `#id`, the name of an element, or `*`.
pub(super) struct Sheet(HashMap<String, Vec<String>>);

impl Sheet {
    /// Reads all the sheets of a file, one after the other.
    pub(super) fn read(text: &str) -> Result<Sheet, LogoFault> {
        if text.len() > SHEET_BYTES_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        let text = without_comments(text);
        // Neither has a place in a rule that gives colours; both would have to be understood.
        if text.contains(['@', '\\']) {
            return Err(Forbidden::Sheet.into());
        }
        let (mut sheet, mut rules) = (HashMap::<String, Vec<String>>::new(), 0_usize);
        for (selectors, values) in text.split('}').filter_map(|rule| rule.split_once('{')) {
            let targets = references(values)?;
            for selector in selectors.split(',') {
                rules = rules.saturating_add(1);
                let parts =
                    selector.split([' ', '\t', '\r', '\n', '>', '+', '~']).filter(|part| !part.is_empty()).count();
                if rules > RULES_MAX || parts > SELECTOR_PARTS_MAX {
                    return Err(LogoFault::SvgTooComplex);
                }
                let selector = selector.trim();
                if !targets.is_empty() {
                    if !is_plain(selector) {
                        return Err(Forbidden::Sheet.into());
                    }
                    let of_selector = sheet.entry(selector.to_owned()).or_default();
                    of_selector.extend(targets.iter().map(|target| (*target).to_owned()));
                }
            }
        }
        Ok(Sheet(sheet))
    }

    /// The ids that a selector's rules refer to.
    pub(super) fn of(&self, selector: &str) -> impl Iterator<Item = &str> {
        self.0.get(selector).into_iter().flatten().map(String::as_str)
    }
}

/// Whether a selector asks for one class, one id, one name, or nothing.
fn is_plain(selector: &str) -> bool {
    let name = selector.strip_prefix(['.', '#']).unwrap_or(selector);
    let is_name = |part: &str| part.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'));
    selector == "*" || !name.is_empty() && is_name(name)
}

fn without_comments(text: &str) -> String {
    let mut pieces = text.split("/*");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once("*/").map_or("", |(_, rest)| rest))
}
