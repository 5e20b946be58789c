// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tax code of a natural person: sixteen characters (codes.md 8.1).

use std::fmt;
use std::str::FromStr;

use super::TaxCodeError;
use crate::ascii::Ascii;
use crate::check::check_character;
use crate::serde_text::serde_text;

/// Months A, B, C … T: January to December.
const MONTHS: &[u8] = b"ABCDEHLMPRST";

/// The letters that stand for 0 to 9 where two persons would have the same code (omocodia).
const DIGIT_LETTERS: &[u8] = b"LMNPQRSTUV";

/// What a place of the code may hold.
const LAYOUT: &[u8; 16] = b"LLLLLLDDMDDLDDDL";

/// A right tax code of a natural person, in upper case. It may be one with letters in the place of digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonTaxCode(Ascii<16>);

impl PersonTaxCode {
    /// The sixteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for PersonTaxCode {
    type Err = TaxCodeError;

    /// Case does not matter; layout, day of birth and check character must be right.
    fn from_str(text: &str) -> Result<PersonTaxCode, TaxCodeError> {
        let code = Ascii::<16>::new(&text.to_ascii_uppercase()).ok_or(TaxCodeError::Form)?;
        let layout_right = code.as_str().bytes().zip(LAYOUT).all(|(byte, place)| fits(byte, *place));
        if !layout_right || !day_right(code.as_str()) {
            return Err(TaxCodeError::Form);
        }
        let (body, check) = code.as_str().split_at_checked(15).ok_or(TaxCodeError::Form)?;
        let right = check_character(body).is_some_and(|letter| check.chars().eq([letter]));
        if right { Ok(PersonTaxCode(code)) } else { Err(TaxCodeError::CheckCharacter) }
    }
}

fn fits(byte: u8, place: u8) -> bool {
    match place {
        b'D' => digit_value(byte).is_some(),
        b'M' => MONTHS.contains(&byte),
        _ => byte.is_ascii_uppercase(),
    }
}

/// The value of a digit, or of the letter that replaces it.
fn digit_value(byte: u8) -> Option<u8> {
    if byte.is_ascii_digit() {
        return Some(byte - b'0');
    }
    let value = DIGIT_LETTERS.iter().position(|letter| *letter == byte)?;
    u8::try_from(value).ok()
}

/// Days 1 to 31, and forty more for women.
fn day_right(code: &str) -> bool {
    let mut digits = code.bytes().skip(9).take(2).filter_map(digit_value);
    let (Some(tens), Some(units)) = (digits.next(), digits.next()) else {
        return false;
    };
    matches!(tens * 10 + units, 1..=31 | 41..=71)
}

impl fmt::Display for PersonTaxCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for PersonTaxCode {
    /// Always the code of a person, so it is never printed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PersonTaxCode({})", crate::personal::HIDDEN)
    }
}

serde_text!(PersonTaxCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::misreadings;

    const WORKED: [&str; 11] = [
        "RSSMRA85T10A562S",
        "JHNDOE00A01F205N",
        "RCCGLD09P09H501E",
        "BSCMTT83A12L719R",
        "VNTMHL76M09H501D",
        "DRCGNN12A46A326K",
        "NRDLNZ80P19D612M",
        "DMGJPH14S25E350X",
        "RSSMRA85T10A56NH",
        "RSSMRA85T10ARSNO",
        "RSSMRAURTMLARSNL",
    ];

    #[test]
    fn every_worked_example_is_right_whatever_its_case() {
        for text in WORKED {
            let code: PersonTaxCode = text.parse().unwrap();
            assert_eq!(code.as_str(), text);
            assert_eq!(text.to_lowercase().parse(), Ok(code));
        }
        assert_eq!(format!("{:?}", WORKED[0].parse::<PersonTaxCode>().unwrap()), "PersonTaxCode(***)");
    }

    #[test]
    fn a_wrong_layout_is_told_from_a_wrong_check_character() {
        for wrong in
            ["", "RSSMRA85T10A562", "RSSMRA85T10A562SS", "RSSMRA85F10A562S", "RSSMRAA5T10A562S", "RSSMRA85T1€562S"]
        {
            assert_eq!(wrong.parse::<PersonTaxCode>(), Err(TaxCodeError::Form), "{wrong}");
        }
        for day in ["00", "32", "40", "72", "LL"] {
            let body = format!("RSSMRA85T{day}A562");
            let text = format!("{body}{}", check_character(&body).unwrap());
            assert_eq!(text.parse::<PersonTaxCode>(), Err(TaxCodeError::Form), "{text}");
        }
        assert_eq!("RSSMRA85T10A562T".parse::<PersonTaxCode>(), Err(TaxCodeError::CheckCharacter));
    }

    #[test]
    fn one_misread_character_is_always_noticed() {
        for text in WORKED {
            for wrong in misreadings(text, 0) {
                assert!(wrong.parse::<PersonTaxCode>().is_err(), "{wrong}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,20}") {
            let _ = text.parse::<PersonTaxCode>();
        }
    }
}
