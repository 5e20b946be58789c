// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the notice of a debt position says at an instant: all that can be paid, or the one installment that was asked for.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, OptionKind, PaymentOption, PositionStatus, TransferTarget,
    amount_due, expiry, installment_status, position_status,
};
use crate::iban::Iban;
use crate::ident::AccountCode;
use crate::ids::InstallmentId;
use crate::institution::Institution;
use crate::refusal::Refusal;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::{NoticeCreditor, NoticeDebtor, NoticePart, NoticeTerms, PostalSlip, PrintedNotice, PrintedSlips};

/// What the notice of a debt position says at an instant: all that can be paid then, or the installment of that id alone.
///
/// A scheduled position has a notice too, so that it can be sent before: it says what will be due at the instant from which it
/// can be paid. Amounts are those that a provider is told (rules.md 22); where only the institution's own system knows and was
/// not asked, that of the position. What has no notice number is not printed: nobody could pay it.
///
/// A paper has room for one amount, for the two of a fine, or for a plan with one amount beside it. Of positions that offer more,
/// a discount goes before a plan, for it is lost first, and of equal kinds the first is printed; what is left out has a notice
/// by its id.
///
/// A slip that was printed before says the same again, whatever became of the account since (rules.md 17): `slips` are those of the
/// position.
///
/// # Errors
/// `Invalid` where the position has no such installment; `NotPublished` of a draft; `NothingToPay` where nothing that was asked
/// for can be paid.
pub fn printed_notice(
    position: &DebtPosition,
    institution: &Institution,
    slips: &PrintedSlips,
    wanted: Option<InstallmentId>,
    now: Instant,
) -> Result<PrintedNotice, Refusal> {
    let status = position_status(position, now);
    if status == PositionStatus::Draft {
        return Err(Refusal::NotPublished);
    }
    let payable_at = position.valid_from.map_or(now, |from| from.max(now));
    let terms = |wanted| {
        let paper = Paper { position, institution, slips, wanted, payable_at };
        paper.terms().ok_or(Refusal::NothingToPay { status })
    };
    let all = terms(None)?;
    if wanted.is_some_and(|id| position.installment(id).is_none()) {
        return Err(unknown_installment());
    }
    let terms = if wanted.is_some() { terms(wanted)? } else { all };
    Ok(PrintedNotice {
        creditor: NoticeCreditor {
            name: institution.display_name.clone(),
            tax_code: institution.tax_code,
            sector: institution.office_name.clone(),
            cbill_code: institution.cbill_code.clone(),
        },
        debtor: debtor(position),
        subject: subject(position, &terms),
        terms,
    })
}

/// What the notice prints of accounts of the position that nobody holds for sure yet: it is to be kept, so that each further print says
/// the same (rules.md 17).
#[must_use]
pub fn new_slips(
    position: &DebtPosition,
    notice: &PrintedNotice,
    slips: &PrintedSlips,
) -> BTreeMap<AccountCode, PostalSlip> {
    let own = |part: &NoticePart| {
        let (_, one) = position.installment(part.installment_id)?;
        Some((own_account(one)?.clone(), part.slip.clone()?))
    };
    notice
        .terms
        .parts()
        .filter_map(own)
        .filter(|(account, _)| slips.get(account).is_none_or(|first| first.provisional))
        .collect()
}

/// The account of the first share that is the institution's own.
fn own_account(one: &Installment) -> Option<&AccountCode> {
    one.transfers.iter().find_map(|transfer| match &transfer.target {
        TransferTarget::Account { account_id } => Some(account_id),
        _ => None,
    })
}

/// How many days a discount lasts from a notification that nobody has told yet.
fn runs_from_notification(option: &PaymentOption) -> Option<u16> {
    let unknown =
        option.kind == OptionKind::Reduced && option.available_until.is_none() && option.notified_on.is_none();
    option.available_days.filter(|_| unknown)
}

fn unknown_installment() -> Refusal {
    let mut wrong = Violations::new();
    let place = Place::root().at("installment_id");
    wrong.add(&place, "unknown_installment", "the debt position has no such installment");
    Refusal::Invalid(wrong.into_vec())
}

fn debtor(position: &DebtPosition) -> NoticeDebtor {
    let debtor = &position.debtor;
    NoticeDebtor {
        full_name: debtor.full_name.clone(),
        tax_code: Some(&debtor.tax_code).filter(|code| !code.expose().is_anonymous()).cloned(),
        address: debtor.address.clone(),
    }
}

/// What the only part is for; of several parts, what all of them are for.
fn subject(position: &DebtPosition, terms: &NoticeTerms) -> Text<1, 140> {
    let mut parts = terms.parts();
    let only = parts.next().filter(|_| parts.next().is_none());
    let one = only.and_then(|part| position.installment(part.installment_id));
    one.map_or(&position.description, |(_, one)| position.description_of(one)).clone()
}

/// What is known while a notice is written.
struct Paper<'a> {
    position: &'a DebtPosition,
    institution: &'a Institution,
    /// What was printed of it before.
    slips: &'a PrintedSlips,
    wanted: Option<InstallmentId>,
    /// The first instant, from now on, at which it can be paid.
    payable_at: Instant,
}

impl Paper<'_> {
    /// What can be paid, in a form that there is paper for; none where nothing can.
    fn terms(&self) -> Option<NoticeTerms> {
        let first = |kind| self.options(kind).find_map(|option| self.parts(option).next());
        let plan = self.options(OptionKind::Installments).map(|option| {
            let parts: Vec<NoticePart> = self.parts(option).collect();
            let complete = option.installments.iter().filter(|one| one.stands()).count() == parts.len();
            (parts, complete)
        });
        let plan = plan.into_iter().find(|(parts, _)| !parts.is_empty());
        match (first(OptionKind::Reduced), first(OptionKind::Single), plan) {
            (Some(discounted), Some(reduced), _) => Some(NoticeTerms::Fine { discounted, reduced }),
            (discounted, single, Some((parts, complete))) => {
                Some(NoticeTerms::Installments { whole: single.or(discounted), parts, complete })
            }
            (discounted, single, None) => discounted.or(single).map(NoticeTerms::Single),
        }
    }

    fn options(&self, kind: OptionKind) -> impl Iterator<Item = &PaymentOption> {
        self.position.options.iter().filter(move |option| option.kind == kind)
    }

    /// What can be paid of an option.
    fn parts<'a>(&'a self, option: &'a PaymentOption) -> impl Iterator<Item = NoticePart> + 'a {
        let numbered = (1..=u16::MAX).zip(&option.installments);
        numbered.filter_map(move |(number, one)| self.part(option, number, one))
    }

    fn part(&self, option: &PaymentOption, number: u16, one: &Installment) -> Option<NoticePart> {
        let status = installment_status(self.position, option, one, self.payable_at);
        let meant = self.wanted.is_none_or(|id| id == one.id);
        let amount = amount_due(self.position, one, self.payable_at).amount;
        if !meant || status != InstallmentStatus::Open || !amount.is_payable() {
            return None;
        }
        Some(NoticePart {
            installment_id: one.id,
            number,
            amount,
            due_date: self.due_date(option, one),
            days_from_notification: runs_from_notification(option),
            notice_number: one.notice_number?,
            slip: self.slip(one),
        })
    }

    /// The due date, or the last day on which it can be paid where that is earlier, as with a discount. The end itself is no
    /// longer in that time: what ends at midnight can be paid on the day before.
    fn due_date(&self, option: &PaymentOption, one: &Installment) -> Option<NaiveDate> {
        let last = expiry(self.position, option, one).map(|end| end.plus_seconds(-1).rome_date());
        one.due_date.into_iter().chain(last).min()
    }

    /// The slip to the institution's own account: that of the first share that is the institution's own.
    fn slip(&self, one: &Installment) -> Option<PostalSlip> {
        let id = own_account(one)?;
        self.slips.get(id).map(|first| first.slip.clone()).or_else(|| self.present_slip(id))
    }

    /// What the slip to an account would say now; none where it is not postal.
    fn present_slip(&self, id: &AccountCode) -> Option<PostalSlip> {
        let account = self.institution.account(id, self.payable_at)?;
        let postal = account.postal_iban.as_ref().and_then(Iban::postal_account);
        let number = postal.or_else(|| account.iban.postal_account())?;
        // An IBAN may have letters there, and a codeline may not.
        let written = number.bytes().all(|byte| byte.is_ascii_digit());
        written.then(|| PostalSlip {
            account: number.to_owned(),
            holder: account.holder.clone().unwrap_or_else(|| self.institution_name()),
            authorization: account.postal_authorization.clone(),
        })
    }

    /// As much of the institution's name as a slip has room for.
    fn institution_name(&self) -> Text<1, 70> {
        Text::salvaged(&self.institution.display_name).unwrap_or_else(Text::dash)
    }
}
