// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a number that the institution brings with it may be used (rules.md 2 and 3).

use std::collections::BTreeSet;

use thiserror::Error;

use crate::institution::Institution;
use crate::notice::{AuxDigit, Iuv, NoticeNumber};
use crate::time::Instant;

/// What the store knows of the numbers that a request brings. A number that it was not asked about is neither: it is
/// refused within a local range, and the store itself refuses what is there already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownNumbers {
    /// The creditor references that some installment of the institution has or ever had.
    pub taken: BTreeSet<Iuv>,
    /// Those that a batch of the institution reserved, for the service that is meant.
    pub reserved: BTreeSet<NoticeNumber>,
}

/// What is known where a request brings no number.
pub static NO_NUMBERS: KnownNumbers = KnownNumbers { taken: BTreeSet::new(), reserved: BTreeSet::new() };

/// Why a number brought by the institution is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BroughtRefusal {
    /// The first digit is none that pagoPA uses, or the number is the Node's probe.
    #[error("no notice has this number: it begins with 0, 1, 2 or 3, and 18 zeros are the Node's own question")]
    NoNotice,
    /// The Node finds no station of the institution by its first digits.
    #[error("no station of the institution is found by the first digits of this number")]
    NotRouted,
    /// The last two digits are not the remainder of the sixteen before them.
    #[error("the last two digits are not the check digits of the sixteen before them")]
    WrongCheckDigits,
    /// Another installment of the institution has it, or had it: it is never used again.
    #[error("another installment of the institution has this number, or had it once")]
    Taken,
    /// Tramite could give the same number by itself.
    #[error("the number lies in the range that is numbered here, and no batch has reserved it")]
    InLocalRange,
}

impl BroughtRefusal {
    /// Stable snake_case code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoNotice => "no_notice_number",
            Self::NotRouted => "not_routed",
            Self::WrongCheckDigits => "wrong_check_digits",
            Self::Taken => "notice_number_taken",
            Self::InLocalRange => "in_local_range",
        }
    }
}

/// Whether an installment may have a number that the institution brings.
///
/// With aux digit 3 it has one of the segregation codes under which the institution is reached now, or was reserved;
/// with 0 one of its application codes; with 1 and 2 the institution has a station for them. The check digits are right
/// where there are any, the IUV is unused, and Tramite does not give it by itself, unless a batch reserved it.
///
/// # Errors
/// The first [`BroughtRefusal`] that applies.
pub fn check_brought(
    number: &NoticeNumber,
    institution: &Institution,
    known: &KnownNumbers,
    now: Instant,
) -> Result<(), BroughtRefusal> {
    let aux_digit = number.aux_digit().filter(|_| !number.is_probe()).ok_or(BroughtRefusal::NoNotice)?;
    // A batch that was printed outlives the code it was given under (rules.md 17).
    let reserved = aux_digit == AuxDigit::Three && known.reserved.contains(number);
    if !reserved && !institution.routes(number, now) {
        return Err(BroughtRefusal::NotRouted);
    }
    if !number.check_digits_right() {
        return Err(BroughtRefusal::WrongCheckDigits);
    }
    let iuv = number.iuv();
    if known.taken.contains(&iuv) {
        return Err(BroughtRefusal::Taken);
    }
    if !reserved && is_numbered_here(&iuv, institution) {
        return Err(BroughtRefusal::InLocalRange);
    }
    Ok(())
}

/// Whether that IUV is one that Tramite gives by itself. Notices of aux digits 1 and 2 may have such an IUV too, and an
/// IUV is unique whatever digit stands before it.
fn is_numbered_here(iuv: &Iuv, institution: &Institution) -> bool {
    let Some(number) = NoticeNumber::from_iuv(AuxDigit::Three, None, iuv) else { return false };
    let parts = number.segregation_code().zip(number.base());
    number.check_digits_right() && parts.is_some_and(|(code, base)| institution.local_range_of(code, base).is_some())
}
