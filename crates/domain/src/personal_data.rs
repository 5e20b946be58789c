// SPDX-License-Identifier: AGPL-3.0-or-later
//! Personal data that slipped into a text which leaves Tramite (rules.md 6, api.md `personal_data_in_text`).
//!
//! Only what is *valid* counts: a refusal must never be a riddle to somebody who wrote an ordinary reference.

use std::borrow::Cow;

use crate::email::{is_label, is_local};
use crate::iban::Iban;
use crate::tax_code::PersonTaxCode;

const TAX_CODE_CHARS: usize = 16;
const ITALIAN_IBAN_CHARS: usize = crate::iban::ITALIAN_IBAN_CHARS;
const IBAN_CHARS_MAX: usize = 34;
const UUID_CHARS: usize = 36;

/// A tax code found across blanks must have so many digits: words of plain language fit the letters-for-digits form by
/// chance about once in two thousand places.
const DIGITS_MIN: usize = 4;
/// One found inside a longer word must have all its digits but one: random names of 26 characters (ULID) hold one with four
/// once in some ten thousand.
const DIGITS_INSIDE_MIN: usize = 6;
/// A word of so many hexadecimal digits and nothing else is a name (UUID, digest): there a tax code stands by chance once
/// in some hundred thousand.
const HEXADECIMAL_NAME_MIN: usize = 32;

/// Lengths of the IBANs of the payment area, in characters. One word in 97 of the right form has right check
/// digits by chance, so the country and its length must fit too.
const IBAN_CHARS_BY_COUNTRY: [(&str, usize); 42] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonalDataKind {
    /// The tax code of a natural person.
    PersonTaxCode,
    /// An e-mail address.
    Email,
    /// A bank or postal account.
    Iban,
}

/// Looks for a valid tax code of a person, e-mail address or IBAN, glued to other characters, between them, or
/// written in groups.
#[must_use]
pub fn find_personal_data(text: &str) -> Option<PersonalDataKind> {
    if holds_email(text) {
        return Some(PersonalDataKind::Email);
    }
    let text = without_uuids(text);
    let words: Vec<&str> = text.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    for (place, word) in words.iter().enumerate() {
        if let Some(kind) = find_inside(word) {
            return Some(kind);
        }
        if let Some(kind) = words.get(place..).and_then(find_in_groups) {
            return Some(kind);
        }
    }
    None
}

/// The text with blanks in the place of every UUID written in its five groups: the last two of them make a Belgian IBAN
/// by chance once in some thousands, and many callers give their things such names.
fn without_uuids(text: &str) -> Cow<'_, str> {
    let mut kept = Cow::Borrowed(text);
    let alphanumeric = |one: char| one.is_ascii_alphanumeric();
    let mut from = 0;
    while from < text.len() {
        let end = from.saturating_add(UUID_CHARS);
        // Between characters of several bytes there is no window, and no UUID.
        let alone = text.get(..from).is_some_and(|before| !before.ends_with(alphanumeric))
            && text.get(end..).is_some_and(|after| !after.starts_with(alphanumeric));
        if alone && text.get(from..end).is_some_and(is_uuid) {
            kept.to_mut().replace_range(from..end, &" ".repeat(UUID_CHARS));
            from = end;
        } else {
            from = from.saturating_add(1);
        }
    }
    kept
}

/// Eight, four, four, four and twelve hexadecimal digits.
fn is_uuid(candidate: &str) -> bool {
    let groups =
        candidate.split('-').map(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(group.len()));
    groups.eq([8, 4, 4, 4, 12].map(Some))
}

/// Looks at every place of one word.
fn find_inside(word: &str) -> Option<PersonalDataKind> {
    if word.len() == TAX_CODE_CHARS && word.parse::<PersonTaxCode>().is_ok() {
        return Some(PersonalDataKind::PersonTaxCode);
    }
    if is_iban(word) {
        return Some(PersonalDataKind::Iban);
    }
    if word.len() >= HEXADECIMAL_NAME_MIN && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for from in 0..word.len() {
        let window = |length: usize| word.get(from..from.saturating_add(length));
        if window(TAX_CODE_CHARS).is_some_and(|candidate| is_tax_code(candidate, DIGITS_INSIDE_MIN)) {
            return Some(PersonalDataKind::PersonTaxCode);
        }
        if window(ITALIAN_IBAN_CHARS).is_some_and(is_italian_iban) {
            return Some(PersonalDataKind::Iban);
        }
    }
    None
}

/// Joins the first words, one after another, as long as they may still be one code. Two separators in a row leave
/// an empty word between them and end the code.
fn find_in_groups(words: &[&str]) -> Option<PersonalDataKind> {
    let mut joined = String::new();
    for word in words {
        if word.is_empty() || joined.len() + word.len() > IBAN_CHARS_MAX {
            return None;
        }
        joined.push_str(word);
        if joined.len() == TAX_CODE_CHARS && is_tax_code(&joined, DIGITS_MIN) {
            return Some(PersonalDataKind::PersonTaxCode);
        }
        if is_iban(&joined) {
            return Some(PersonalDataKind::Iban);
        }
    }
    None
}

fn is_tax_code(candidate: &str, digits_min: usize) -> bool {
    candidate.bytes().filter(u8::is_ascii_digit).count() >= digits_min && candidate.parse::<PersonTaxCode>().is_ok()
}

fn is_italian_iban(candidate: &str) -> bool {
    candidate.parse::<Iban>().is_ok_and(|iban| iban.is_italian_layout())
}

fn is_iban(candidate: &str) -> bool {
    let country = candidate.get(..2).map(str::to_ascii_uppercase);
    let length_right =
        IBAN_CHARS_BY_COUNTRY.iter().any(|(name, chars)| candidate.len() == *chars && country.as_deref() == Some(name));
    length_right && candidate.parse::<Iban>().is_ok()
}

/// An `@` between a character of a name and a domain whose last label is made of letters.
fn holds_email(text: &str) -> bool {
    text.match_indices('@').any(|(place, _)| {
        let (Some(before), Some(after)) = (text.get(..place), text.get(place.saturating_add(1)..)) else {
            return false;
        };
        let named = before.chars().next_back().is_some_and(|last| is_local(last) || last.is_alphanumeric());
        let end = after.find(|character| !is_label(character) && character != '.').unwrap_or(after.len());
        let domain = after.get(..end).unwrap_or_default().trim_end_matches('.');
        let top_level = domain.rsplit_once('.').filter(|(rest, _)| !rest.is_empty()).map(|(_, label)| label);
        named && top_level.is_some_and(|label| label.len() >= 2 && label.bytes().all(|byte| byte.is_ascii_alphabetic()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tax_code_is_found_however_it_is_written() {
        for text in [
            "RSSMRA85T10A562S",
            "TARI 2026 rssmra85t10a562s",
            "TARI_RSSMRA85T10A562S_2026",
            "TARI2026RSSMRA85T10A562S",
            "RSSMRA85T10A562S001",
            "cf:RSS MRA 85T10 A562S.",
            "RSSMRA-85T10-A562S",
            "RSSMRAURTMLARSNL",
            "RSS MRA 85T10 A56NH",
            "RSSMRA-85T10-A56NH",
            "TARI2026RSSMRA85T10A56NH",
        ] {
            assert_eq!(find_personal_data(text), Some(PersonalDataKind::PersonTaxCode), "{text}");
        }
    }

    #[test]
    fn an_account_is_found_however_it_is_written() {
        for text in [
            "IT60X0542811101000000123456",
            "su it60 x054 2811 1010 0000 0123 456 grazie",
            "IBAN:IT60X0542811101000000123456",
            "IBANIT60X0542811101000000123456",
            "DE89 3704 0044 0532 0130 00",
            "conto GB29NWBK60161331926819",
            "BE68-539007547034",
            "a00000000-0000-4000-be68-539007547034",
            "00000000-0000-4000-a000-000000000000 BE68 5390 0754 7034",
        ] {
            assert_eq!(find_personal_data(text), Some(PersonalDataKind::Iban), "{text}");
        }
    }

    #[test]
    fn an_address_is_found_within_a_sentence() {
        for text in ["mario@example.org", "scrivere a <m.rossi+x@sub.example.it>.", "è@example.org", "a@b@example.org"]
        {
            assert_eq!(find_personal_data(text), Some(PersonalDataKind::Email), "{text}");
        }
    }

    #[test]
    fn ordinary_texts_and_wrong_codes_are_left_alone() {
        for text in [
            "",
            "@",
            "TARI 2026 - RATA UNICA",
            "TARI-2026-000123",
            "C-00000000-0000-4000-be68-539007547034",
            "è la 6f9619ff-8b86-d011-be68-539007547034 è",
            "05000000001234586",
            "/RFB/05000000001234586/120.50/TXT/TARI 2026",
            "99999000013",
            "RSSMRA85T10A562T",
            "RSSMRA85T10A  562S",
            "IT61X0542811101000000123456",
            "2 @ 5.00 euro",
            "seguici @comune",
            "user@localhost",
            "x@5.00",
            "01890a5d-ac96-774b-bcce-b302099a8057",
            "T-0a7fbcddba44a10a562a93e1d0c4b7f2",
            "01K9RSSMRA85T10A5SNT000000",
            "Imposta municipale propria e sanzioni amministrative pecuniarie",
            "€ 120,50 — città di Forlì",
        ] {
            assert_eq!(find_personal_data(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_tax_code_is_found_between_any_other_characters(before in "[^@]{0,20}", after in "[^@]{0,20}") {
            let text = format!("{before}RSSMRA85T10A562S{after}");
            prop_assert!(find_personal_data(&text).is_some());
        }

        #[test]
        fn references_of_digits_never_look_like_a_person(text in "[0-9 ./-]{0,140}") {
            prop_assert_eq!(find_personal_data(&text), None);
        }
    }
}
