// SPDX-License-Identifier: AGPL-3.0-or-later
//! Names that a form gives to its fields, tables, rules and quotas.

use super::limits::NAME_CHARS_MAX;

/// Words that mean something in expressions.
const RESERVED: [&str; 6] = ["true", "false", "null", "in", "row", "total"];

/// Lower-case letters, digits and underscores, a letter first, and no word of the language.
pub(crate) fn is_name(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    letters
        && text.len() <= NAME_CHARS_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !RESERVED.contains(&text)
}
