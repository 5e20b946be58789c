// SPDX-License-Identifier: AGPL-3.0-or-later
//! The check digits and characters shared by several codes.

/// The remainder modulo 97 of a code read as a number, with letters A = 10 … Z = 35 whatever their case
/// (ISO 7064, as used by ISO 11649 and by the IBAN). `None` where a character is neither digit nor letter.
pub(crate) fn mod97(characters: impl Iterator<Item = char>) -> Option<u32> {
    let mut characters = characters;
    characters.try_fold(0_u32, |remainder, character| {
        let value = character.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        Some((remainder * shift + value) % 97)
    })
}

/// The check character of the Italian tax code and the CIN of the Italian IBAN: the same tables, over 15 and
/// 22 characters (codes.md 8.1 and 9). `None` where a character is neither digit nor upper-case letter.
pub(crate) fn check_character(characters: &str) -> Option<char> {
    let mut sum = 0_u32;
    for (place, character) in characters.bytes().enumerate() {
        // Places count from one in the rule, so the even indexes are its odd places.
        let value = if place % 2 == 0 { odd_value(character)? } else { even_value(character)? };
        sum = sum.checked_add(value)?;
    }
    char::from_digit(10 + sum % 26, 36).map(|letter| letter.to_ascii_uppercase())
}

fn even_value(character: u8) -> Option<u32> {
    match character {
        b'0'..=b'9' => Some(u32::from(character - b'0')),
        b'A'..=b'Z' => Some(u32::from(character - b'A')),
        _ => None,
    }
}

fn odd_value(character: u8) -> Option<u32> {
    Some(match character {
        b'0' | b'A' => 1,
        b'1' | b'B' => 0,
        b'2' | b'C' => 5,
        b'3' | b'D' => 7,
        b'4' | b'E' => 9,
        b'5' | b'F' => 13,
        b'6' | b'G' => 15,
        b'7' | b'H' => 17,
        b'8' | b'I' => 19,
        b'9' | b'J' => 21,
        b'K' => 2,
        b'L' => 4,
        b'M' => 18,
        b'N' => 20,
        b'O' => 11,
        b'P' => 3,
        b'Q' => 6,
        b'R' => 8,
        b'S' => 12,
        b'T' => 14,
        b'U' => 16,
        b'V' => 10,
        b'W' => 22,
        b'X' => 25,
        b'Y' => 24,
        b'Z' => 23,
        _ => return None,
    })
}

/// Every text that differs from a code of digits and upper-case letters in one place, from a place on, by another
/// character of the same kind. (A letter read for a digit may hide: some tables give both one value.)
#[cfg(test)]
pub(crate) fn misreadings(code: &str, from: usize) -> Vec<String> {
    let mut all = Vec::new();
    for (place, old) in code.char_indices().skip(from) {
        let kind = if old.is_ascii_digit() { '0'..='9' } else { 'A'..='Z' };
        for new in kind.filter(|new| *new != old) {
            let mut changed = code.to_owned();
            changed.replace_range(place..=place, new.encode_utf8(&mut [0; 4]));
            all.push(changed);
        }
    }
    all
}
