// SPDX-License-Identifier: AGPL-3.0-or-later
//! What XML 1.0 says of single characters.

use std::borrow::Cow;

/// White space as XML knows it; `char::is_whitespace` knows more.
pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Whether XML 1.0 can carry the character at all (production 2, `Char`).
pub(crate) fn is_legal(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => other >= ' ',
    }
}

/// Whether a text is nothing but white space.
pub(crate) fn is_blank(text: &str) -> bool {
    trimmed(text).is_empty()
}

/// A text without the white space around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

/// The value space of every schema type but strings: white space collapsed (XML Schema part 2, 4.3.6).
pub(crate) fn collapsed(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    if !text.contains(['\t', '\n', '\r']) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let words: Vec<&str> = text.split(BLANKS).filter(|word| !word.is_empty()).collect();
    Cow::Owned(words.join(" "))
}

/// Whether a name is a well-formed qualified name: one colon at most, a letter first in both halves.
///
/// Letters beyond ASCII are all taken: the names we know are ASCII, any other is only ever refused by name.
pub(crate) fn is_qualified_name(name: &str) -> bool {
    match name.split_once(':') {
        Some((prefix, local)) => is_plain_name(prefix) && is_plain_name(local),
        None => is_plain_name(name),
    }
}

fn is_plain_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_rest)
}

fn is_name_start(character: char) -> bool {
    character.is_ascii_alphabetic() || character == '_' || character.is_alphabetic()
}

fn is_name_rest(character: char) -> bool {
    is_name_start(character)
        || character.is_ascii_digit()
        || matches!(character, '-' | '.' | '\u{b7}')
        || character.is_alphanumeric()
}
