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
    for character in text.nfc().map(held) {
        if is_blank(character) {
            if line.last().is_some_and(|last| last.character != ' ') {
                line.extend(font.glyph(' '));
            }
        } else if !is_dropped(character) {
            push(character, font, &mut line);
        }
    }
    if line.last().is_some_and(|last| last.character == ' ') {
        line.pop();
    }
    line
}

/// One character, or what can be told of it.
fn push(character: char, font: &Loaded, line: &mut Vec<Glyph>) {
    if let Some(glyph) = font.glyph(character) {
        line.push(glyph);
        return;
    }
    let before = line.len();
    line.extend(std::iter::once(character).nfkd().filter_map(|part| font.glyph(part)));
    // A mark that belongs to a letter before it leaves nothing; anything else leaves a trace.
    if line.len() == before && !is_combining_mark(character) {
        line.extend(font.glyph(UNKNOWN));
    }
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
