// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tax code of whoever owes or pays, Italian or not, known or not (rules.md 5).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{InstitutionTaxCode, PersonTaxCode};
use crate::debt_position::SubjectKind;
use crate::serde_text::serde_text;
use crate::text::{Text, TextError};

/// Stands for a debtor who cannot be identified.
pub const ANONYMOUS: &str = "ANONIMO";

/// The shortest code the Node carries, in characters.
pub const SUBJECT_CODE_CHARS_MIN: usize = 2;

/// The longest code the Node carries, in characters.
pub const SUBJECT_CODE_CHARS_MAX: usize = 16;

const ITALY: &str = "IT";

/// Why the tax code of a subject is refused where our own users enter it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TaxCodeError {
    /// Neither the sixteen characters of a person nor eleven digits.
    #[error("not a tax code: expected sixteen characters or eleven digits")]
    Form,
    /// The last character of a person's code does not fit the others.
    #[error("the check character of the tax code is wrong")]
    CheckCharacter,
    /// Only natural persons may be anonymous.
    #[error("a legal person cannot be anonymous")]
    AnonymousLegalPerson,
    /// The code of a foreign subject is not one that the Node carries.
    #[error("a foreign tax code has 2 to 16 characters: {0}")]
    Foreign(TextError),
}

/// What is odd about a tax code that is accepted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TaxCodeWarning {
    /// Eleven digits whose check digit is wrong; pagoPA's test institutions are like that.
    #[error("the check digit of the tax code is wrong")]
    CheckDigit,
}

impl TaxCodeWarning {
    /// The stable code of the warning in the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            TaxCodeWarning::CheckDigit => "tax_code_check_digit",
        }
    }
}

/// The tax code of a debtor or payer. JSON and the Node carry its text.
///
/// `FromStr` takes whatever the Node carries (2 to 16 characters) and never refuses a code that looks wrong;
/// [`SubjectTaxCode::parse_for`] checks what our users enter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectTaxCode {
    /// The right sixteen characters of a natural person.
    Person(PersonTaxCode),
    /// Eleven digits: a legal person, or the provisional code of a natural one.
    Numeric(InstitutionTaxCode),
    /// A debtor who cannot be identified.
    Anonymous,
    /// Anything else: a foreign code, or a wrong one that came from the Node.
    Other(Text<SUBJECT_CODE_CHARS_MIN, SUBJECT_CODE_CHARS_MAX>),
}

impl SubjectTaxCode {
    /// Checks a code that our own users enter, `country` being that of the address (absent means Italy).
    ///
    /// Eleven digits may belong to anybody, and so may sixteen characters: a sole trader is known by the code of
    /// the person. Whether the service allows [`SubjectTaxCode::Anonymous`] is for the caller to say.
    ///
    /// # Errors
    /// [`TaxCodeError`]; a wrong check digit of eleven digits is a warning instead.
    pub fn parse_for(
        kind: SubjectKind,
        text: &str,
        country: Option<&str>,
    ) -> Result<(SubjectTaxCode, Vec<TaxCodeWarning>), TaxCodeError> {
        match (kind, SubjectTaxCode::entered(text, country)?) {
            (SubjectKind::LegalPerson, (SubjectTaxCode::Anonymous, _)) => Err(TaxCodeError::AnonymousLegalPerson),
            (_, checked) => Ok(checked),
        }
    }

    /// Checks the code of a payer, whose country nobody knows: what has the form of a person's code must be right, and
    /// everything else may be foreign.
    ///
    /// # Errors
    /// [`TaxCodeError::CheckCharacter`] for a person's code that is wrong, [`TaxCodeError::Foreign`] for what the Node
    /// cannot carry.
    pub fn parse_payer(text: &str) -> Result<SubjectTaxCode, TaxCodeError> {
        match (text.parse::<PersonTaxCode>(), text.parse()) {
            (Err(TaxCodeError::CheckCharacter), _) => Err(TaxCodeError::CheckCharacter),
            (_, parsed) => parsed.map_err(TaxCodeError::Foreign),
        }
    }

    fn entered(text: &str, country: Option<&str>) -> Result<(SubjectTaxCode, Vec<TaxCodeWarning>), TaxCodeError> {
        let italian = country.is_none_or(|code| code == ITALY);
        match text.parse() {
            Ok(SubjectTaxCode::Numeric(code)) => {
                let warns = italian && !code.check_digit_right();
                Ok((SubjectTaxCode::Numeric(code), warns.then_some(TaxCodeWarning::CheckDigit).into_iter().collect()))
            }
            Ok(SubjectTaxCode::Other(_)) | Err(_) if italian => {
                // Italian codes have two forms only; the parser of the longer one knows what is wrong.
                text.parse::<PersonTaxCode>().map(|code| (SubjectTaxCode::Person(code), Vec::new()))
            }
            Ok(code) => Ok((code, Vec::new())),
            Err(error) => Err(TaxCodeError::Foreign(error)),
        }
    }

    /// The text that the Node carries.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            SubjectTaxCode::Person(code) => code.as_str(),
            SubjectTaxCode::Numeric(code) => code.as_str(),
            SubjectTaxCode::Anonymous => ANONYMOUS,
            SubjectTaxCode::Other(code) => code.as_str(),
        }
    }

    /// Whether the subject is not known.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        matches!(self, SubjectTaxCode::Anonymous)
    }
}

impl FromStr for SubjectTaxCode {
    type Err = TextError;

    fn from_str(text: &str) -> Result<SubjectTaxCode, TextError> {
        if let Ok(code) = text.parse() {
            return Ok(SubjectTaxCode::Person(code));
        }
        if let Ok(code) = text.parse() {
            return Ok(SubjectTaxCode::Numeric(code));
        }
        if text.eq_ignore_ascii_case(ANONYMOUS) {
            return Ok(SubjectTaxCode::Anonymous);
        }
        text.parse().map(SubjectTaxCode::Other)
    }
}

impl fmt::Display for SubjectTaxCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for SubjectTaxCode {
    /// Tells the kind; the code of a person is never printed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            SubjectTaxCode::Person(_) => "Person",
            SubjectTaxCode::Numeric(_) => "Numeric",
            SubjectTaxCode::Anonymous => "Anonymous",
            SubjectTaxCode::Other(_) => "Other",
        };
        write!(formatter, "SubjectTaxCode::{kind}({})", crate::personal::HIDDEN)
    }
}

serde_text!(SubjectTaxCode);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Entered = Result<(String, Vec<TaxCodeWarning>), TaxCodeError>;

    fn natural(text: &str, country: Option<&str>) -> Entered {
        SubjectTaxCode::parse_for(SubjectKind::NaturalPerson, text, country)
            .map(|(code, warnings)| (code.to_string(), warnings))
    }

    fn legal(text: &str, country: Option<&str>) -> Entered {
        SubjectTaxCode::parse_for(SubjectKind::LegalPerson, text, country)
            .map(|(code, warnings)| (code.to_string(), warnings))
    }

    fn plain(text: &str) -> Entered {
        Ok((text.to_owned(), Vec::new()))
    }

    #[test]
    fn an_italian_code_is_checked_where_our_users_enter_it() {
        for country in [None, Some("IT")] {
            assert_eq!(natural("rssmra85t10a562s", country), plain("RSSMRA85T10A562S"));
            assert_eq!(natural("RSSMRA85T10A562T", country), Err(TaxCodeError::CheckCharacter));
            for wrong in ["", "X", "RSSMRA85T10", "12345678", "AB 12345", "999990000130"] {
                assert_eq!(natural(wrong, country), Err(TaxCodeError::Form), "{wrong}");
                assert_eq!(legal(wrong, country), Err(TaxCodeError::Form), "{wrong}");
            }
        }
        assert_eq!(legal("RSSMRA85T10A562S", None), plain("RSSMRA85T10A562S"));
    }

    #[test]
    fn eleven_digits_may_be_anybody_and_a_wrong_check_digit_only_warns() {
        let warned = Ok(("77777777777".to_owned(), vec![TaxCodeWarning::CheckDigit]));
        assert_eq!(natural("99999000013", None), plain("99999000013"));
        assert_eq!(legal("99999000013", Some("IT")), plain("99999000013"));
        assert_eq!(natural("77777777777", None), warned);
        assert_eq!(legal("77777777777", None), warned);
        assert_eq!(legal("77777777777", Some("DE")), plain("77777777777"));
    }

    #[test]
    fn a_foreign_code_has_two_to_sixteen_characters() {
        for right in ["DE", "12345678", "X-1234567 B", "RSSMRA85T10A562T"] {
            assert_eq!(natural(right, Some("DE")), plain(right));
            assert_eq!(legal(right, Some("FR")), plain(right));
        }
        let refused = |text: &str| natural(text, Some("DE")).unwrap_err();
        assert_eq!(refused("D"), TaxCodeError::Foreign(TextError::TooShort { min: 2 }));
        assert_eq!(refused(&"9".repeat(17)), TaxCodeError::Foreign(TextError::TooLong { max: 16 }));
        assert_eq!(refused("DE\n"), TaxCodeError::Foreign(TextError::ControlCharacter));
    }

    #[test]
    fn only_a_natural_person_is_anonymous() {
        let (code, warnings) = SubjectTaxCode::parse_for(SubjectKind::NaturalPerson, "anonimo", None).unwrap();
        assert_eq!((code.as_str(), warnings.is_empty(), code.is_anonymous()), ("ANONIMO", true, true));
        assert_eq!(legal("ANONIMO", None), Err(TaxCodeError::AnonymousLegalPerson));
        assert_eq!(legal("ANONIMO", Some("DE")), Err(TaxCodeError::AnonymousLegalPerson));
    }

    #[test]
    fn a_payer_may_come_from_anywhere_but_a_persons_code_must_be_right() {
        let kept = |text: &str| SubjectTaxCode::parse_payer(text).map(|code| code.to_string());
        assert_eq!(kept("rssmra85t10a562s"), Ok("RSSMRA85T10A562S".to_owned()));
        assert_eq!(kept("RSSMRA85T10A562T"), Err(TaxCodeError::CheckCharacter));
        for right in ["77777777777", "X-1234567 B", "ANONIMO"] {
            assert_eq!(kept(right), Ok(right.to_owned()));
        }
        assert_eq!(kept("X"), Err(TaxCodeError::Foreign(TextError::TooShort { min: 2 })));
    }

    #[test]
    fn whatever_the_node_sends_is_kept_and_never_printed_in_a_log() {
        for text in ["RSSMRA85T10A562T", "77777777777", "ANONYMOUS", "XX"] {
            let code: SubjectTaxCode = text.parse().unwrap();
            assert_eq!(code.as_str(), text);
            assert!(!format!("{code:?}").contains(text));
        }
    }

    proptest! {
        #[test]
        fn a_stored_code_is_read_again_as_the_same(text in "[A-Z0-9 a-z]{0,17}") {
            if let Ok((code, _)) = SubjectTaxCode::parse_for(SubjectKind::NaturalPerson, &text, Some("DE")) {
                let json = serde_json::to_string(&code).unwrap();
                prop_assert_eq!(serde_json::from_str::<SubjectTaxCode>(&json).unwrap(), code);
            }
        }
    }
}
