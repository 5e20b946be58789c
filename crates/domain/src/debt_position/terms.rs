// SPDX-License-Identifier: AGPL-3.0-or-later
//! From a caller's words to the terms of a position: parsed, complete, and within everything that the Node's schema
//! would refuse later (rules.md 6). Ids and notice numbers come afterwards, so that open and replace share this.

use chrono::NaiveDate;

use crate::ident::{ExternalId, InstallmentReference};
use crate::institution::Institution;
use crate::iuv_rules::KnownNumbers;
use crate::money::Cents;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::text::Text;
use crate::time::Instant;
use crate::violation::{Place, Violations};

use super::given_number::GivenNumber;
use super::option_terms::{Found, options};
use super::shares::Share;
use super::subject::debtor;
use super::texts::{free_text, no_personal_data};
use super::{DebtPosition, Debtor, Metadata, OptionKind, PositionInput};

/// What the terms are judged by.
#[derive(Clone, Copy)]
pub struct TermsContext<'a> {
    /// The institution.
    pub institution: &'a Institution,
    /// The service.
    pub service: &'a Service,
    /// What is known of the numbers that the request brings ([`crate::iuv_rules::NO_NUMBERS`] where it brings none).
    pub numbers: &'a KnownNumbers,
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

#[derive(Clone)]
pub(super) struct OptionTerms {
    pub(super) kind: OptionKind,
    pub(super) available_until: Option<Instant>,
    pub(super) available_days: Option<u16>,
    pub(super) installments: Vec<InstallmentTerms>,
}

#[derive(Clone)]
pub(super) struct InstallmentTerms {
    pub(super) reference: InstallmentReference,
    pub(super) number: Option<GivenNumber>,
    pub(super) amount: Cents,
    pub(super) due_date: Option<NaiveDate>,
    pub(super) expires_at: Option<Instant>,
    pub(super) description: Option<Text<1, 140>>,
    pub(super) shares: Vec<Share>,
    pub(super) payment_metadata: Metadata,
    pub(super) metadata: Metadata,
}

/// Reads the whole input; every violation is recorded, and none means terms. `present` is the position that is there
/// already, where the input is about one.
pub(super) fn read_terms(
    context: TermsContext<'_>,
    input: &PositionInput,
    present: Option<&DebtPosition>,
) -> Result<(Terms, Vec<Warning>), Refusal> {
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
    let found = Found { wrong: &mut wrong, warnings: &mut warnings };
    let options = options(found, context, input, expires, present);
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
        _ => Err(Refusal::Invalid(wrong.into_vec())),
    }
}
