// SPDX-License-Identifier: AGPL-3.0-or-later
//! What differs between a position before and after an act: the history of a position is made of it. Values are told of
//! amounts and dates; of texts, debtors and metadata the names alone, for a history is read by more people than they are.

use crate::field_change::FieldChange;
use crate::ident::InstallmentReference;

use super::{DebtPosition, Debtor, Installment, PaymentOption};

/// Every field that an act changed, in the order of the position.
pub(super) fn changes_between(before: &DebtPosition, after: &DebtPosition) -> Vec<FieldChange> {
    let mut found = Found { changes: Vec::new(), of: None };
    found.named("description", before.description != after.description);
    debtor(&mut found, &before.debtor, &after.debtor);
    found.told("valid_from", before.valid_from, after.valid_from);
    found.told("expires_after_due_date", Some(before.expires_after_due_date), Some(after.expires_after_due_date));
    found.told("published_at", before.published_at, after.published_at);
    found.told("cancelled_at", before.cancelled_at, after.cancelled_at);
    for option in &after.options {
        let old = before.options.iter().find(|old| old.id == option.id);
        terms(&mut found, old, option);
        for one in &option.installments {
            let old = before.installment(one.id).map(|(_, old)| old);
            installment(&mut found, old, one);
        }
    }
    found.changes
}

fn debtor(found: &mut Found, before: &Debtor, after: &Debtor) {
    found.named("debtor/type", before.kind != after.kind);
    found.named("debtor/tax_code", before.tax_code != after.tax_code);
    found.named("debtor/full_name", before.full_name != after.full_name);
    found.named("debtor/email", before.email != after.email);
    found.named("debtor/address", before.address != after.address);
}

/// The terms of an option, told of its first installment.
fn terms(found: &mut Found, before: Option<&PaymentOption>, after: &PaymentOption) {
    let Some(before) = before else { return };
    found.of = after.installments.first().map(|one| one.reference.clone());
    found.told("kind", Some(before.kind.name()), Some(after.kind.name()));
    found.told("available_until", before.available_until, after.available_until);
    found.told("available_days", before.available_days, after.available_days);
    found.told("notified_on", before.notified_on, after.notified_on);
}

fn installment(found: &mut Found, before: Option<&Installment>, after: &Installment) {
    found.of = Some(after.reference.clone());
    let cents = |one: &Installment| one.amount.cents();
    let Some(before) = before else {
        found.told("installment", None, Some(cents(after)));
        return;
    };
    found.told("amount", Some(cents(before)), Some(cents(after)));
    found.told("due_date", before.due_date, after.due_date);
    found.told("expires_at", before.expires_at, after.expires_at);
    found.named("description", before.description != after.description);
    found.named("transfers", before.transfers != after.transfers);
    found.named("payment_metadata", before.payment_metadata != after.payment_metadata);
    found.named("metadata", before.metadata != after.metadata);
    found.told("cancelled_at", before.cancelled_at, after.cancelled_at);
    let paid = |one: &Installment| one.payment.as_ref().map(|payment| (payment.paid_at, payment.amount.cents()));
    found.told("paid_at", paid(before).map(|(at, _)| at), paid(after).map(|(at, _)| at));
    found.told("paid_amount", paid(before).map(|(_, cents)| cents), paid(after).map(|(_, cents)| cents));
}

struct Found {
    changes: Vec<FieldChange>,
    /// Whose fields are looked at; none for the position's own.
    of: Option<InstallmentReference>,
}

impl Found {
    /// A field whose values are not told.
    fn named(&mut self, field: &str, differs: bool) {
        if differs {
            self.push(field, None, None);
        }
    }

    /// A field with its values.
    fn told<T: PartialEq + ToString>(&mut self, field: &str, before: Option<T>, after: Option<T>) {
        if before != after {
            self.push(field, before.map(|one| one.to_string()), after.map(|one| one.to_string()));
        }
    }

    fn push(&mut self, field: &str, before: Option<String>, after: Option<String>) {
        let installment_reference = self.of.clone();
        self.changes.push(FieldChange { field: field.to_owned(), installment_reference, before, after });
    }
}
