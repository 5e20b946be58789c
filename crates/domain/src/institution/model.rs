// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is known of an institution. Histories (stations, accounts) are kept with their validity, so that a notice
//! issued years ago still resolves (rules.md 17).

use serde::{Deserialize, Serialize};

use crate::iban::Iban;
use crate::ident::{AccountCode, BeneficiaryCode, InstitutionCode, StationId};
use crate::ids::{ClientId, InstitutionId, StationLinkId};
use crate::named::named;
use crate::notice::{ApplicationCode, AuxDigit, Base13, LocalRange, NoticeNumber, SegregationCode};
use crate::tax_code::InstitutionTaxCode;
use crate::text::Text;
use crate::time::Instant;

/// How long after its decision a change of an account or a beneficiary takes effect, in seconds, unless the installation
/// says otherwise: a day, in which a wrong or a stolen hand can be noticed (api.md, Platform).
pub const ACCOUNT_DELAY_SECONDS: i64 = 86_400;

/// A creditor institution, a tenant of Tramite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Our id.
    pub id: InstitutionId,
    /// The immutable slug.
    pub code: InstitutionCode,
    /// The 11-digit tax code: `idPA` at the Node.
    pub tax_code: InstitutionTaxCode,
    /// The name that citizens read.
    pub display_name: Text<1, 140>,
    /// Code in the index of public administrations.
    pub ipa_code: Option<Text<1, 32>>,
    /// Where it stands in its life.
    pub status: InstitutionStatus,
    /// Who took over its duties, when closed.
    pub successor_id: Option<InstitutionId>,
    /// CBILL code printed on notices (5 characters).
    pub cbill_code: Option<Text<5, 5>>,
    /// The office shown beside the name.
    pub office_name: Option<Text<1, 140>>,
    /// Whether clients of other institutions may pay its notices by number (rules.md 37).
    pub payable_by_notice: bool,
    /// Whether operators may ask for read access in support.
    pub support_access: bool,
    /// Made by `tramite demo`; refused in production.
    pub demo: bool,
    /// The client under whose name its hosted pages act; none where it has no pages.
    pub hosted_pages: Option<ClientId>,
    /// Its connection points at the Node, past and present.
    pub stations: Vec<StationLink>,
    /// Its bank accounts, past and present.
    pub accounts: Vec<Account>,
    /// Registered beneficiaries of transfers, past and present.
    pub beneficiaries: Vec<Beneficiary>,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Life of an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstitutionStatus {
    /// Being set up; nothing is payable.
    Draft,
    /// Collects.
    Active,
    /// Stopped for a while: verify and get refuse, receipts are kept.
    Suspended,
    /// Ended: receipts are kept.
    Closed,
}

named!(InstitutionStatus { Draft = "draft", Active = "active", Suspended = "suspended", Closed = "closed" });

/// The association of an institution with a station (codes.md 1), with its time of validity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StationLink {
    /// Our id.
    pub id: StationLinkId,
    /// The station.
    pub station_id: StationId,
    /// First digit of the notices that the Node routes here.
    pub aux_digit: AuxDigit,
    /// Second and third digit, with aux digit 3.
    pub segregation_code: Option<SegregationCode>,
    /// Second and third digit, with aux digit 0.
    pub application_code: Option<ApplicationCode>,
    /// Whether copies for a beneficiary come through it.
    pub broadcast: bool,
    /// Whether new notice numbers are given under it.
    pub issuing: bool,
    /// The bases that Tramite gives by itself; the others are the institution's own (rules.md 3).
    pub local_range: LocalRange,
    /// Valid from this instant.
    pub valid_from: Instant,
    /// Valid until this instant, excluded; none means still valid.
    pub valid_to: Option<Instant>,
}

impl StationLink {
    /// Whether the association holds at that instant.
    #[must_use]
    pub fn valid_at(&self, now: Instant) -> bool {
        self.valid_from <= now && self.valid_to.is_none_or(|end| now < end)
    }
}

/// A bank account of the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name; transfers keep the name, and the IBAN is resolved when the Node asks (rules.md 17).
    pub id: AccountCode,
    /// Where the money goes.
    pub iban: Iban,
    /// The postal account for slips, where there is one.
    pub postal_iban: Option<Iban>,
    /// The holder printed on the slip.
    pub holder: Option<Text<1, 70>>,
    /// The authorisation printed on the slip.
    pub postal_authorization: Option<Text<1, 70>>,
    /// Valid from this instant.
    pub valid_from: Instant,
    /// Valid until this instant, excluded; none means still valid.
    pub valid_to: Option<Instant>,
}

/// A subject other than the institution to which a transfer may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiary {
    /// Its name within the institution.
    pub id: BeneficiaryCode,
    /// Its tax code; it must be registered at the Node.
    pub tax_code: InstitutionTaxCode,
    /// Its name.
    pub company_name: Text<1, 140>,
    /// Where the money goes.
    pub iban: Iban,
    /// Valid from this instant.
    pub valid_from: Instant,
    /// Valid until this instant, excluded; none means still valid.
    pub valid_to: Option<Instant>,
}

impl Institution {
    /// The account of that name valid at that instant.
    #[must_use]
    pub fn account(&self, id: &AccountCode, now: Instant) -> Option<&Account> {
        self.accounts
            .iter()
            .filter(|account| &account.id == id && account.valid_from <= now)
            .filter(|account| account.valid_to.is_none_or(|end| now < end))
            .max_by_key(|account| account.valid_from)
    }

    /// The beneficiary of that name valid at that instant.
    #[must_use]
    pub fn beneficiary(&self, id: &BeneficiaryCode, now: Instant) -> Option<&Beneficiary> {
        self.beneficiaries
            .iter()
            .filter(|beneficiary| &beneficiary.id == id && beneficiary.valid_from <= now)
            .filter(|beneficiary| beneficiary.valid_to.is_none_or(|end| now < end))
            .max_by_key(|beneficiary| beneficiary.valid_from)
    }

    /// The association under which new notice numbers are given: aux digit 3, issuing, valid now.
    #[must_use]
    pub fn issuing_station(&self, now: Instant) -> Option<(&StationLink, SegregationCode)> {
        self.stations
            .iter()
            .filter(|link| link.issuing && link.valid_at(now) && link.aux_digit == AuxDigit::Three)
            .filter_map(|link| link.segregation_code.map(|code| (link, code)))
            .max_by_key(|(link, _)| link.valid_from)
    }

    /// The range from which Tramite gives, or ever gave, that base by itself; none where it is the institution's own to
    /// give (rules.md 3). Ranges of one code are the same or apart, so there is one at most.
    #[must_use]
    pub fn local_range_of(&self, code: SegregationCode, base: Base13) -> Option<LocalRange> {
        self.stations
            .iter()
            .filter(|link| link.issuing && link.segregation_code == Some(code))
            .map(|link| link.local_range)
            .find(|range| range.contains(base))
    }

    /// Whether the Node finds a station of the institution by the first digits of that number at that instant (codes.md 1).
    #[must_use]
    pub fn routes(&self, number: &NoticeNumber, now: Instant) -> bool {
        self.stations.iter().any(|link| {
            link.valid_at(now)
                && Some(link.aux_digit) == number.aux_digit()
                && link.segregation_code == number.segregation_code()
                && link.application_code == number.application_code()
        })
    }

    /// Whether the institution is, or ever was, reached through that station.
    #[must_use]
    pub fn was_served_by(&self, station: &str) -> bool {
        self.stations.iter().any(|link| link.station_id.as_str() == station)
    }

    /// Whether the institution is reached through that station at that instant.
    #[must_use]
    pub fn is_served_by(&self, station: &str, now: Instant) -> bool {
        self.stations.iter().any(|link| link.station_id.as_str() == station && link.valid_at(now))
    }
}
