// SPDX-License-Identifier: AGPL-3.0-or-later
//! Patterns of texts: regular expressions that are matched in linear time, over bytes, and always against the whole text.

use regex::bytes::{Regex, RegexBuilder};

use super::limits::{PATTERN_BYTES_MAX, PATTERN_CHARS_MAX};

/// How deep a pattern may be nested.
const NESTING_MAX: u32 = 20;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern; the reason why not is for whoever wrote it.
    pub(crate) fn new(text: &str) -> Result<Pattern, String> {
        if text.chars().count() > PATTERN_CHARS_MAX {
            return Err(format!("A pattern has at most {PATTERN_CHARS_MAX} characters."));
        }
        if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err("A pattern is written in visible ASCII characters.".to_owned());
        }
        // Alone first: parentheses that close what they did not open would otherwise leave the anchors.
        build(text)?;
        build(&format!("^(?:{text})$")).map(Pattern)
    }

    /// Whether the whole text is what the pattern says.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text.as_bytes())
    }
}

fn build(text: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(text)
        .unicode(false)
        .size_limit(PATTERN_BYTES_MAX)
        .dfa_size_limit(PATTERN_BYTES_MAX)
        .nest_limit(NESTING_MAX)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "The pattern becomes too large: repeat less.".to_owned(),
        _ => "The pattern is no regular expression of the linear kind (no look-around, no back-reference).".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_against_the_whole_text() {
        let pattern = Pattern::new("[A-Z]{1,2}|[0-9]+").unwrap();
        for (text, fits) in [("AB", true), ("7", true), ("ABC", false), ("A7", false), ("", false), ("AB\n", false)] {
            assert_eq!(pattern.matches(text), fits, "{text}");
        }
    }

    #[test]
    fn a_pattern_that_may_cost_too_much_is_refused() {
        for wrong in ["(", "a)|(b", "(?=a)b", "(a)\\1", "è", "a\n", "(a{1000}){1000}", &"a".repeat(201)] {
            assert!(Pattern::new(wrong).is_err(), "{wrong}");
        }
    }
}
