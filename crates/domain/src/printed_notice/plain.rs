// SPDX-License-Identifier: AGPL-3.0-or-later
//! Texts in the alphabet of the postal slip: upper case, without accents, nothing that its readers do not know (codes.md 6.3).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text of exactly `chars` characters of the slip's alphabet: cut or filled up with blanks, so that no field moves another.
/// Letters lose their accents, and what has no spelling in the alphabet (another script, a picture) is a blank.
pub(super) fn field(text: &str, chars: usize) -> String {
    let mut plain = String::with_capacity(chars);
    let upper = text.chars().flat_map(char::to_uppercase);
    // The compatible decomposition takes wide letters and ligatures apart too. Some of its parts are small letters again.
    for character in upper.nfkd().filter(|one| !is_combining_mark(*one)).map(|one| one.to_ascii_uppercase()) {
        match spelled(character) {
            // Left aligned: a picture before a name does not move it.
            " " if plain.is_empty() => {}
            "" => plain.push(character),
            known => plain.push_str(known),
        }
    }
    // All of it is ASCII by now, so that characters are bytes.
    plain.truncate(chars);
    format!("{plain:<chars$}")
}

/// How the slip writes a character; empty for one of its own alphabet.
const fn spelled(character: char) -> &'static str {
    match character {
        '0'..='9' | 'A'..='Z' | '&' | '\'' | ',' | '-' | '.' | ':' | '_' => "",
        // Letters that are no other letter with an accent.
        'Æ' => "AE",
        'Œ' => "OE",
        'Þ' => "TH",
        'ẞ' => "SS",
        'Ø' => "O",
        'Đ' | 'Ð' => "D",
        'Ħ' => "H",
        'Ł' => "L",
        'Ŋ' => "N",
        'Ŧ' => "T",
        // What word processors make of an apostrophe and of a hyphen.
        '’' | '‘' | 'ʼ' | '′' | '`' => "'",
        '‐' | '‒' | '–' | '—' | '−' => "-",
        _ => " ",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_lose_their_accents_and_what_the_slip_does_not_know_is_a_blank() {
        for (text, expected) in [
            ("Mario Rossi", "MARIO ROSSI"),
            ("Niccolò D’Àngelo", "NICCOLO D'ANGELO"),
            // The same accents as characters of their own.
            ("Niccolo\u{300} D'A\u{300}ngelo", "NICCOLO D'ANGELO"),
            ("Žiga Čeferin-Šuštar", "ZIGA CEFERIN-SUSTAR"),
            ("Jörg Groß", "JORG GROSS"),
            ("Łukasz Đurić Øster Æbel", "LUKASZ DURIC OSTER AEBEL"),
            ("Nguyễn Thị Ánh", "NGUYEN THI ANH"),
            ("ﬁdi Ｗｉｄｅ №5", "FIDI WIDE NO5"),
            ("A&B, c/o E:_F. (G)", "A&B, C O E:_F.  G"),
            ("a\u{a0}b", "A B"),
            ("🏛️ Comune", "COMUNE"),
            ("Anna 👩‍👧 Bo", "ANNA     BO"),
            ("محمد", ""),
            ("שרה Levi", "LEVI"),
            ("\u{202e}Rossi", "ROSSI"),
        ] {
            assert_eq!(field(text, 40).trim_end(), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_cut_after_its_letters_are_spelled() {
        assert_eq!(field("ßß", 3), "SSS");
        assert_eq!(field("è", 3), "E  ");
        assert_eq!(field("", 3), "   ");
        assert_eq!(field("abcdef", 3), "ABC");
    }

    proptest! {
        #[test]
        fn a_field_has_its_length_and_its_alphabet_whatever_is_written(text in ".{0,200}", chars in 0_usize..120) {
            let field = field(&text, chars);
            prop_assert_eq!(field.len(), chars);
            let known = |one: char| one.is_ascii_digit() || one.is_ascii_uppercase() || " &',-.:_".contains(one);
            prop_assert!(field.chars().all(known), "{}", field);
        }
    }
}
