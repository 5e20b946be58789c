// SPDX-License-Identifier: AGPL-3.0-or-later
//! Registering an institution, and changing what is registered of it.

use std::collections::BTreeSet;

use super::history::{When, accounts, beneficiaries};
use super::links::stations;
use super::{ACCOUNT_DELAY_SECONDS, Institution, InstitutionStatus};
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ident::{InstitutionCode, StationId};
use crate::ids::InstitutionId;
use crate::refusal::Refusal;
use crate::tax_code::InstitutionTaxCode;
use crate::violation::{Place, Violation, Violations};

/// What an operator says of an institution, as it was written: nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionInput {
    /// The slug, the same forever.
    pub code: String,
    /// Eleven digits, the same forever.
    pub tax_code: String,
    /// The name that citizens read.
    pub display_name: String,
    /// Code in the index of public administrations.
    pub ipa_code: Option<String>,
    /// Where it stands in its life.
    pub status: InstitutionStatus,
    /// Who took over its duties, when closed.
    pub successor_id: Option<InstitutionId>,
    /// CBILL code.
    pub cbill_code: Option<String>,
    /// The office beside the name.
    pub office_name: Option<String>,
    /// Whether others may pay its notices by number.
    pub payable_by_notice: bool,
    /// Whether operators may ask for read access in support.
    pub support_access: bool,
    /// Made by `tramite demo`; once so, always so.
    pub demo: bool,
    /// Its stations from now on.
    pub stations: Vec<StationLinkInput>,
    /// Its accounts from now on.
    pub accounts: Vec<AccountInput>,
    /// Its beneficiaries from now on.
    pub beneficiaries: Vec<BeneficiaryInput>,
}

/// An association with a station, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationLinkInput {
    /// The station.
    pub station_id: String,
    /// First digit of its notices.
    pub aux_digit: u8,
    /// With aux digit 3.
    pub segregation_code: Option<String>,
    /// With aux digit 0.
    pub application_code: Option<String>,
    /// Whether copies for a beneficiary come through it.
    pub broadcast: bool,
    /// Whether new notice numbers are given under it.
    pub issuing: bool,
    /// First base that Tramite gives by itself.
    pub local_from: u64,
    /// Last base that Tramite gives by itself.
    pub local_to: u64,
}

/// An account, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInput {
    /// Its name.
    pub id: String,
    /// Where the money goes.
    pub iban: String,
    /// The postal account for slips.
    pub postal_iban: Option<String>,
    /// The holder printed on the slip.
    pub holder: Option<String>,
    /// The authorisation printed on the slip.
    pub postal_authorization: Option<String>,
}

/// A beneficiary, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeneficiaryInput {
    /// Its name within the institution.
    pub id: String,
    /// Its tax code.
    pub tax_code: String,
    /// Its name for people.
    pub company_name: String,
    /// Where the money goes.
    pub iban: String,
}

/// What the registry knows beside the institution itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Which of the stations named exist.
    pub stations: BTreeSet<StationId>,
    /// Whether the successor named exists.
    pub successor: bool,
    /// Whether this is the sandbox, the only place for demo institutions.
    pub sandbox: bool,
    /// How long after its decision a change of an account or a beneficiary takes effect, in seconds.
    pub account_delay_seconds: i64,
}

impl Default for Registered {
    fn default() -> Self {
        Self {
            stations: BTreeSet::new(),
            successor: false,
            sandbox: false,
            account_delay_seconds: ACCOUNT_DELAY_SECONDS,
        }
    }
}

/// Registers an institution (`present` is none) or replaces what is registered of it. Histories are kept: a changed
/// account or beneficiary closes its row and opens another, after the delay (rules.md 17). Nothing changed gives an
/// empty batch.
///
/// # Errors
/// [`Refusal::Invalid`] with every violation; [`Refusal::Immutable`] where the code or the tax code would change.
pub fn define(
    present: Option<&Institution>,
    input: &InstitutionInput,
    registered: &Registered,
    given: &mut Given<'_>,
) -> Result<(Institution, Batch), Refusal> {
    let mut faults = Violations::new();
    let read = read(present, input, registered, given, &mut faults);
    let Some(institution) = read.filter(|_| faults.is_empty()) else {
        return Err(Refusal::Invalid(faults.into_vec()));
    };
    if let Some(before) = present {
        if before.code != institution.code {
            return Err(Refusal::Immutable { field: "code" });
        }
        if before.tax_code != institution.tax_code {
            return Err(Refusal::Immutable { field: "tax_code" });
        }
        if same(before, &institution) {
            return Ok((before.clone(), Batch::new()));
        }
    }
    let batch = batch(present, &institution, given);
    Ok((institution, batch))
}

/// What is doubtful but accepted: a wrong check digit of eleven digits (rules.md 5).
#[must_use]
pub fn warnings(institution: &Institution) -> Vec<Violation> {
    let mut doubts = Violations::new();
    let mut look = |place: Place, tax_code: &InstitutionTaxCode| {
        if !tax_code.check_digit_right() {
            doubts.add(&place, "wrong_check_digit", "The last digit is not the check of the others.");
        }
    };
    look(Place::root().at("tax_code"), &institution.tax_code);
    let rows = institution.beneficiaries.iter().enumerate();
    for (index, beneficiary) in rows.filter(|(_, row)| row.valid_to.is_none()) {
        look(Place::root().at("beneficiaries").at(index).at("tax_code"), &beneficiary.tax_code);
    }
    doubts.into_vec()
}

fn read(
    present: Option<&Institution>,
    input: &InstitutionInput,
    registered: &Registered,
    given: &mut Given<'_>,
    faults: &mut Violations,
) -> Option<Institution> {
    let root = Place::root();
    check_life(present, input, registered, faults);
    let code = faults.take(&root.at("code"), "wrong_pattern", input.code.parse::<InstitutionCode>());
    let tax_code = faults.take(&root.at("tax_code"), "wrong_pattern", input.tax_code.parse());
    let display_name = faults.take(&root.at("display_name"), "invalid_text", input.display_name.parse());
    let ipa_code = optional(&root.at("ipa_code"), input.ipa_code.as_deref(), faults);
    let cbill_code = optional(&root.at("cbill_code"), input.cbill_code.as_deref(), faults);
    let office_name = optional(&root.at("office_name"), input.office_name.as_deref(), faults);
    let stations = stations(present, &input.stations, registered, given, faults);
    let when = When { now: given.now, changed: given.now.plus_seconds(registered.account_delay_seconds) };
    let accounts = accounts(present, &input.accounts, when, faults);
    let beneficiaries = beneficiaries(present, &input.beneficiaries, when, faults);
    Some(Institution {
        id: present.map_or_else(|| given.id(), |before| before.id),
        code: code?,
        tax_code: tax_code?,
        display_name: display_name?,
        ipa_code,
        status: input.status,
        successor_id: input.successor_id,
        cbill_code,
        office_name,
        payable_by_notice: input.payable_by_notice,
        support_access: input.support_access,
        demo: input.demo || present.is_some_and(|before| before.demo),
        hosted_pages: present.and_then(|before| before.hosted_pages),
        stations,
        accounts,
        beneficiaries,
        version: present.map_or(1, |before| before.version.saturating_add(1)),
        created_at: present.map_or(given.now, |before| before.created_at),
        updated_at: given.now,
    })
}

/// Reads a text that may be absent.
pub(super) fn optional<T>(place: &Place, text: Option<&str>, faults: &mut Violations) -> Option<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.and_then(|text| faults.take(place, "invalid_text", text.parse()))
}

fn check_life(
    present: Option<&Institution>,
    input: &InstitutionInput,
    registered: &Registered,
    faults: &mut Violations,
) {
    let root = Place::root();
    let was = present.map(|before| before.status);
    if was == Some(InstitutionStatus::Closed) && input.status != InstitutionStatus::Closed {
        faults.add(&root.at("status"), "closed_is_final", "A closed institution stays closed.");
    }
    if input.status == InstitutionStatus::Draft && was.is_some_and(|was| was != InstitutionStatus::Draft) {
        faults.add(
            &root.at("status"),
            "draft_is_over",
            "An institution that was active does not become a draft again.",
        );
    }
    if input.demo && !registered.sandbox {
        faults.add(&root.at("demo"), "only_in_sandbox", "Production has no demo institutions.");
    }
    let Some(successor) = input.successor_id else { return };
    let place = root.at("successor_id");
    if input.status != InstitutionStatus::Closed {
        faults.add(&place, "only_when_closed", "Only a closed institution has a successor.");
    }
    if !registered.successor || present.is_some_and(|before| before.id == successor) {
        faults.add(&place, "unknown_institution", "There is no other institution of that id.");
    }
}

/// Whether anything but the version and the time is different.
fn same(before: &Institution, after: &Institution) -> bool {
    let aligned = Institution { version: before.version, updated_at: before.updated_at, ..after.clone() };
    *before == aligned
}

fn batch(present: Option<&Institution>, institution: &Institution, given: &mut Given<'_>) -> Batch {
    let put = Write::PutInstitution {
        institution: Box::new(institution.clone()),
        expected: present.map(|before| before.version),
    };
    let mut batch = Batch::new().with(put);
    let subject = format!("institution/{}", institution.id);
    let action = if present.is_some() { "institution.replaced" } else { "institution.added" };
    batch.push(audit(action, subject.clone(), given));
    if let Some(before) = present {
        let money = [
            (before.accounts != institution.accounts, "institution.accounts_changed"),
            (before.beneficiaries != institution.beneficiaries, "institution.beneficiaries_changed"),
        ];
        for (_, action) in money.into_iter().filter(|(changed, _)| *changed) {
            batch.push(audit(action, subject.clone(), given));
        }
    }
    batch.push(event(present, institution, given));
    batch
}

/// That an institution is another than before, for its own feed.
pub(super) fn event(present: Option<&Institution>, institution: &Institution, given: &mut Given<'_>) -> Write {
    let previous = present.map(|before| before.status).filter(|status| *status != institution.status);
    Write::InsertEvent(Box::new(Event {
        id: given.id(),
        kind: EventKind::InstitutionUpdated,
        at: given.now,
        client_id: None,
        data: EventData {
            version: Some(institution.version),
            status: Some(institution.status.name().to_owned()),
            previous_status: previous.map(|status| status.name().to_owned()),
            ..EventData::default()
        },
    }))
}

/// A line of the trail of an institution.
pub(super) fn audit(action: &str, subject: String, given: &mut Given<'_>) -> Write {
    Write::InsertAudit(AuditLine::of(given, action, subject))
}
