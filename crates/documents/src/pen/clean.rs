// SPDX-License-Identifier: AGPL-3.0-or-later
//! What of a text can be printed. Archives forbid a glyph that stands for "no glyph", and a text must read the same wherever it
//! is opened: what a font does not hold becomes its plain letter, or else a question mark.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::pen::face::{Glyph, Loaded};

/// What stands for a character that no font of ours holds.
const UNKNOWN: char = '?';
const NO_BREAK: char = '\u{a0}';

/// The glyphs of a text: composed, without what is not seen, blanks as one space each and none at either end.
pub(crate) fn glyphs(text: &str, font: &Loaded) -> Vec<Glyph> {
    let mut line: Vec<Glyph> = Vec::with_capacity(text.len());
    // Whether a question mark stands already for letters of this word.
    let mut told = false;
    for character in text.nfc().map(held) {
        if is_blank(character) {
            told = false;
            if line.last().is_some_and(|last| last.character != ' ') {
                line.extend(font.glyph(' '));
            }
        } else if !is_dropped(character) {
            told = push(character, font, &mut line, told);
        }
    }
    if line.last().is_some_and(|last| last.character == ' ') {
        line.pop();
    }
    line
}

/// A text as titles and outlines have it, which need no font: composed, and without what is not seen.
pub(crate) fn title(text: &str) -> String {
    let seen: String = text.nfc().filter(|character| !is_dropped(*character)).collect();
    seen.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// One character, or what can be told of it; the answer is whether it is one of several letters that no font has, which are told
/// once.
fn push(character: char, font: &Loaded, line: &mut Vec<Glyph>, told: bool) -> bool {
    if let Some(glyph) = font.glyph(character) {
        line.push(glyph);
        return false;
    }
    let parts: Vec<Glyph> = match spelt(character) {
        Some(spelt) => spelt.chars().filter_map(|part| font.glyph(part)).collect(),
        None => std::iter::once(character).nfkd().flat_map(|part| told_as(part, font)).collect(),
    };
    if parts.iter().any(|part| !is_blank(part.character)) {
        let digit = |glyph: Option<&Glyph>| glyph.is_some_and(|glyph| glyph.character.is_ascii_digit());
        if digit(line.last()) && digit(parts.first()) && !is_plain(character) {
            line.extend(font.glyph(' '));
        }
        line.extend(parts);
        return false;
    }
    // A mark that belongs to a letter before it leaves nothing; anything else leaves a trace.
    if is_combining_mark(character) {
        return told;
    }
    let letter = character.is_alphabetic();
    if !(letter && told) {
        line.extend(font.glyph(UNKNOWN));
    }
    letter
}

/// The glyphs of a part of a character.
fn told_as(part: char, font: &Loaded) -> Vec<Glyph> {
    match (font.glyph(part), spelt(part)) {
        (Some(glyph), _) => vec![glyph],
        (None, Some(spelt)) => spelt.chars().filter_map(|part| font.glyph(part)).collect(),
        (None, None) => Vec::new(),
    }
}

/// What looks the same and every font has.
fn spelt(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{2010}'..='\u{2012}' | '\u{2015}' => "-",
        '\u{2b9}' | '\u{2bb}' | '\u{2bc}' | '\u{201b}' | '\u{2032}' => "’",
        '\u{2033}' => "\"",
        '\u{1e9e}' => "SS",
        '\u{3bc}' => "µ",
        _ => return None,
    })
}

/// Digits that are another form of the common ones, wide or of a formula. Any other digit that is made plain (raised, circled, of
/// a fraction) is no part of the number before it.
fn is_plain(character: char) -> bool {
    matches!(character, '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}' | '\u{1fbf0}'..='\u{1fbf9}')
}

/// The narrow no-break spaces, which our fonts lack, are the common one.
fn held(character: char) -> char {
    if matches!(character, '\u{202f}' | '\u{2007}') { NO_BREAK } else { character }
}

/// What parts words. A no-break space does not: it holds amounts together.
fn is_blank(character: char) -> bool {
    character.is_whitespace() && character != NO_BREAK
}

/// What is not seen, or must not be: controls, marks of direction and of form, joiners, private characters, and characters that
/// are none.
pub(crate) fn is_dropped(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffd}'..='\u{ffff}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..)
        || character.is_control() && !character.is_whitespace()
}
