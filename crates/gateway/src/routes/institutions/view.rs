// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of an institution.

use serde::Serialize;
use tramite_domain::institution::{Account, Beneficiary, Institution, StationLink, warnings};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::problem::ViolationView;
use crate::words;

/// A creditor institution with its histories.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Institution, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "code": "comune-esempio", "tax_code": "99999000013",
    "display_name": "Comune di Esempio", "ipa_code": "c_e001", "status": "active", "cbill_code": "AB123",
    "office_name": "Ufficio tributi", "payable_by_notice": false, "support_access": true, "demo": false,
    "hosted_pages": {"client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03"},
    "stations": [{"station_id": "99999000039_01", "aux_digit": 3, "segregation_code": "05", "broadcast": false,
        "issuing": true, "local_from": 5_000_000_000_000i64, "local_to": 9_999_999_999_999i64,
        "valid_from": "2026-09-01T08:30:00Z"}],
    "accounts": [{"id": "main", "iban": "IT60X0542811101000000123456", "valid_from": "2026-09-01T08:30:00Z"}],
    "beneficiaries": [{"id": "provincia", "tax_code": "99999000021", "company_name": "Provincia di Esempio",
        "iban": "IT24D0542811101000000654321", "valid_from": "2026-09-01T08:30:00Z"}],
    "warnings": [], "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct InstitutionView {
    /// Our id.
    #[schema(value_type = words::Id)]
    id: String,
    /// The slug.
    #[schema(value_type = words::InstitutionCode)]
    code: String,
    /// The tax code: `idPA` at the Node.
    #[schema(value_type = words::InstitutionTaxCode)]
    tax_code: String,
    /// The name that citizens read.
    #[schema(value_type = words::Line140)]
    display_name: String,
    /// Code in the index of public administrations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::IpaCode>)]
    ipa_code: Option<String>,
    /// Where it stands in its life.
    #[schema(value_type = words::InstitutionStatus)]
    status: &'static str,
    /// Who took over its duties.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    successor_id: Option<String>,
    /// CBILL code printed on notices.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CbillCode>)]
    cbill_code: Option<String>,
    /// The office shown beside the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    office_name: Option<String>,
    /// Whether clients of other institutions may pay its notices by number.
    payable_by_notice: bool,
    /// Whether operators may ask for read access in support.
    support_access: bool,
    /// Belongs to a demonstration.
    demo: bool,
    /// Its hosted pages; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    hosted_pages: Option<HostedPagesView>,
    /// Its stations, past and present.
    #[schema(min_items = 0, max_items = 1000)]
    stations: Vec<StationLinkView>,
    /// Its accounts, past and present.
    #[schema(min_items = 0, max_items = 1000)]
    accounts: Vec<AccountView>,
    /// Its beneficiaries, past, present and to come.
    #[schema(min_items = 0, max_items = 500)]
    beneficiaries: Vec<BeneficiaryView>,
    /// What is doubtful but accepted.
    #[schema(min_items = 0, max_items = 501)]
    warnings: Vec<ViolationView>,
    /// How many times it was written.
    #[schema(value_type = words::RowVersion)]
    version: i64,
    /// When it was registered.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// The pages on which citizens fill in the forms of an institution.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HostedPages)]
struct HostedPagesView {
    /// The client under whose name they act: it sees what citizens entered and paid there.
    #[schema(value_type = words::Id)]
    client_id: String,
}

/// The association of an institution with a station, with its time of validity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StationLink)]
struct StationLinkView {
    /// The station.
    #[schema(value_type = words::StationId)]
    station_id: String,
    /// First digit of its notices.
    #[schema(value_type = words::AuxDigit)]
    aux_digit: u8,
    /// Second and third digit, with aux digit 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::TwoDigits>)]
    segregation_code: Option<String>,
    /// Second and third digit, with aux digit 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::TwoDigits>)]
    application_code: Option<String>,
    /// Whether copies for a beneficiary come through it.
    broadcast: bool,
    /// Whether new notice numbers are given under it.
    issuing: bool,
    /// First base that Tramite numbers by itself.
    #[schema(value_type = words::NumberBase)]
    local_from: u64,
    /// Last base that Tramite numbers by itself.
    #[schema(value_type = words::NumberBase)]
    local_to: u64,
    /// Valid from here.
    #[schema(value_type = words::Timestamp)]
    valid_from: Instant,
    /// Valid until here, excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    valid_to: Option<Instant>,
}

/// A bank account with its time of validity.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountView {
    /// Its name.
    #[schema(value_type = words::AccountCode)]
    id: String,
    /// Where the money goes.
    #[schema(value_type = words::Iban)]
    iban: String,
    /// The postal account for slips.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Iban>)]
    postal_iban: Option<String>,
    /// The holder printed on the slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line70>)]
    holder: Option<String>,
    /// The authorisation printed on the slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line70>)]
    postal_authorization: Option<String>,
    /// Valid from here.
    #[schema(value_type = words::Timestamp)]
    valid_from: Instant,
    /// Valid until here, excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    valid_to: Option<Instant>,
}

/// A subject other than the institution to which a transfer may go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredBeneficiary)]
struct BeneficiaryView {
    /// Its name within the institution.
    #[schema(value_type = words::BeneficiaryCode)]
    id: String,
    /// Its tax code.
    #[schema(value_type = words::InstitutionTaxCode)]
    tax_code: String,
    /// Its name for people.
    #[schema(value_type = words::Line140)]
    company_name: String,
    /// Where the money goes.
    #[schema(value_type = words::Iban)]
    iban: String,
    /// Valid from here.
    #[schema(value_type = words::Timestamp)]
    valid_from: Instant,
    /// Valid until here, excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    valid_to: Option<Instant>,
}

impl InstitutionView {
    /// What is shown of an institution.
    pub(super) fn of(institution: &Institution) -> Self {
        Self {
            id: institution.id.to_string(),
            code: institution.code.to_string(),
            tax_code: institution.tax_code.to_string(),
            display_name: institution.display_name.to_string(),
            ipa_code: institution.ipa_code.as_ref().map(ToString::to_string),
            status: institution.status.name(),
            successor_id: institution.successor_id.map(|id| id.to_string()),
            cbill_code: institution.cbill_code.as_ref().map(ToString::to_string),
            office_name: institution.office_name.as_ref().map(ToString::to_string),
            payable_by_notice: institution.payable_by_notice,
            support_access: institution.support_access,
            demo: institution.demo,
            hosted_pages: institution.hosted_pages.map(|id| HostedPagesView { client_id: id.to_string() }),
            stations: institution.stations.iter().map(StationLinkView::of).collect(),
            accounts: institution.accounts.iter().map(AccountView::of).collect(),
            beneficiaries: institution.beneficiaries.iter().map(BeneficiaryView::of).collect(),
            warnings: warnings(institution).iter().map(ViolationView::from).collect(),
            version: institution.version,
            created_at: institution.created_at,
            updated_at: institution.updated_at,
        }
    }
}

impl StationLinkView {
    fn of(link: &StationLink) -> Self {
        Self {
            station_id: link.station_id.to_string(),
            aux_digit: link.aux_digit.digit(),
            segregation_code: link.segregation_code.map(|code| code.to_string()),
            application_code: link.application_code.map(|code| code.to_string()),
            broadcast: link.broadcast,
            issuing: link.issuing,
            local_from: link.local_range.from().value(),
            local_to: link.local_range.to().value(),
            valid_from: link.valid_from,
            valid_to: link.valid_to,
        }
    }
}

impl AccountView {
    fn of(account: &Account) -> Self {
        Self {
            id: account.id.to_string(),
            iban: account.iban.to_string(),
            postal_iban: account.postal_iban.as_ref().map(ToString::to_string),
            holder: account.holder.as_ref().map(ToString::to_string),
            postal_authorization: account.postal_authorization.as_ref().map(ToString::to_string),
            valid_from: account.valid_from,
            valid_to: account.valid_to,
        }
    }
}

impl BeneficiaryView {
    fn of(beneficiary: &Beneficiary) -> Self {
        Self {
            id: beneficiary.id.to_string(),
            tax_code: beneficiary.tax_code.to_string(),
            company_name: beneficiary.company_name.to_string(),
            iban: beneficiary.iban.to_string(),
            valid_from: beneficiary.valid_from,
            valid_to: beneficiary.valid_to,
        }
    }
}
