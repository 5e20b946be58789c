// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a request means what is there already (`if_exists: return`, rules.md 8; paid installments, rules.md 11).
//! Installments that an earlier request withdrew are not part of it.

use crate::refusal::Refusal;

use super::terms::{InstallmentTerms, OptionTerms, Terms, read_terms};
use super::{DebtPosition, Installment, PaymentOption, PositionInput, TermsContext};

/// Where the input differs from the position, as JSON pointers; empty when it means the same.
///
/// # Errors
/// `Invalid` when the input breaks the rules by itself.
pub fn differences(
    context: TermsContext<'_>,
    position: &DebtPosition,
    input: &PositionInput,
) -> Result<Vec<String>, Refusal> {
    let (terms, _) = read_terms(context, input, Some(position))?;
    let mut found = Vec::new();
    let mut differs = |yes: bool, pointer: &str| {
        if yes {
            found.push(pointer.to_owned());
        }
    };
    differs(terms.description != position.description, "/description");
    differs(terms.debtor != position.debtor, "/debtor");
    differs(terms.valid_from != position.valid_from, "/valid_from");
    differs(terms.expires_after_due_date != position.expires_after_due_date, "/expires_after_due_date");
    let live = live_options(position);
    if input.payment_options.is_empty() {
        let (amount, due_date) = short_form(&live, &terms);
        differs(amount, "/amount");
        differs(due_date, "/due_date");
    } else {
        differs(!same_options(&live, &terms.options), "/payment_options");
    }
    Ok(found)
}

/// An option with its installments that were not withdrawn.
type Live<'a> = (&'a PaymentOption, Vec<&'a Installment>);

fn live_options(position: &DebtPosition) -> Vec<Live<'_>> {
    let live = |option: &'_ PaymentOption| option.installments.iter().filter(|one| one.cancelled_at.is_none()).count();
    position
        .options
        .iter()
        .filter(|option| live(option) > 0)
        .map(|option| (option, option.installments.iter().filter(|one| one.cancelled_at.is_none()).collect()))
        .collect()
}

/// Whether amount and due date of the short form differ. Everything else that it means goes with the amount.
fn short_form(live: &[Live<'_>], terms: &Terms) -> (bool, bool) {
    let same_but_for_date = |new: &OptionTerms, (old, ones): &Live<'_>| {
        let mut new = new.clone();
        for (new, old) in new.installments.iter_mut().zip(ones) {
            new.due_date = old.due_date;
        }
        same_option(old, ones, &new)
    };
    let dates = |live: &Live<'_>, new: &OptionTerms| {
        live.1.iter().zip(&new.installments).any(|(old, new)| old.due_date != new.due_date)
    };
    let pairs = || live.iter().zip(&terms.options);
    let same_shape = live.len() == terms.options.len();
    (
        !same_shape || !pairs().all(|(old, new)| same_but_for_date(new, old)),
        same_shape && pairs().any(|(old, new)| dates(old, new)),
    )
}

fn same_options(live: &[Live<'_>], terms: &[OptionTerms]) -> bool {
    live.len() == terms.len() && live.iter().zip(terms).all(|((old, ones), new)| same_option(old, ones, new))
}

fn same_option(old: &PaymentOption, ones: &[&Installment], new: &OptionTerms) -> bool {
    old.kind == new.kind
        && old.available_until == new.available_until
        && old.available_days == new.available_days
        && ones.len() == new.installments.len()
        && ones.iter().zip(&new.installments).all(|(one, terms)| same_installment(one, terms))
}

/// Whether an installment is what the terms say.
pub(super) fn same_installment(old: &Installment, new: &InstallmentTerms) -> bool {
    old.reference == new.reference
        && new.number.as_ref().is_none_or(|given| given.is_of(old))
        && old.amount == new.amount
        && old.due_date == new.due_date
        && old.expires_at == new.expires_at
        && old.description == new.description
        && old.payment_metadata == new.payment_metadata
        && old.metadata == new.metadata
        && old.transfers.len() == new.shares.len()
        && old.transfers.iter().zip(&new.shares).all(|(transfer, share)| share.means(transfer, &old.iuv))
}
