// SPDX-License-Identifier: AGPL-3.0-or-later
//! A new debt position.

use std::collections::BTreeMap;

use crate::audit::POSITION_CREATED;
use crate::batch::{Batch, Write};
use crate::event::EventKind;
use crate::given::{Given, Numbers};
use crate::institution::InstitutionStatus;
use crate::notice::NoticeNumber;
use crate::refusal::Refusal;
use crate::service::ServiceStatus;

use super::change::told;
use super::given_number::GivenNumber;
use super::terms::{InstallmentTerms, OptionTerms, Terms, read_terms};
use super::{DebtPosition, Installment, Origin, PaymentOption, PositionInput, PositionStatus, TermsContext, Warning};

/// A decided position, with what to write.
#[derive(Debug)]
pub struct Decided {
    /// The position as it will be.
    pub position: DebtPosition,
    /// What to write.
    pub batch: Batch,
    /// What the caller should look at.
    pub warnings: Vec<Warning>,
}

impl Decided {
    /// Nothing to write: the position is already as asked.
    pub(super) fn unchanged(position: &DebtPosition) -> Self {
        Self { position: position.clone(), batch: Batch::new(), warnings: Vec::new() }
    }
}

/// Opens a position: draft, scheduled or open, as the input says.
///
/// # Errors
/// `InstitutionNotActive`, `ServiceNotActive`, `Invalid` with every violation, `NoIssuingStation` when the numbers
/// taken beforehand do not suffice.
pub fn open(
    context: TermsContext<'_>,
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    input: &PositionInput,
    origin: Origin,
) -> Result<Decided, Refusal> {
    let (terms, warnings) = check(context, input)?;
    let mut options = Vec::with_capacity(terms.options.len());
    for option in terms.options {
        options.push(new_option(given, numbers, option, &terms.description)?);
    }
    let mut position = DebtPosition {
        id: given.id(),
        service_code: Some(context.service.code.clone()),
        external_id: Some(terms.external_id),
        description: terms.description,
        debtor: terms.debtor,
        origin,
        created_by: given.client_id,
        published_at: input.publish.then_some(given.now),
        valid_from: terms.valid_from,
        cancelled_at: None,
        expires_after_due_date: terms.expires_after_due_date,
        late_charges: context.service.late_charges.clone(),
        amount_callback: context.service.amount_callback.clone(),
        amounts_told: BTreeMap::new(),
        options,
        told_status: PositionStatus::Draft,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    };
    let event = told(given, &mut position, EventKind::PositionCreated);
    let batch = Batch::new()
        .with(Write::InsertPosition(Box::new(position.clone())))
        .with(Write::InsertEvent(Box::new(event)))
        .audited(given, POSITION_CREATED, position.audit_subject());
    Ok(Decided { position, batch, warnings })
}

/// How many notice numbers the position will take. Asking first means that a refused request takes none.
///
/// # Errors
/// As [`open`] would, but for the numbers.
pub fn numbers_to_open(context: TermsContext<'_>, input: &PositionInput) -> Result<usize, Refusal> {
    let (terms, _) = check(context, input)?;
    let installments = terms.options.iter().flat_map(|option| &option.installments);
    Ok(installments.filter(|one| one.number.is_none()).count())
}

fn check(context: TermsContext<'_>, input: &PositionInput) -> Result<(Terms, Vec<Warning>), Refusal> {
    if context.institution.status != InstitutionStatus::Active {
        return Err(Refusal::InstitutionNotActive);
    }
    if context.service.status != ServiceStatus::Active {
        return Err(Refusal::ServiceNotActive);
    }
    read_terms(context, input, None)
}

fn new_option(
    given: &mut Given<'_>,
    numbers: &mut dyn Numbers,
    terms: OptionTerms,
    description: &crate::text::Text<1, 140>,
) -> Result<PaymentOption, Refusal> {
    let mut installments = Vec::with_capacity(terms.installments.len());
    for one in terms.installments {
        let number = number_of(&one, numbers)?;
        installments.push(new_installment(given, one, number, description));
    }
    Ok(PaymentOption {
        id: given.id(),
        kind: terms.kind,
        available_until: terms.available_until,
        available_days: terms.available_days,
        notified_on: None,
        installments,
    })
}

/// The number that the caller brings, or else a new one.
pub(super) fn number_of(terms: &InstallmentTerms, numbers: &mut dyn Numbers) -> Result<NoticeNumber, Refusal> {
    let brought = terms.number.as_ref().and_then(GivenNumber::notice);
    brought.or_else(|| numbers.next()).ok_or(Refusal::NoIssuingStation)
}

/// An installment under a new number.
pub(super) fn new_installment(
    given: &mut Given<'_>,
    terms: InstallmentTerms,
    notice_number: NoticeNumber,
    description: &crate::text::Text<1, 140>,
) -> Installment {
    let iuv = notice_number.iuv();
    let text = terms.description.as_ref().unwrap_or(description);
    let transfers = (1..).zip(terms.shares).map(|(index, share)| share.into_transfer(index, &iuv, text)).collect();
    Installment {
        id: given.id(),
        reference: terms.reference,
        amount: terms.amount,
        past_amounts: Vec::new(),
        due_date: terms.due_date,
        expires_at: terms.expires_at,
        description: terms.description,
        iuv,
        notice_number: Some(notice_number),
        cancelled_at: None,
        payment: None,
        reported_at: None,
        anomalies: std::collections::BTreeSet::new(),
        transfers,
        payment_metadata: terms.payment_metadata,
        metadata: terms.metadata,
    }
}
