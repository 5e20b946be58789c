// SPDX-License-Identifier: AGPL-3.0-or-later
//! Defining a service of an institution, and changing it.

use chrono::NaiveDate;

use super::callback::callback;
use super::demand::demand;
use super::{
    AmountCallbackInput, AmountRule, DemandInput, LATE_RATE_BASIS_POINTS_MAX, LATE_RATES_MAX, LateCharges, LateRate,
    Service, ServiceKind, ServiceStatus, Title,
};
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ident::{AccountCode, ServiceCode};
use crate::institution::Institution;
use crate::money::{Cents, MoneyError};
use crate::refusal::Refusal;
use crate::taxonomy::{CollectionKind, TaxonomyCode};
use crate::text::Text;
use crate::violation::{Place, Violations};

/// What an institution says of a service, as it was written: nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceInput {
    /// Title in Italian.
    pub title_it: String,
    /// Title in English.
    pub title_en: Option<String>,
    /// Title in German.
    pub title_de: Option<String>,
    /// National taxonomy code.
    pub taxonomy_code: String,
    /// Kind of collection, 6 to 9.
    pub collection_kind: u8,
    /// The account of the institution.
    pub account_id: String,
    /// Who may start a payment.
    pub kind: ServiceKind,
    /// What may be asked.
    pub amount: AmountInput,
    /// Whether every position must say when it is due.
    pub due_date_required: bool,
    /// Whether a position expires at the end of its due date.
    pub expires_after_due_date: bool,
    /// What is added after the due date.
    pub late_charges: Option<LateChargesInput>,
    /// Whom to ask what is due.
    pub amount_callback: Option<AmountCallbackInput>,
    /// Whether `ANONIMO` is accepted as debtor.
    pub anonymous_debtor_allowed: bool,
    /// How a provider's customer asks for a payment of it.
    pub demand: Option<DemandInput>,
    /// Where it stands in its life.
    pub status: ServiceStatus,
}

/// An amount rule as it was written, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountInput {
    /// One amount, or any between two bounds.
    pub fixed: bool,
    /// The amount, where it is one.
    pub amount: Option<i64>,
    /// The least, where there are bounds; one cent where it is left out.
    pub least: Option<i64>,
    /// The most, where there are bounds; what a notice can carry where it is left out.
    pub most: Option<i64>,
}

/// What is added after the due date, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateChargesInput {
    /// Rates of interest.
    pub interest: Vec<LateRateInput>,
    /// A fixed sum, cents.
    pub surcharge: Option<i64>,
    /// The most that is added, cents.
    pub most: Option<i64>,
    /// The account that it goes to.
    pub account_id: Option<String>,
}

/// A rate of interest as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateRateInput {
    /// Its first day.
    pub from: NaiveDate,
    /// Hundredths of a percent for a year.
    pub annual_rate_basis_points: u32,
}

/// Defines a service (`present` is none) or changes it. Nothing changed gives an empty batch.
///
/// # Errors
/// [`Refusal::Invalid`] with every violation.
pub fn define(
    institution: &Institution,
    code: &ServiceCode,
    present: Option<&Service>,
    input: &ServiceInput,
    given: &mut Given<'_>,
) -> Result<(Service, Batch), Refusal> {
    let mut faults = Violations::new();
    let read = read(institution, code, present, input, given, &mut faults);
    let Some(service) = read.filter(|_| faults.is_empty()) else {
        return Err(Refusal::Invalid(faults.into_vec()));
    };
    if let Some(before) = present {
        let aligned = Service { version: before.version, updated_at: before.updated_at, ..service.clone() };
        if *before == aligned {
            return Ok((aligned, Batch::new()));
        }
    }
    let action = if present.is_some() { "service.replaced" } else { "service.added" };
    let batch = written(present, &service, action, given);
    Ok((service, batch))
}

fn read(
    institution: &Institution,
    code: &ServiceCode,
    present: Option<&Service>,
    input: &ServiceInput,
    given: &Given<'_>,
    faults: &mut Violations,
) -> Option<Service> {
    let root = Place::root();
    let title = title(input, faults);
    let taxonomy_code =
        faults.take(&root.at("taxonomy_code"), "wrong_pattern", input.taxonomy_code.parse::<TaxonomyCode>());
    let kind = CollectionKind::try_from(input.collection_kind);
    let collection_kind = faults.take(&root.at("collection_kind"), "unknown_value", kind);
    let account_id = account(institution, &root, &input.account_id, given, faults);
    let amount = amount(&root.at("amount"), input.amount, faults);
    let late_charges = input
        .late_charges
        .as_ref()
        .map(|late| late_charges(institution, &root.at("late_charges"), late, given, faults));
    let version = present.map_or(1, |before| before.version.saturating_add(1));
    let amount_callback = callback(institution, (present, version), input, given, faults);
    let demand = input.demand.as_ref().map(|given| demand(input, given, faults));
    let used = present.is_some_and(|before| before.status != ServiceStatus::Draft);
    if used && input.status == ServiceStatus::Draft {
        faults.add(
            &root.at("status"),
            "draft_is_over",
            "A service that was active is retired, not made a draft again.",
        );
    }
    Some(Service {
        code: code.clone(),
        title: title?,
        taxonomy_code: taxonomy_code?,
        collection_kind: collection_kind?,
        account_id: account_id?,
        kind: input.kind,
        amount: amount?,
        due_date_required: input.due_date_required,
        expires_after_due_date: input.expires_after_due_date,
        late_charges: late_charges.flatten(),
        amount_callback,
        anonymous_debtor_allowed: input.anonymous_debtor_allowed,
        demand: demand.flatten(),
        status: input.status,
        version,
        created_at: present.map_or(given.now, |before| before.created_at),
        updated_at: given.now,
    })
}

fn title(input: &ServiceInput, faults: &mut Violations) -> Option<Title> {
    let place = Place::root().at("title");
    let mut read = |language: &str, text: &str| -> Option<Text<1, 140>> {
        faults.take(&place.at(language), "invalid_text", text.parse())
    };
    let it = read("it", &input.title_it);
    let en = input.title_en.as_deref().map(|text| read("en", text));
    let de = input.title_de.as_deref().map(|text| read("de", text));
    Some(Title { it: it?, en: en.flatten(), de: de.flatten() })
}

fn amount(at: &Place, input: AmountInput, faults: &mut Violations) -> Option<AmountRule> {
    let mut read = |name: &str, cents: Option<i64>| {
        let cents = cents?;
        faults.take(&at.at(name), "invalid_amount", Cents::payable(cents))
    };
    let (one, least, most) = (read("amount", input.amount), read("least", input.least), read("most", input.most));
    if input.fixed {
        needless(at, &[("least", input.least), ("most", input.most)], faults);
        if input.amount.is_none() {
            faults.add(&at.at("amount"), "required", "A fixed rule says the amount.");
        }
        return one.map(|amount| AmountRule::Fixed { amount });
    }
    needless(at, &[("amount", input.amount)], faults);
    let least = if input.least.is_some() { least } else { smallest().ok() };
    let most = if input.most.is_some() { most } else { largest().ok() };
    if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        faults.add(&at.at("most"), "below_minimum", "The most is not below the least.");
    }
    Some(AmountRule::Free { least: least?, most: most? })
}

/// At least one of interest and fixed sum; rates in the order of their days.
fn late_charges(
    institution: &Institution,
    at: &Place,
    input: &LateChargesInput,
    given: &Given<'_>,
    faults: &mut Violations,
) -> Option<LateCharges> {
    if input.interest.is_empty() && input.surcharge.is_none() {
        faults.add(at, "required", "Say a rate of interest, a surcharge, or both.");
    }
    let mut before: Option<NaiveDate> = None;
    for (index, rate) in input.interest.iter().enumerate() {
        let place = at.at("interest").at(index);
        if rate.annual_rate_basis_points > LATE_RATE_BASIS_POINTS_MAX {
            let detail = format!("A rate is at most {LATE_RATE_BASIS_POINTS_MAX} hundredths of a percent.");
            faults.add(&place.at("annual_rate_basis_points"), "above_maximum", detail);
        }
        if before.is_some_and(|before| rate.from <= before) {
            faults.add(&place.at("from"), "not_in_order", "Each rate begins after the one before it.");
        }
        before = Some(rate.from);
    }
    if input.interest.len() > LATE_RATES_MAX {
        faults.add(&at.at("interest"), "too_many", format!("At most {LATE_RATES_MAX} rates."));
    }
    let mut cents = |name: &str, value: Option<i64>| {
        value.and_then(|cents| faults.take(&at.at(name), "invalid_amount", Cents::payable(cents)))
    };
    let (surcharge, most) = (cents("surcharge", input.surcharge), cents("most", input.most));
    let account_id = input.account_id.as_ref().and_then(|id| account(institution, at, id, given, faults));
    let rate =
        |one: &LateRateInput| LateRate { from: one.from, annual_rate_basis_points: one.annual_rate_basis_points };
    let rates = input.interest.iter().map(rate).collect();
    Some(LateCharges { rates, surcharge: surcharge.unwrap_or(Cents::ZERO), most, account_id })
}

/// The account that stands under `account_id` there, one of the institution's.
pub(super) fn account(
    institution: &Institution,
    at: &Place,
    id: &str,
    given: &Given<'_>,
    faults: &mut Violations,
) -> Option<AccountCode> {
    let place = at.at("account_id");
    let read = faults.take(&place, "wrong_pattern", id.parse::<AccountCode>());
    if read.as_ref().is_some_and(|id| institution.account(id, given.now).is_none()) {
        faults.add(&place, "unknown_account", "The institution has no such account.");
    }
    read
}

const fn smallest() -> Result<Cents, MoneyError> {
    Cents::payable(1)
}

const fn largest() -> Result<Cents, MoneyError> {
    Cents::payable(crate::money::PAYABLE_CENTS_MAX)
}

fn needless(at: &Place, given: &[(&str, Option<i64>)], faults: &mut Violations) {
    for (name, _) in given.iter().filter(|(_, cents)| cents.is_some()) {
        faults.add(&at.at(name), "not_allowed", "It means nothing under this rule.");
    }
}

/// The service as it is now, with who changed it and what integrators are told.
pub(super) fn written(
    present: Option<&Service>,
    service: &Service,
    action: &'static str,
    given: &mut Given<'_>,
) -> Batch {
    let put = Write::PutService { service: Box::new(service.clone()), expected: present.map(|before| before.version) };
    let audit = AuditLine::of(given, action, format!("service/{}", service.code));
    let previous = present.map(|before| before.status).filter(|status| *status != service.status);
    let event = Event {
        id: given.id(),
        kind: EventKind::ServiceUpdated,
        at: given.now,
        client_id: None,
        data: EventData {
            service_code: Some(service.code.clone()),
            version: Some(service.version),
            status: Some(service.status.name().to_owned()),
            previous_status: previous.map(|status| status.name().to_owned()),
            ..EventData::default()
        },
    };
    Batch::new().with(put).with(Write::InsertAudit(audit)).with(Write::InsertEvent(Box::new(event)))
}
