// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bank and postal accounts (codes.md 9).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::check::{check_character, mod97};
use crate::serde_text::serde_text;

/// Length of an Italian or San Marino IBAN, in characters.
pub const ITALIAN_IBAN_CHARS: usize = 27;

const IBAN_CHARS_MIN: usize = 15;
const IBAN_CHARS_MAX: usize = 34;

/// The bank code of Poste Italiane.
const POSTAL_ABI: &str = "07601";

/// Why an IBAN is refused where our own users enter it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IbanError {
    /// Not two letters, two digits and letters or digits, within the lengths of any country.
    #[error("not an IBAN")]
    Form,
    /// Not as long, or not made, as the country writes it.
    #[error("an IBAN of this country has {expected} characters in a layout of its own")]
    CountryForm {
        /// The length of that country, in characters.
        expected: usize,
    },
    /// The two digits after the country are wrong.
    #[error("the check digits of the IBAN are wrong")]
    CheckDigits,
    /// The letter before the bank code is wrong (Italy and San Marino).
    #[error("the CIN of the IBAN is wrong")]
    Cin,
}

/// A right IBAN, in upper case and without blanks.
///
/// Of Italy and San Marino layout and CIN are checked too. Whether it is registered at pagoPA is another matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iban(String);

impl Iban {
    /// The plain text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two letters of the country.
    #[must_use]
    pub fn country(&self) -> &str {
        part(&self.0, 0, 2)
    }

    /// Whether it has the layout of Italy, which San Marino shares.
    #[must_use]
    pub fn is_italian_layout(&self) -> bool {
        has_cin(&self.0)
    }

    /// Whether it is an account at Poste Italiane, which a postal slip can name.
    #[must_use]
    pub fn is_postal(&self) -> bool {
        self.country() == "IT" && part(&self.0, 5, 10) == POSTAL_ABI
    }

    /// The twelve characters of the postal account, for the codeline of a slip.
    #[must_use]
    pub fn postal_account(&self) -> Option<&str> {
        self.is_postal().then(|| part(&self.0, 15, ITALIAN_IBAN_CHARS))
    }
}

/// The characters from one place to another; the text is ASCII and long enough wherever this is called.
fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn has_cin(iban: &str) -> bool {
    matches!(part(iban, 0, 2), "IT" | "SM")
}

impl FromStr for Iban {
    type Err = IbanError;

    /// Blanks and case do not matter.
    fn from_str(text: &str) -> Result<Iban, IbanError> {
        let compact: String = text
            .chars()
            .filter(|character| *character != ' ')
            .take(IBAN_CHARS_MAX + 1)
            .map(|character| character.to_ascii_uppercase())
            .collect();
        let length_right = (IBAN_CHARS_MIN..=IBAN_CHARS_MAX).contains(&compact.len());
        let form_right = compact.bytes().enumerate().all(|(place, byte)| match place {
            0 | 1 => byte.is_ascii_uppercase(),
            2 | 3 => byte.is_ascii_digit(),
            _ => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
        });
        if !length_right || !form_right {
            return Err(IbanError::Form);
        }
        if has_cin(&compact) && !italian_form(&compact) {
            return Err(IbanError::CountryForm { expected: ITALIAN_IBAN_CHARS });
        }
        if !check_digits_right(&compact) {
            return Err(IbanError::CheckDigits);
        }
        if has_cin(&compact) && !cin_right(&compact) {
            return Err(IbanError::Cin);
        }
        Ok(Iban(compact))
    }
}

/// CIN, five digits of the bank, five of the branch, twelve characters of the account.
fn italian_form(iban: &str) -> bool {
    iban.len() == ITALIAN_IBAN_CHARS
        && iban.bytes().skip(4).take(1).all(|byte| byte.is_ascii_uppercase())
        && iban.bytes().skip(5).take(10).all(|byte| byte.is_ascii_digit())
}

/// The check digits are computed again, so that 00, 01 and 99 do not pass for 97, 98 and 02.
fn check_digits_right(iban: &str) -> bool {
    let Some((head, account)) = iban.split_at_checked(4) else {
        return false;
    };
    let zeroed = account.chars().chain(part(head, 0, 2).chars()).chain("00".chars());
    mod97(zeroed).is_some_and(|remainder| format!("{:02}", 98 - remainder) == part(head, 2, 4))
}

fn cin_right(iban: &str) -> bool {
    let cin = part(iban, 4, 5);
    check_character(part(iban, 5, ITALIAN_IBAN_CHARS)).is_some_and(|letter| cin.chars().eq([letter]))
}

impl fmt::Display for Iban {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

serde_text!(Iban);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::check::misreadings;

    const WORKED: [(&str, bool); 10] = [
        ("IT60X0542811101000000123456", false),
        ("IT45R0760103200000000001016", true),
        ("IT96R0123454321000000012345", false),
        ("IT30N0103076271000001823603", false),
        ("IT58C0200805403000102985524", false),
        ("IT82E0760113600000000118547", true),
        ("IT75I0306902887100000300015", false),
        ("IT76P0306909790100000300089", false),
        ("IT04O0100003245350008332100", false),
        ("IT32A0760112100000070410907", true),
    ];

    #[test]
    fn every_verified_sample_is_right_and_the_postal_ones_are_known() {
        for (text, postal) in WORKED {
            let iban: Iban = text.parse().unwrap();
            assert_eq!(iban.to_string(), text);
            assert_eq!((iban.is_postal(), iban.postal_account().is_some()), (postal, postal), "{text}");
            let spaced = crate::text::in_groups(&text.to_lowercase(), 4);
            assert_eq!(spaced.parse(), Ok(iban));
        }
        let postal: Iban = "IT45R0760103200000000001016".parse().unwrap();
        assert_eq!(postal.postal_account(), Some("000000001016"));
    }

    #[test]
    fn foreign_accounts_are_right_by_their_check_digits() {
        for text in [
            "DE89370400440532013000",
            "GB29NWBK60161331926819",
            "FR1420041010050500013M02606",
            "NO9386011117947",
            "SM86U0322509800000000270100",
        ] {
            assert!(text.parse::<Iban>().is_ok(), "{text}");
        }
        assert_eq!("DE88370400440532013000".parse::<Iban>(), Err(IbanError::CheckDigits));
    }

    #[test]
    fn a_wrong_iban_is_refused_for_its_reason() {
        for wrong in [
            "",
            "IT",
            "1T60X0542811101000000123456",
            "ITX0X0542811101000000123456",
            "IT60X05428111010000001234-6",
            "NO938601111794",
            "DE€9370400440532013",
        ] {
            assert_eq!(wrong.parse::<Iban>(), Err(IbanError::Form), "{wrong}");
        }
        assert_eq!(format!("DE89{}", "1".repeat(31)).parse::<Iban>(), Err(IbanError::Form));
        let country = Err(IbanError::CountryForm { expected: 27 });
        for wrong in ["IT60X054281110100000012345", "IT6050542811101000000123456", "IT60X0542A11101000000123456"] {
            assert_eq!(wrong.parse::<Iban>(), country, "{wrong}");
        }
        assert_eq!("IT61X0542811101000000123456".parse::<Iban>(), Err(IbanError::CheckDigits));
        // The check digits of the IBAN are right for this wrong CIN.
        assert_eq!("IT64Y0542811101000000123456".parse::<Iban>(), Err(IbanError::Cin));
    }

    #[test]
    fn one_misread_character_is_always_noticed() {
        for (text, _) in WORKED {
            for wrong in misreadings(text, 2) {
                assert!(wrong.parse::<Iban>().is_err(), "{wrong}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            let _ = text.parse::<Iban>();
        }
    }
}
