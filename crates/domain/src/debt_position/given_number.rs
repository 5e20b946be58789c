// SPDX-License-Identifier: AGPL-3.0-or-later
//! The number that a caller gives an installment: one of the institution's own, or the one that it has already
//! (rules.md 3 and 11).

use std::collections::BTreeSet;

use crate::ident::InstallmentReference;
use crate::iuv_rules::check_brought;
use crate::notice::{AuxDigit, Iuv, NoticeNumber};
use crate::refusal::Refusal;
use crate::violation::{Place, Violations};

use super::terms::{Terms, TermsContext};
use super::{DebtPosition, Installment, InstallmentInput, PositionInput};

/// A number as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GivenNumber {
    /// In full.
    Notice(NoticeNumber),
    /// By what follows the routing digits.
    Iuv(Iuv),
}

impl GivenNumber {
    /// The number in full. A creditor reference alone stands for a notice of aux digit 3.
    pub(super) fn notice(&self) -> Option<NoticeNumber> {
        match self {
            Self::Notice(number) => Some(*number),
            Self::Iuv(iuv) => NoticeNumber::from_iuv(AuxDigit::Three, None, iuv),
        }
    }

    /// Whether it is the number that the installment has.
    pub(super) fn is_of(&self, installment: &Installment) -> bool {
        match self {
            Self::Notice(number) => installment.notice_number == Some(*number),
            Self::Iuv(iuv) => installment.iuv == *iuv,
        }
    }

    const fn field(&self) -> &'static str {
        match self {
            Self::Notice(_) => "notice_number",
            Self::Iuv(_) => "iuv",
        }
    }
}

/// The numbers that a request gives, as far as they can be read: what the store is asked about beforehand.
#[must_use]
pub fn given_numbers(input: &PositionInput) -> BTreeSet<NoticeNumber> {
    let installments = input.payment_options.iter().flat_map(|option| &option.installments);
    let read = |one: &InstallmentInput| match (&one.notice_number, &one.iuv) {
        (Some(number), _) => number.parse().ok(),
        (None, Some(iuv)) => GivenNumber::Iuv(iuv.parse().ok()?).notice(),
        (None, None) => None,
    };
    installments.filter_map(read).collect()
}

/// Reads the numbers of one request.
pub(super) struct NumberReader<'a> {
    pub(super) context: TermsContext<'a>,
    pub(super) present: Option<&'a DebtPosition>,
    pub(super) seen: BTreeSet<Iuv>,
}

impl NumberReader<'_> {
    /// The number given to one installment, `Some(None)` where none is; `None` where it is wrong. What an installment has
    /// already is only read: whether it is the same is for the decision to say.
    pub(super) fn read(
        &mut self,
        wrong: &mut Violations,
        place: &Place,
        one: &InstallmentInput,
    ) -> Option<Option<GivenNumber>> {
        let given = match (&one.notice_number, &one.iuv) {
            (None, None) => return Some(None),
            (Some(text), iuv) => {
                let at = place.at("notice_number");
                let number: NoticeNumber = wrong.take(&at, "wrong_pattern", text.parse())?;
                if iuv.as_ref().is_some_and(|iuv| number.iuv().as_str() != iuv) {
                    wrong.add(&place.at("iuv"), "iuv_differs", "the notice number carries another IUV");
                    return None;
                }
                GivenNumber::Notice(number)
            }
            (None, Some(text)) => GivenNumber::Iuv(wrong.take(&place.at("iuv"), "wrong_pattern", text.parse())?),
        };
        let at = place.at(given.field());
        if self.has_one_already(one) {
            return Some(Some(given));
        }
        let Some(number) = given.notice() else {
            let detail =
                "an IUV alone has 17 digits and stands for a notice that begins with 3: give the notice number";
            wrong.add(&at, "notice_number_needed", detail);
            return None;
        };
        if !self.seen.insert(number.iuv()) {
            wrong.add(&at, "duplicate_notice_number", "another installment of this request has this number");
            return None;
        }
        let checked = check_brought(&number, self.context.institution, self.context.numbers, self.context.now);
        if let Err(refusal) = checked {
            wrong.add(&at, refusal.code(), refusal.to_string());
            return None;
        }
        Some(Some(given))
    }

    fn has_one_already(&self, one: &InstallmentInput) -> bool {
        let only = InstallmentReference::only();
        let reference = one.reference.as_deref().unwrap_or(only.as_str());
        self.present.is_some_and(|position| standing(position, reference).is_some())
    }
}

/// The installment of that reference: the one that was not withdrawn, or else one that was paid all the same.
fn standing<'a>(position: &'a DebtPosition, reference: &str) -> Option<&'a Installment> {
    let named = || position.installments().map(|(_, one)| one).filter(|one| one.reference.as_str() == reference);
    named().find(|one| one.cancelled_at.is_none()).or_else(|| named().find(|one| one.stands()))
}

/// An installment keeps its number: the request repeats it, or says none (rules.md 11).
pub(super) fn check_kept(position: &DebtPosition, terms: &Terms) -> Result<(), Refusal> {
    let mut pointers = Vec::new();
    for (option_at, option) in terms.options.iter().enumerate() {
        for (at, one) in option.installments.iter().enumerate() {
            let (Some(given), Some(old)) = (&one.number, standing(position, one.reference.as_str())) else { continue };
            if !given.is_of(old) {
                let field = given.field();
                pointers.push(format!("/payment_options/{option_at}/installments/{at}/{field}"));
            }
        }
    }
    if pointers.is_empty() { Ok(()) } else { Err(Refusal::NumberImmutable { pointers }) }
}
