// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator says of an institution.

use serde::Deserialize;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::{
    AccountInput, BeneficiaryInput, InstitutionInput, InstitutionStatus, StationLinkInput,
};
use tramite_domain::notice::LocalRange;
use utoipa::ToSchema;

use crate::words;

/// An institution as it shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InstitutionInput, example = json!({
    "code": "comune-esempio", "tax_code": "99999000013", "display_name": "Comune di Esempio", "ipa_code": "c_e001",
    "status": "active", "cbill_code": "AB123", "office_name": "Ufficio tributi", "payable_by_notice": false,
    "support_access": true,
    "stations": [{"station_id": "99999000039_01", "aux_digit": 3, "segregation_code": "05", "issuing": true}],
    "accounts": [{"id": "main", "iban": "IT60X0542811101000000123456"}],
    "beneficiaries": [{"id": "provincia", "tax_code": "99999000021", "company_name": "Provincia di Esempio",
        "iban": "IT24D0542811101000000654321"}],
}))]
pub(super) struct InstitutionBody {
    /// The slug, the same forever.
    #[schema(value_type = words::InstitutionCode)]
    code: String,
    /// Eleven digits, the same forever; a wrong check digit is only a warning.
    #[schema(value_type = words::InstitutionTaxCode)]
    tax_code: String,
    /// The name that citizens read.
    #[schema(value_type = words::Line140)]
    display_name: String,
    /// Code in the index of public administrations.
    #[schema(value_type = Option<words::IpaCode>)]
    ipa_code: Option<String>,
    /// Where it stands in its life; closed is final.
    #[schema(value_type = words::InstitutionStatus)]
    status: InstitutionStatus,
    /// Who took over its duties; only with `closed`.
    #[schema(value_type = Option<words::Id>)]
    successor_id: Option<InstitutionId>,
    /// CBILL code printed on notices.
    #[schema(value_type = Option<words::CbillCode>)]
    cbill_code: Option<String>,
    /// The office shown beside the name.
    #[schema(value_type = Option<words::Line140>)]
    office_name: Option<String>,
    /// Whether clients of other institutions may pay its notices by number.
    #[serde(default)]
    payable_by_notice: bool,
    /// Whether operators may ask for read access in support.
    #[serde(default)]
    support_access: bool,
    /// Belongs to a demonstration; only in the sandbox, and once so, always so.
    #[serde(default)]
    demo: bool,
    /// Its stations from now on; one that is left out is closed.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 50)]
    stations: Vec<StationLinkBody>,
    /// Its accounts from now on; none that is registered may be left out.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 100)]
    accounts: Vec<AccountBody>,
    /// Its beneficiaries from now on; none that is registered may be left out.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 500)]
    beneficiaries: Vec<BeneficiaryBody>,
}

/// The association of an institution with a station.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StationLinkInput)]
struct StationLinkBody {
    /// The station.
    #[schema(value_type = words::StationId)]
    station_id: String,
    /// First digit of the notices that the Node routes here.
    #[schema(value_type = words::AuxDigit)]
    aux_digit: u8,
    /// Second and third digit, with aux digit 3 and only then: 00 to 45.
    #[schema(value_type = Option<words::TwoDigits>)]
    segregation_code: Option<String>,
    /// Second and third digit, with aux digit 0 and only then.
    #[schema(value_type = Option<words::TwoDigits>)]
    application_code: Option<String>,
    /// Whether copies for a beneficiary come through it.
    #[serde(default)]
    broadcast: bool,
    /// Whether new notice numbers are given under it; one station at most.
    #[serde(default)]
    issuing: bool,
    /// First base that Tramite numbers by itself.
    #[serde(default = "first_base")]
    #[schema(value_type = words::NumberBase)]
    local_from: u64,
    /// Last base that Tramite numbers by itself.
    #[serde(default = "last_base")]
    #[schema(value_type = words::NumberBase)]
    local_to: u64,
}

const fn first_base() -> u64 {
    LocalRange::DEFAULT.from().value()
}

const fn last_base() -> u64 {
    LocalRange::DEFAULT.to().value()
}

/// A bank account; another IBAN under the same id ends the old one and begins the new one now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountInput)]
struct AccountBody {
    /// Its name.
    #[schema(value_type = words::AccountCode)]
    id: String,
    /// Where the money goes.
    #[schema(value_type = words::Iban)]
    iban: String,
    /// The postal account for slips.
    #[schema(value_type = Option<words::Iban>)]
    postal_iban: Option<String>,
    /// The holder printed on the slip.
    #[schema(value_type = Option<words::Line70>)]
    holder: Option<String>,
    /// The authorisation printed on the slip.
    #[schema(value_type = Option<words::Line70>)]
    postal_authorization: Option<String>,
}

/// A subject other than the institution to which a transfer may go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegisteredBeneficiaryInput)]
struct BeneficiaryBody {
    /// Its name within the institution.
    #[schema(value_type = words::BeneficiaryCode)]
    id: String,
    /// Its tax code; a wrong check digit is only a warning.
    #[schema(value_type = words::InstitutionTaxCode)]
    tax_code: String,
    /// Its name for people.
    #[schema(value_type = words::Line140)]
    company_name: String,
    /// Where the money goes.
    #[schema(value_type = words::Iban)]
    iban: String,
}

impl From<InstitutionBody> for InstitutionInput {
    fn from(body: InstitutionBody) -> Self {
        Self {
            code: body.code,
            tax_code: body.tax_code,
            display_name: body.display_name,
            ipa_code: body.ipa_code,
            status: body.status,
            successor_id: body.successor_id,
            cbill_code: body.cbill_code,
            office_name: body.office_name,
            payable_by_notice: body.payable_by_notice,
            support_access: body.support_access,
            demo: body.demo,
            stations: body.stations.into_iter().map(StationLinkInput::from).collect(),
            accounts: body.accounts.into_iter().map(AccountInput::from).collect(),
            beneficiaries: body.beneficiaries.into_iter().map(BeneficiaryInput::from).collect(),
        }
    }
}

impl From<StationLinkBody> for StationLinkInput {
    fn from(body: StationLinkBody) -> Self {
        Self {
            station_id: body.station_id,
            aux_digit: body.aux_digit,
            segregation_code: body.segregation_code,
            application_code: body.application_code,
            broadcast: body.broadcast,
            issuing: body.issuing,
            local_from: body.local_from,
            local_to: body.local_to,
        }
    }
}

impl From<AccountBody> for AccountInput {
    fn from(body: AccountBody) -> Self {
        Self {
            id: body.id,
            iban: body.iban,
            postal_iban: body.postal_iban,
            holder: body.holder,
            postal_authorization: body.postal_authorization,
        }
    }
}

impl From<BeneficiaryBody> for BeneficiaryInput {
    fn from(body: BeneficiaryBody) -> Self {
        Self { id: body.id, tax_code: body.tax_code, company_name: body.company_name, iban: body.iban }
    }
}
