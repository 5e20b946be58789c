// SPDX-License-Identifier: AGPL-3.0-or-later
//! Text that leaves us is fit for the schema: printable on one line, no longer than allowed, never empty.

use tramite_domain::text::is_forbidden;

/// What stands where a text is mandatory and nothing printable is left of it.
const NOTHING: &str = "-";

/// A text on one line, without characters that XML or a printed line cannot carry, of at most `chars_max`
/// characters, without white space around it. May be empty.
pub(crate) fn fit(text: &str, chars_max: usize) -> String {
    let printable = text.chars().filter_map(|character| match character {
        '\t' | '\n' | '\r' => Some(' '),
        other if is_forbidden(other) => None,
        other => Some(other),
    });
    let line: String = printable.skip_while(|character| character.is_whitespace()).take(chars_max).collect();
    line.trim_end().to_owned()
}

/// As [`fit`], for a text the schema demands: never empty.
pub(crate) fn fit_or_dash(text: &str, chars_max: usize) -> String {
    let fitted = fit(text, chars_max);
    if fitted.is_empty() { NOTHING.to_owned() } else { fitted }
}

/// As [`fit`], for an optional text: an empty one is left out, since the Node refuses empty elements.
pub(crate) fn fit_optional(text: Option<&str>, chars_max: usize) -> Option<String> {
    text.map(|text| fit(text, chars_max)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_characters_and_cleaned_to_one_line() {
        assert_eq!(fit("  Città di\r\nCastello\u{0}\u{85}\u{ffff} ", 140), "Città di  Castello");
        assert_eq!(fit("è€😀x", 3), "è€😀");
        assert_eq!(fit("ab  cd", 4), "ab");
        assert_eq!(fit("\u{0} \u{a0}", 140), "");
        assert_eq!(fit_or_dash("\n", 140), "-");
        assert_eq!(fit_optional(Some("\u{1}"), 140), None);
        assert_eq!(fit_optional(Some("a"), 140).as_deref(), Some("a"));
        assert_eq!(fit_optional(None, 140), None);
    }
}
