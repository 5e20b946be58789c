// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the alternatives that a caller writes to their terms.

use std::collections::BTreeSet;

use crate::ident::InstallmentReference;
use crate::money::Cents;
use crate::service::AmountRule;
use crate::violation::{Place, Violations};

use super::dates::Dates;
use super::given_number::NumberReader;
use super::shares::shares;
use super::terms::{InstallmentTerms, OptionTerms, TermsContext, Warning};
use super::texts::{free_text, no_personal_data, own_metadata, payment_metadata};
use super::{DebtPosition, INSTALLMENTS_MAX, InstallmentInput, OPTIONS_MAX, OptionInput, OptionKind, PositionInput};

/// What is read from the alternatives beside their terms.
pub(super) struct Found<'a> {
    pub(super) wrong: &'a mut Violations,
    pub(super) warnings: &'a mut Vec<Warning>,
}

/// Reads all options. Whatever is wrong with one, the others are read too.
pub(super) fn options(
    found: Found<'_>,
    context: TermsContext<'_>,
    input: &PositionInput,
    expires: bool,
    present: Option<&DebtPosition>,
) -> Option<Vec<OptionTerms>> {
    let root = Place::root();
    let short = input.payment_options.is_empty();
    if !short && (input.amount.is_some() || input.due_date.is_some()) {
        found.wrong.add(&root.at("amount"), "two_forms", "give either amount and due_date, or payment_options");
    }
    let given = input.options();
    if given.len() > OPTIONS_MAX {
        found.wrong.add(&root.at("payment_options"), "too_many", format!("at most {OPTIONS_MAX} payment options"));
    }
    let mut reader = OptionReader {
        many: given.iter().map(|option| option.installments.len()).sum::<usize>() > 1,
        short,
        expires,
        references: BTreeSet::new(),
        numbers: NumberReader { context, present, seen: BTreeSet::new() },
        valid_from: input.valid_from,
        found,
        context,
        present,
    };
    let mut terms = Vec::with_capacity(given.len().min(OPTIONS_MAX));
    for (at, option) in given.iter().enumerate().take(OPTIONS_MAX) {
        let place = if short { root.clone() } else { root.at("payment_options").at(at) };
        terms.push(reader.option(&place, option));
    }
    terms.into_iter().collect()
}

/// Reads one option; what all options share is held beside it.
struct OptionReader<'a, 'b> {
    found: Found<'a>,
    context: TermsContext<'b>,
    present: Option<&'b DebtPosition>,
    valid_from: Option<crate::time::Instant>,
    expires: bool,
    many: bool,
    short: bool,
    references: BTreeSet<String>,
    numbers: NumberReader<'b>,
}

impl OptionReader<'_, '_> {
    fn option(&mut self, place: &Place, option: &OptionInput) -> Option<OptionTerms> {
        self.form(place, option);
        let dates = Dates {
            now: self.context.now,
            expires: self.expires,
            valid_from: self.valid_from,
            option,
            present: self.present,
        };
        dates.check_term(self.found.wrong, place);
        let mut installments = Vec::with_capacity(option.installments.len().min(INSTALLMENTS_MAX));
        let mut amounts = Vec::with_capacity(installments.capacity());
        for (at, one) in option.installments.iter().enumerate().take(INSTALLMENTS_MAX) {
            let here = if self.short { place.clone() } else { place.at("installments").at(at) };
            let amount = self.amount(&here, one);
            self.due_date_where_asked(&here, one);
            dates.check(self.found.wrong, &here, one);
            amounts.push(amount);
            installments.push(self.installment(&here, one, amount));
        }
        if let Some(amounts) = amounts.into_iter().collect::<Option<Vec<_>>>() {
            self.total(place, option.kind, &amounts);
        }
        Some(OptionTerms {
            kind: option.kind,
            available_until: option.available_until,
            available_days: option.available_days,
            installments: installments.into_iter().collect::<Option<_>>()?,
        })
    }

    /// As many installments as the kind has, and a term where the kind has one.
    fn form(&mut self, place: &Place, option: &OptionInput) {
        let most = if option.kind == OptionKind::Installments { INSTALLMENTS_MAX } else { 1 };
        if !(1..=most).contains(&option.installments.len()) {
            let detail = format!("1 to {most} installments in an option of this kind");
            self.found.wrong.add(&place.at("installments"), "installment_count", detail);
        }
        let terms = usize::from(option.available_until.is_some()) + usize::from(option.available_days.is_some());
        if terms != usize::from(option.kind == OptionKind::Reduced) {
            let detail = "a reduced option, and no other, has either available_until or available_days";
            self.found.wrong.add(place, "reduced_term", detail);
        }
    }

    fn installment(
        &mut self,
        place: &Place,
        one: &InstallmentInput,
        amount: Option<Cents>,
    ) -> Option<InstallmentTerms> {
        let reference = self.reference(place, one);
        let number = self.numbers.read(self.found.wrong, place, one);
        let wrong = &mut *self.found.wrong;
        let description = one.description.as_deref().and_then(|text| free_text(wrong, &place.at("description"), text));
        payment_metadata(wrong, &place.at("payment_metadata"), &one.payment_metadata);
        let own = one.metadata.iter().map(|(key, value)| (key.as_str(), Some(value.as_str())));
        own_metadata(wrong, &place.at("metadata"), own);
        let shares = shares(wrong, self.found.warnings, self.context, place, &one.transfers, amount);
        Some(InstallmentTerms {
            reference: reference?,
            number: number?,
            amount: amount?,
            due_date: one.due_date,
            expires_at: one.expires_at,
            description,
            shares: shares?,
            payment_metadata: one.payment_metadata.clone(),
            metadata: one.metadata.clone(),
        })
    }

    fn reference(&mut self, place: &Place, one: &InstallmentInput) -> Option<InstallmentReference> {
        let place = place.at("reference");
        let wrong = &mut *self.found.wrong;
        let Some(text) = &one.reference else {
            if self.many {
                wrong.add(&place, "required", "name every installment where there is more than one");
                return None;
            }
            return Some(InstallmentReference::only());
        };
        no_personal_data(wrong, &place, text);
        let reference = wrong.take(&place, "invalid_reference", InstallmentReference::new(text.clone()))?;
        if !self.references.insert(text.clone()) {
            wrong.add(&place, "duplicate_reference", "another installment has this reference");
        }
        Some(reference)
    }

    fn amount(&mut self, place: &Place, one: &InstallmentInput) -> Option<Cents> {
        let place = place.at("amount");
        match (one.amount, self.context.service.amount) {
            (Some(cents), _) => self.found.wrong.take(&place, "invalid_amount", Cents::payable(cents)),
            (None, AmountRule::Fixed { amount }) => Some(amount),
            (None, AmountRule::Free { .. }) => {
                self.found.wrong.add(&place, "required", "the service has no fixed amount: say what is due");
                None
            }
        }
    }

    fn due_date_where_asked(&mut self, place: &Place, one: &InstallmentInput) {
        if one.due_date.is_none() && self.context.service.due_date_required {
            self.found.wrong.add(&place.at("due_date"), "required", "the service asks for a due date");
        }
    }

    /// A fixed amount cannot be overridden, and a free one keeps its bounds (rules.md 7).
    fn total(&mut self, place: &Place, kind: OptionKind, amounts: &[Cents]) {
        let place = place.at(if self.short { "amount" } else { "installments" });
        let Ok(total) = Cents::sum(amounts) else {
            let detail = "the installments add up to more than an amount can be";
            self.found.wrong.add(&place, "invalid_amount", detail);
            return;
        };
        match self.context.service.amount {
            AmountRule::Fixed { amount } if total != amount || kind == OptionKind::Reduced => {
                let detail = format!("the amount of this service is fixed at {} cents", amount.cents());
                self.found.wrong.add(&place, "fixed_amount", detail);
            }
            AmountRule::Free { least, most } if total < least || total > most => {
                let detail = format!("the amount must lie between {} and {} cents", least.cents(), most.cents());
                self.found.wrong.add(&place, "amount_out_of_bounds", detail);
            }
            _ => {}
        }
    }
}
