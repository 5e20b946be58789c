// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether an IUV that the institution brings with it may be used (rules.md 3).

use thiserror::Error;

use crate::notice::{AuxDigit, Iuv, LocalRange, NoticeNumber, SegregationCode};

/// Why an IUV brought by the institution is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BroughtIuvRefusal {
    /// A new notice has an IUV of 17 digits.
    #[error("the IUV has not 17 digits")]
    NotSeventeenDigits,
    /// It begins with the segregation code of somebody else.
    #[error("the IUV must begin with the segregation code {expected}")]
    OtherSegregationCode {
        /// The code under which the institution's notices are issued.
        expected: SegregationCode,
    },
    /// The last two digits are not the remainder of the sixteen before them.
    #[error("the check digits of the IUV are wrong")]
    WrongCheckDigits,
    /// Tramite could give the same number by itself.
    #[error("the IUV lies in the range that is numbered here and was not reserved")]
    InLocalRange,
}

/// The notice number of an IUV brought by the institution.
///
/// `reserved` says that an IUV batch of this institution gave it. That it is unused is for the store to say:
/// the number is unique per institution.
///
/// # Errors
/// The first [`BroughtIuvRefusal`] that applies.
pub fn check_brought_iuv(
    iuv: &Iuv,
    segregation: SegregationCode,
    local: LocalRange,
    reserved: bool,
) -> Result<NoticeNumber, BroughtIuvRefusal> {
    let number = NoticeNumber::from_iuv(AuxDigit::Three, None, iuv).ok_or(BroughtIuvRefusal::NotSeventeenDigits)?;
    if number.segregation_code() != Some(segregation) {
        return Err(BroughtIuvRefusal::OtherSegregationCode { expected: segregation });
    }
    if !number.check_digits_right() {
        return Err(BroughtIuvRefusal::WrongCheckDigits);
    }
    let numbered_here = number.base().is_none_or(|base| local.contains(base));
    if numbered_here && !reserved {
        return Err(BroughtIuvRefusal::InLocalRange);
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::Base13;

    fn checked(iuv: &str, reserved: bool) -> Result<NoticeNumber, BroughtIuvRefusal> {
        let segregation = "05".parse().unwrap();
        check_brought_iuv(&iuv.parse().unwrap(), segregation, LocalRange::DEFAULT, reserved)
    }

    fn iuv_of_base(base: u64) -> String {
        let number = NoticeNumber::generate("05".parse().unwrap(), Base13::new(base).unwrap());
        number.iuv().to_string()
    }

    #[test]
    fn an_iuv_of_the_institution_is_taken_outside_our_range_or_when_reserved() {
        assert_eq!(checked("05000000001234586", false).unwrap().as_str(), "305000000001234586");
        assert!(checked(&iuv_of_base(4_999_999_999_999), false).is_ok());
        for base in [5_000_000_000_000, 9_999_999_999_999] {
            assert_eq!(checked(&iuv_of_base(base), false), Err(BroughtIuvRefusal::InLocalRange));
            assert!(checked(&iuv_of_base(base), true).is_ok());
        }
    }

    #[test]
    fn an_iuv_is_refused_for_its_form_its_owner_or_its_check_digits() {
        for form in ["1", "000000000000141", "RF18539007547034", "0500000000123458x"] {
            assert_eq!(checked(form, true), Err(BroughtIuvRefusal::NotSeventeenDigits), "{form}");
        }
        let expected = "05".parse().unwrap();
        assert_eq!(checked("02000000000495213", true), Err(BroughtIuvRefusal::OtherSegregationCode { expected }));
        assert_eq!(checked("05000000001234587", true), Err(BroughtIuvRefusal::WrongCheckDigits));
    }
}
