// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a caller's words to the terms of a position: parsed, complete, and within everything that the Node's schema
//! would refuse later (rules.md 6). Ids and notice numbers come afterwards, so that open and replace share this.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::ident::{ExternalId, InstallmentReference};
use crate::institution::Institution;
use crate::money::Cents;
use crate::personal_data::find_personal_data;
use crate::service::{AmountRule, Service};
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::shares::{Share, shares};
use super::subject::debtor;
use super::{
    Debtor, INSTALLMENTS_MAX, InstallmentInput, METADATA_ENTRIES_MAX, METADATA_TEXT_MAX, Metadata, OPTIONS_MAX,
    OptionInput, OptionKind, PositionInput,
};

/// What the terms are judged by.
#[derive(Clone, Copy)]
pub struct TermsContext<'a> {
    /// The institution.
    pub institution: &'a Institution,
    /// The service.
    pub service: &'a Service,
    /// Whether the caller may write out beneficiaries (`debt-positions:free-beneficiary`).
    pub free_beneficiary: bool,
    /// The instant of the decision.
    pub now: Instant,
}

/// Something that a caller should look at, though it was accepted (rules.md 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where in the request.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
}

/// A position in the domain's own types, without ids and numbers.
pub(super) struct Terms {
    pub(super) external_id: ExternalId,
    pub(super) description: Text<1, 140>,
    pub(super) debtor: Debtor,
    pub(super) valid_from: Option<Instant>,
    pub(super) expires_after_due_date: bool,
    pub(super) options: Vec<OptionTerms>,
}

pub(super) struct OptionTerms {
    pub(super) kind: OptionKind,
    pub(super) available_until: Option<Instant>,
    pub(super) available_days: Option<u16>,
    pub(super) installments: Vec<InstallmentTerms>,
}

pub(super) struct InstallmentTerms {
    pub(super) reference: InstallmentReference,
    pub(super) amount: Cents,
    pub(super) due_date: Option<NaiveDate>,
    pub(super) expires_at: Option<Instant>,
    pub(super) description: Option<Text<1, 140>>,
    pub(super) shares: Vec<Share>,
    pub(super) payment_metadata: Metadata,
    pub(super) metadata: Metadata,
}

/// Reads the whole input; every violation is recorded, and none means terms.
pub(super) fn read_terms(
    context: TermsContext<'_>,
    input: &PositionInput,
) -> Result<(Terms, Vec<Warning>), Violations> {
    let mut wrong = Violations::new();
    let mut warnings = Vec::new();
    let root = Place::root();
    let external_id =
        wrong.take(&root.at("external_id"), "invalid_external_id", ExternalId::new(input.external_id.clone()));
    no_personal_data(&mut wrong, &root.at("external_id"), &input.external_id);
    let description = match &input.description {
        Some(text) => free_text(&mut wrong, &root.at("description"), text),
        None => Some(context.service.title.it.clone()),
    };
    let debtor = debtor(&mut wrong, &mut warnings, &root.at("debtor"), &input.debtor, context.service);
    let expires = input.expires_after_due_date.unwrap_or(context.service.expires_after_due_date);
    let options = options(&mut wrong, context, input, expires);
    match (external_id, description, debtor, options) {
        (Some(external_id), Some(description), Some(debtor), Some(options)) if wrong.is_empty() => Ok((
            Terms {
                external_id,
                description,
                debtor,
                valid_from: input.valid_from,
                expires_after_due_date: expires,
                options,
            },
            warnings,
        )),
        _ => Err(wrong),
    }
}

fn options(
    wrong: &mut Violations,
    context: TermsContext<'_>,
    input: &PositionInput,
    expires: bool,
) -> Option<Vec<OptionTerms>> {
    let root = Place::root();
    let short = input.payment_options.is_empty();
    if !short && (input.amount.is_some() || input.due_date.is_some()) {
        wrong.add(&root.at("amount"), "two_forms", "give either amount and due_date, or payment_options");
    }
    let given = input.options();
    if given.len() > OPTIONS_MAX {
        wrong.add(&root.at("payment_options"), "too_many", format!("at most {OPTIONS_MAX} payment options"));
        return None;
    }
    let many = given.iter().map(|option| option.installments.len()).sum::<usize>() > 1;
    let mut references = BTreeSet::new();
    let mut terms = Vec::with_capacity(given.len());
    for (at, option) in given.iter().enumerate() {
        let place = if short { root.clone() } else { root.at("payment_options").at(at) };
        let mut reader = OptionReader { wrong, context, expires, many, short, references: &mut references };
        terms.push(reader.option(&place, option));
    }
    terms.into_iter().collect()
}

/// Reads one option; what all options share is held beside it.
struct OptionReader<'a, 'b> {
    wrong: &'a mut Violations,
    context: TermsContext<'b>,
    expires: bool,
    many: bool,
    short: bool,
    references: &'a mut BTreeSet<String>,
}

impl OptionReader<'_, '_> {
    fn option(&mut self, place: &Place, option: &OptionInput) -> Option<OptionTerms> {
        let count = option.installments.len();
        if count == 0 || count > INSTALLMENTS_MAX || (option.kind != OptionKind::Installments && count != 1) {
            let most = if option.kind == OptionKind::Installments { INSTALLMENTS_MAX } else { 1 };
            self.wrong.add(
                &place.at("installments"),
                "installment_count",
                format!("1 to {most} installments in an option of this kind"),
            );
            return None;
        }
        let limited = option.available_until.is_some() || option.available_days.is_some();
        if limited != (option.kind == OptionKind::Reduced)
            || (option.available_until.is_some() && option.available_days.is_some())
        {
            self.wrong.add(
                place,
                "reduced_term",
                "a reduced option, and no other, has either available_until or available_days",
            );
        }
        let mut installments = Vec::with_capacity(count);
        for (at, one) in option.installments.iter().enumerate() {
            let here = if self.short { place.clone() } else { place.at("installments").at(at) };
            installments.push(self.installment(&here, one));
        }
        let installments: Vec<InstallmentTerms> = installments.into_iter().collect::<Option<_>>()?;
        self.total(place, option.kind, &installments);
        Some(OptionTerms {
            kind: option.kind,
            available_until: option.available_until,
            available_days: option.available_days,
            installments,
        })
    }

    fn installment(&mut self, place: &Place, one: &InstallmentInput) -> Option<InstallmentTerms> {
        let reference = self.reference(place, one);
        let amount = self.amount(place, one);
        self.dates(place, one);
        let description = match &one.description {
            Some(text) => Some(free_text(self.wrong, &place.at("description"), text)?),
            None => None,
        };
        payment_metadata(self.wrong, &place.at("payment_metadata"), &one.payment_metadata);
        let shares = shares(self.wrong, self.context, place, &one.transfers, amount);
        Some(InstallmentTerms {
            reference: reference?,
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
        let Some(text) = &one.reference else {
            if self.many {
                self.wrong.add(&place, "required", "name every installment where there is more than one");
                return None;
            }
            return Some(InstallmentReference::only());
        };
        no_personal_data(self.wrong, &place, text);
        let reference = self.wrong.take(&place, "invalid_reference", InstallmentReference::new(text.clone()))?;
        if !self.references.insert(text.clone()) {
            self.wrong.add(&place, "duplicate_reference", "another installment has this reference");
        }
        Some(reference)
    }

    fn amount(&mut self, place: &Place, one: &InstallmentInput) -> Option<Cents> {
        let place = place.at("amount");
        match (one.amount, self.context.service.amount) {
            (Some(cents), _) => self.wrong.take(&place, "invalid_amount", Cents::payable(cents)),
            (None, AmountRule::Fixed { amount }) => Some(amount),
            (None, AmountRule::Free { .. }) => {
                self.wrong.add(&place, "required", "the service has no fixed amount: say what is due");
                None
            }
        }
    }

    fn dates(&mut self, place: &Place, one: &InstallmentInput) {
        let place = place.at("due_date");
        match one.due_date {
            None if self.context.service.due_date_required => {
                self.wrong.add(&place, "required", "the service asks for a due date");
            }
            Some(due) if self.expires && one.expires_at.is_none() && due < self.context.now.rome_date() => {
                self.wrong.add(&place, "due_date_past", "the position would expire before it could be paid");
            }
            _ => {}
        }
    }

    /// A fixed amount cannot be overridden, and a free one keeps its bounds (rules.md 7).
    fn total(&mut self, place: &Place, kind: OptionKind, installments: &[InstallmentTerms]) {
        let Ok(total) = Cents::sum(installments.iter().map(|one| one.amount)) else {
            self.wrong.add(place, "invalid_amount", "the installments add up to more than an amount can be");
            return;
        };
        match self.context.service.amount {
            AmountRule::Fixed { amount } if total != amount || kind == OptionKind::Reduced => {
                self.wrong.add(
                    &place.at("amount"),
                    "fixed_amount",
                    format!("the amount of this service is fixed at {} cents", amount.cents()),
                );
            }
            AmountRule::Free { least, most } if total < least || total > most => {
                let detail = format!("the amount must lie between {} and {} cents", least.cents(), most.cents());
                self.wrong.add(&place.at("amount"), "amount_out_of_bounds", detail);
            }
            _ => {}
        }
    }
}

/// A text that citizens and the Node read: within the schema's length and without personal data.
pub(super) fn free_text(wrong: &mut Violations, place: &Place, text: &str) -> Option<Text<1, 140>> {
    no_personal_data(wrong, place, text);
    wrong.take(place, "invalid_text", Text::new(text))
}

/// Records a valid tax code, e-mail or IBAN inside a text that leaves Tramite.
pub(crate) fn no_personal_data(wrong: &mut Violations, place: &Place, text: &str) {
    if find_personal_data(text).is_some() {
        wrong.add(place, "personal_data_in_text", "this text leaves Tramite and must hold no personal data");
    }
}

/// Metadata that goes to the Node: few, short, and without personal data.
pub(super) fn payment_metadata(wrong: &mut Violations, place: &Place, metadata: &Metadata) {
    if metadata.len() > METADATA_ENTRIES_MAX {
        wrong.add(place, "too_many", format!("at most {METADATA_ENTRIES_MAX} entries"));
    }
    for (key, value) in metadata {
        if Text::<1, METADATA_TEXT_MAX>::new(key.as_str()).is_err()
            || Text::<1, METADATA_TEXT_MAX>::new(value.as_str()).is_err()
        {
            wrong.add(place, "invalid_metadata", format!("keys and values have 1 to {METADATA_TEXT_MAX} characters"));
        }
        no_personal_data(wrong, place, key);
        no_personal_data(wrong, place, value);
    }
}
