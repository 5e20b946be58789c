// SPDX-License-Identifier: AGPL-3.0-or-later
//! New terms for what is unpaid (rules.md 11). Installments are matched by `reference`: the same keeps id, IUV and
//! notice number; a new one gets a new number; a missing one is cancelled and its number is never used again.

use std::collections::BTreeSet;

use crate::audit::POSITION_REPLACED;
use crate::given::{Given, Numbers};
use crate::refusal::Refusal;
use crate::text::Text;
use crate::violation::{Place, Violations};

use super::change::{Activity, changed};
use super::difference::same_installment;
use super::given_number::check_kept;
use super::open::{new_installment, number_of};
use super::past_amount::remembered;
use super::terms::{InstallmentTerms, OptionTerms, Terms, read_terms};
use super::{
    DebtPosition, Decided, INSTALLMENTS_TOTAL_MAX, Installment, PaymentOption, PositionInput, PositionStatus,
    TermsContext, Warning, position_status,
};

/// Replaces the terms of a position. The state is kept: a draft stays a draft unless the input publishes it.
///
/// # Errors
/// `PositionState` on a paid, reported or cancelled position; `Immutable` when service or external id differ;
/// `PaymentInProgress` while somebody pays, unless forced; `Invalid` with every violation; `NumberImmutable` where an
/// installment would get another number; `InstallmentPaid` when a
/// paid installment is missing or differs; `NoIssuingStation` when the numbers do not suffice.
pub fn replace(
    context: TermsContext<'_>,
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    position: &DebtPosition,
    activity: Activity<'_>,
    input: &PositionInput,
    force: bool,
) -> Result<Decided, Refusal> {
    let (terms, warnings) = check(context, position, activity, input, force)?;
    let mut after = apply(given, numbers, position, terms, input.publish)?;
    after.late_charges.clone_from(&context.service.late_charges);
    after.amount_callback.clone_from(&context.service.amount_callback);
    Ok(Decided { warnings, ..changed(given, position, after).audited(given, POSITION_REPLACED) })
}

/// How many notice numbers the new terms will take: one for every reference that the position does not have and that
/// brings none. Asking first means that a refused request takes none.
///
/// # Errors
/// As [`replace`] would, but for the numbers and for paid installments.
pub fn numbers_to_replace(
    context: TermsContext<'_>,
    position: &DebtPosition,
    activity: Activity<'_>,
    input: &PositionInput,
    force: bool,
) -> Result<usize, Refusal> {
    let (terms, _) = check(context, position, activity, input, force)?;
    Ok(new_references(position, &terms).filter(|one| one.number.is_none()).count())
}

fn check(
    context: TermsContext<'_>,
    position: &DebtPosition,
    activity: Activity<'_>,
    input: &PositionInput,
    force: bool,
) -> Result<(Terms, Vec<Warning>), Refusal> {
    let status = position_status(position, context.now);
    if matches!(status, PositionStatus::Paid | PositionStatus::Reported | PositionStatus::Cancelled) {
        return Err(Refusal::PositionState { status });
    }
    if activity.superseded {
        return Err(Refusal::Superseded);
    }
    if position.service_code.as_ref().map(|code| code.as_str()) != Some(input.service_code.as_str()) {
        return Err(Refusal::Immutable { field: "service_code" });
    }
    if position.external_id.as_ref().map(|id| id.as_str()) != Some(input.external_id.as_str()) {
        return Err(Refusal::Immutable { field: "external_id" });
    }
    activity.check_free(context.now, force)?;
    let (terms, warnings) = read_terms(context, input, Some(position))?;
    check_kept(position, &terms)?;
    // Nothing is ever taken out of a position, so what comes in is what makes it grow.
    if position.installments().count().saturating_add(new_references(position, &terms).count()) > INSTALLMENTS_TOTAL_MAX
    {
        let mut wrong = Violations::new();
        let detail = format!("at most {INSTALLMENTS_TOTAL_MAX} installments in all, the withdrawn ones included");
        wrong.add(&Place::root().at("payment_options"), "too_many", detail);
        return Err(Refusal::Invalid(wrong.into_vec()));
    }
    Ok((terms, warnings))
}

fn new_references<'a>(position: &'a DebtPosition, terms: &'a Terms) -> impl Iterator<Item = &'a InstallmentTerms> {
    let live: BTreeSet<_> =
        position.installments().filter(|(_, one)| one.stands()).map(|(_, one)| one.reference.as_str()).collect();
    let asked = terms.options.iter().flat_map(|option| &option.installments);
    asked.filter(move |one| !live.contains(one.reference.as_str()))
}

fn apply(
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    position: &DebtPosition,
    terms: Terms,
    publish: bool,
) -> Result<DebtPosition, Refusal> {
    let mut left = position.clone();
    let mut options = Vec::with_capacity(terms.options.len());
    for option in terms.options {
        let matched = match_option(given, numbers, &mut left, &options, option, &terms.description)?;
        options.push(matched);
    }
    // What the input no longer names: paid must be there, the rest is cancelled and kept. What was paid although it had
    // been withdrawn is neither: it stays as it is, named or not.
    for mut option in std::mem::take(&mut left.options) {
        let must_stand = |one: &&Installment| one.payment.is_some() && one.cancelled_at.is_none();
        if let Some(paid) = option.installments.iter().find(must_stand) {
            return Err(Refusal::InstallmentPaid { reference: paid.reference.to_string() });
        }
        if option.installments.is_empty() {
            continue;
        }
        for one in &mut option.installments {
            one.cancelled_at = one.cancelled_at.or(Some(given.now));
        }
        match options.iter_mut().find(|kept: &&mut PaymentOption| kept.id == option.id) {
            Some(kept) => kept.installments.append(&mut option.installments),
            None => options.push(option),
        }
    }
    Ok(DebtPosition {
        description: terms.description,
        debtor: terms.debtor,
        valid_from: terms.valid_from,
        expires_after_due_date: terms.expires_after_due_date,
        published_at: position.published_at.or_else(|| publish.then_some(given.now)),
        options,
        ..left
    })
}

/// An option is the old one that holds one of its references; otherwise a new one.
fn match_option(
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    left: &mut DebtPosition,
    matched: &[PaymentOption],
    terms: OptionTerms,
    description: &Text<1, 140>,
) -> Result<PaymentOption, Refusal> {
    let old = left
        .options
        .iter()
        .filter(|option| matched.iter().all(|other| other.id != option.id))
        .find(|option| {
            option.installments.iter().any(|one| terms.installments.iter().any(|new| new.reference == one.reference))
        })
        .map(|option| (option.id, option.notified_on));
    let (id, notified_on) = old.unwrap_or_else(|| (given.id(), None));
    let mut installments = Vec::with_capacity(terms.installments.len());
    for one in terms.installments {
        installments.push(match take_by_reference(left, &one) {
            Some(old) => renew(given, old, one, description)?,
            None => {
                let number = number_of(&one, numbers)?;
                new_installment(given, one, number, description)
            }
        });
    }
    Ok(PaymentOption {
        id,
        kind: terms.kind,
        available_until: terms.available_until,
        available_days: terms.available_days,
        notified_on,
        installments,
    })
}

/// The installment of that reference: the one that is not withdrawn, or else one that was paid all the same, which needs no
/// second number.
fn take_by_reference(left: &mut DebtPosition, terms: &InstallmentTerms) -> Option<Installment> {
    let live = |one: &Installment| one.cancelled_at.is_none();
    let paid = |one: &Installment| one.payment.is_some();
    take(left, |one| one.reference == terms.reference && live(one))
        .or_else(|| take(left, |one| one.reference == terms.reference && paid(one)))
}

fn take(left: &mut DebtPosition, is: impl Fn(&Installment) -> bool) -> Option<Installment> {
    left.options.iter_mut().find_map(|option| {
        let at = option.installments.iter().position(&is)?;
        Some(option.installments.remove(at))
    })
}

/// The old installment with the new terms, under its old id and numbers. A paid one must be there unchanged.
fn renew(
    given: &mut Given<'_>,
    old: Installment,
    terms: InstallmentTerms,
    description: &Text<1, 140>,
) -> Result<Installment, Refusal> {
    if old.payment.is_some() {
        let same = same_installment(&old, &terms);
        return if same { Ok(old) } else { Err(Refusal::InstallmentPaid { reference: old.reference.to_string() }) };
    }
    let past_amounts = if old.amount == terms.amount {
        old.past_amounts
    } else {
        remembered(&old.past_amounts, old.amount, given.now)
    };
    match old.notice_number {
        Some(number) => {
            Ok(Installment { id: old.id, past_amounts, ..new_installment(given, terms, number, description) })
        }
        None => Err(Refusal::Immutable { field: "notice_number" }),
    }
}
