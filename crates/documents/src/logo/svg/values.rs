// SPDX-License-Identifier: AGPL-3.0-or-later
//! The values of attributes and rules, so far as they make an SVG heavy.

use std::iter::from_fn;

use crate::logo::limits::VALUE_BYTES_MAX;
use crate::logo::{Forbidden, LogoFault};

/// What may stand before a reference; behind it a blank alone, for to some readers all others are of the name.
const SPACES: [char; 4] = [' ', '\t', '\r', '\n'];
/// What an address may be written within.
const QUOTES: [char; 2] = ['"', '\''];

/// The ids that a value such as `url(#a)` refers to.
pub(super) fn references(value: &str) -> Result<Vec<&str>, Forbidden> {
    let inners = value.split("url(").skip(1).map(|rest| rest.split(')').next().unwrap_or_default());
    inners.map(|inner| reference(unquoted(inner).ok_or(Forbidden::Reference)?)).collect()
}

/// What an address says; none where it begins with a quote and does not end with the same.
fn unquoted(address: &str) -> Option<&str> {
    let address = address.trim_start_matches(SPACES).trim_end_matches(' ');
    match address.chars().next().filter(|letter| QUOTES.contains(letter)) {
        Some(quote) => address.strip_prefix(quote)?.strip_suffix(quote),
        None => Some(address),
    }
}

/// The id that a value such as `#a` refers to. Readers differ in where one ends that holds spaces, quotes or brackets: such a one is none.
pub(super) fn reference(value: &str) -> Result<&str, Forbidden> {
    let id = value.trim_start_matches(SPACES).trim_end_matches(' ').strip_prefix('#').ok_or(Forbidden::Reference)?;
    let parts = |letter: char| {
        letter.is_whitespace() || letter.is_control() || QUOTES.contains(&letter) || matches!(letter, '(' | ')')
    };
    if id.is_empty() || id.contains(parts) { Err(Forbidden::Reference) } else { Ok(id) }
}

/// Refuses values of a rule or a style that shapes inherit and that are long, or that make a copy for each that inherits them.
pub(super) fn declarations(text: &str) -> Result<(), LogoFault> {
    let plain = without_comments(text)?;
    for declaration in plain.split(';') {
        if declaration.len() > VALUE_BYTES_MAX {
            return Err(LogoFault::SvgTooComplex);
        }
        let has = |part: &str| declaration.contains(part);
        if has("inherit") && (has("clip-path") || has("mask")) {
            return Err(LogoFault::SvgTooComplex);
        }
        if has("filter") && !has("color-interpolation-filters") && has("(") && !has("url(") {
            return Err(Forbidden::Filter.into());
        }
    }
    Ok(())
}

/// A sheet or a style without its comments. One that others could read in another way is refused: with braces or the marks of
/// comments within words that are quoted, or with quotes that are left open.
pub(super) fn without_comments(text: &str) -> Result<String, Forbidden> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    // What ends the words that are quoted, or the argument.
    let mut open: Option<char> = None;
    while let Some(letter) = rest.next() {
        match (open, letter) {
            (Some(end), _) if letter == end => open = None,
            (Some(_), '{' | '}' | ';' | '*' | '(') => return Err(Forbidden::Sheet),
            (None, '/') if rest.peek() == Some(&'*') => {
                rest.next();
                comment(&mut rest)?;
                // It parts words as a space does.
                plain.push(' ');
                continue;
            }
            (None, '(') => open = Some(')'),
            (None, '"' | '\'') => open = Some(letter),
            (None, ')') => return Err(Forbidden::Sheet),
            _ => {}
        }
        plain.push(letter);
    }
    if open.is_some() { Err(Forbidden::Sheet) } else { Ok(plain) }
}

fn comment(rest: &mut impl Iterator<Item = char>) -> Result<(), Forbidden> {
    let mut star = false;
    for letter in rest {
        match letter {
            '/' if star => return Ok(()),
            '{' | '}' => return Err(Forbidden::Sheet),
            _ => star = letter == '*',
        }
    }
    Err(Forbidden::Sheet)
}

/// The numbers of a value, without their signs.
pub(super) fn numbers(value: &str) -> impl Iterator<Item = f64> {
    let mut rest = value;
    from_fn(move || {
        let start = rest.find(|letter: char| letter.is_ascii_digit() || letter == '.')?;
        let number = rest.get(start..)?;
        let digits = |from: usize| {
            let after = number.as_bytes().get(from..).unwrap_or_default();
            from.saturating_add(after.iter().take_while(|byte| byte.is_ascii_digit()).count())
        };
        let is = |at: usize, bytes: &[u8]| number.as_bytes().get(at).is_some_and(|byte| bytes.contains(byte));
        let mut end = digits(0);
        if is(end, b".") {
            end = digits(end.saturating_add(1));
        }
        if is(end, b"eE") {
            let sign = end.saturating_add(1);
            let power = if is(sign, b"+-") { sign.saturating_add(1) } else { sign };
            if digits(power) > power {
                end = digits(power);
            }
        }
        rest = number.get(end..)?;
        Some(number.get(..end)?.parse().unwrap_or(0.0))
    })
}

/// How many times heavier a path may be for its arcs. Each is cut into the more curves the larger its ellipse is, and an ellipse
/// that is too small for its ends is made larger, by as much as the longer side needs for the shorter one.
#[expect(clippy::float_arithmetic, reason = "the size of a picture is no money")]
#[expect(clippy::as_conversions, reason = "what is too large becomes the largest number")]
pub(super) fn pieces_of_arcs(path: &str) -> usize {
    if !path.contains(['a', 'A']) {
        return 1;
    }
    let (mut largest, mut smallest, mut sum) = (1.0_f64, 1.0_f64, 1.0_f64);
    for number in numbers(path) {
        largest = largest.max(number);
        sum += number;
        if number > 0.0 {
            smallest = smallest.min(number);
        }
    }
    // The ends of an arc that is placed by the last point are no farther away than it says.
    let distance = if path.contains('A') { sum } else { largest * 2.0 };
    let radius = largest.max(distance * largest / smallest);
    let curves = (12.0 * radius).powf(1.0 / 6.0);
    1_usize.saturating_add((curves / 4.0) as usize)
}
