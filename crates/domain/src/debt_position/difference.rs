// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a request means the position that is there already (`if_exists: return`, rules.md 8).

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
    let (terms, _) = read_terms(context, input).map_err(|wrong| Refusal::Invalid(wrong.into_vec()))?;
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
    differs(
        !same_options(position, terms),
        if input.payment_options.is_empty() { "/amount" } else { "/payment_options" },
    );
    Ok(found)
}

fn same_options(position: &DebtPosition, terms: Terms) -> bool {
    position.options.len() == terms.options.len()
        && position.options.iter().zip(terms.options).all(|(old, new)| same_option(position, old, new))
}

fn same_option(position: &DebtPosition, old: &PaymentOption, new: OptionTerms) -> bool {
    old.kind == new.kind
        && old.available_until == new.available_until
        && old.available_days == new.available_days
        && old.installments.len() == new.installments.len()
        && old.installments.iter().zip(new.installments).all(|(one, terms)| same_installment(position, one, terms))
}

fn same_installment(position: &DebtPosition, old: &Installment, new: InstallmentTerms) -> bool {
    let text = new.description.as_ref().unwrap_or(&position.description).clone();
    let transfers: Vec<_> =
        (1..).zip(new.shares).map(|(index, share)| share.into_transfer(index, &old.iuv, &text)).collect();
    old.reference == new.reference
        && old.amount == new.amount
        && old.due_date == new.due_date
        && old.expires_at == new.expires_at
        && old.description == new.description
        && old.payment_metadata == new.payment_metadata
        && old.metadata == new.metadata
        && old.transfers == transfers
}
