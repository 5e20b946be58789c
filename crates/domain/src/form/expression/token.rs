// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cuts an expression into words.

use crate::form::limits::DECIMALS_MAX;
use crate::form::number::Number;

/// A word and the character it begins at, counted from one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) at: usize,
    pub(super) word: Word,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Word {
    Name(String),
    Text(String),
    /// A number, and whether it was written without a point.
    Number(Number, bool),
    Mark(&'static str),
}

/// Longer marks come first: `<=` is not `<` and `=`.
const MARKS: [&str; 20] =
    ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "?", ":", "(", ")", "[", "]", ","];

/// The words of a text; an error says where and what.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, (usize, &'static str)> {
    let characters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = characters.get(from).copied() {
        let rest = characters.get(from..).unwrap_or_default();
        let place = from.saturating_add(1);
        let (word, length) = match first {
            ' ' | '\n' | '\t' => (None, 1),
            'a'..='z' | 'A'..='Z' | '_' => {
                let name = take(rest, |one| one.is_ascii_alphanumeric() || one == '_');
                let length = name.len();
                (Some(Word::Name(name)), length)
            }
            '0'..='9' => {
                let digits = take(rest, |one| one.is_ascii_digit() || one == '.');
                let length = digits.len();
                let number = Number::parse(&digits, DECIMALS_MAX).ok_or((place, "is not a number that is taken"))?;
                (Some(Word::Number(number, !digits.contains('.'))), length)
            }
            '\'' => {
                let inside: String = rest.iter().skip(1).take_while(|one| **one != '\'').collect();
                let length = inside.chars().count().saturating_add(2);
                if rest.len() < length {
                    return Err((place, "begins a text that does not end"));
                }
                (Some(Word::Text(inside)), length)
            }
            '.' => (Some(Word::Mark(".")), 1),
            _ => {
                let mark = MARKS.iter().find(|mark| mark.chars().eq(rest.iter().copied().take(mark.len())));
                let mark = mark.ok_or((place, "is a character that has no meaning here"))?;
                (Some(Word::Mark(mark)), mark.len())
            }
        };
        found.extend(word.map(|word| Token { at: place, word }));
        from = from.saturating_add(length);
    }
    Ok(found)
}

fn take(rest: &[char], belongs: impl Fn(char) -> bool) -> String {
    rest.iter().copied().take_while(|one| belongs(*one)).collect()
}
