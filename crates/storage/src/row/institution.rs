// SPDX-License-Identifier: AGPL-3.0-or-later
//! An institution with its histories of stations, accounts and beneficiaries.

use diesel::prelude::*;
use tramite_domain::ids::{ClientId, InstitutionId, StationLinkId};
use tramite_domain::institution::{Account, Beneficiary, Institution, InstitutionStatus, StationLink};
use tramite_domain::notice::{AuxDigit, LocalRange};

use super::{fit, known, place, read, read_some};
use crate::column::{At, Id};
use crate::error::StoreError;
use crate::schema::{accounts, beneficiaries, institution_stations, institutions};

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = institutions, primary_key(institution_id))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct InstitutionRow {
    pub(crate) institution_id: Id<InstitutionId>,
    code: String,
    tax_code: String,
    display_name: String,
    ipa_code: Option<String>,
    status: String,
    successor_id: Option<Id<InstitutionId>>,
    cbill_code: Option<String>,
    office_name: Option<String>,
    payable_by_notice: bool,
    support_access: bool,
    demo: bool,
    version: i64,
    created_at: At,
    updated_at: At,
    hosted_pages_client_id: Option<Id<ClientId>>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = institution_stations, treat_none_as_default_value = false)]
pub(crate) struct StationLinkRow {
    pub(crate) institution_id: Id<InstitutionId>,
    id: Id<StationLinkId>,
    place: i16,
    station_id: String,
    aux_digit: i16,
    segregation_code: Option<String>,
    application_code: Option<String>,
    broadcast: bool,
    issuing: bool,
    local_from: i64,
    local_to: i64,
    valid_from: At,
    valid_to: Option<At>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub(crate) struct AccountRow {
    pub(crate) institution_id: Id<InstitutionId>,
    id: String,
    place: i16,
    iban: String,
    postal_iban: Option<String>,
    holder: Option<String>,
    postal_authorization: Option<String>,
    valid_from: At,
    valid_to: Option<At>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = beneficiaries, treat_none_as_default_value = false)]
pub(crate) struct BeneficiaryRow {
    pub(crate) institution_id: Id<InstitutionId>,
    id: String,
    place: i16,
    tax_code: String,
    company_name: String,
    iban: String,
    valid_from: At,
    valid_to: Option<At>,
}

impl InstitutionRow {
    pub(crate) fn of(institution: &Institution) -> Self {
        Self {
            institution_id: Id(institution.id),
            code: institution.code.to_string(),
            tax_code: institution.tax_code.to_string(),
            display_name: institution.display_name.to_string(),
            ipa_code: institution.ipa_code.as_ref().map(ToString::to_string),
            status: institution.status.name().to_owned(),
            successor_id: institution.successor_id.map(Id),
            cbill_code: institution.cbill_code.as_ref().map(ToString::to_string),
            office_name: institution.office_name.as_ref().map(ToString::to_string),
            payable_by_notice: institution.payable_by_notice,
            support_access: institution.support_access,
            demo: institution.demo,
            version: institution.version,
            created_at: At(institution.created_at),
            updated_at: At(institution.updated_at),
            hosted_pages_client_id: institution.hosted_pages.map(Id),
        }
    }

    pub(crate) fn into_institution(
        self,
        stations: Vec<StationLink>,
        accounts: Vec<Account>,
        beneficiaries: Vec<Beneficiary>,
    ) -> Result<Institution, StoreError> {
        Ok(Institution {
            id: self.institution_id.0,
            code: read("institutions.code", &self.code)?,
            tax_code: read("institutions.tax_code", &self.tax_code)?,
            display_name: read("institutions.display_name", &self.display_name)?,
            ipa_code: read_some("institutions.ipa_code", self.ipa_code.as_deref())?,
            status: known("institutions.status", InstitutionStatus::named(&self.status))?,
            successor_id: self.successor_id.map(|id| id.0),
            cbill_code: read_some("institutions.cbill_code", self.cbill_code.as_deref())?,
            office_name: read_some("institutions.office_name", self.office_name.as_deref())?,
            payable_by_notice: self.payable_by_notice,
            support_access: self.support_access,
            demo: self.demo,
            hosted_pages: self.hosted_pages_client_id.map(|id| id.0),
            stations,
            accounts,
            beneficiaries,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

impl StationLinkRow {
    pub(crate) fn of(institution: InstitutionId, index: usize, link: &StationLink) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            id: Id(link.id),
            place: place(index)?,
            station_id: link.station_id.to_string(),
            aux_digit: i16::from(link.aux_digit.digit()),
            segregation_code: link.segregation_code.map(|code| code.to_string()),
            application_code: link.application_code.map(|code| code.to_string()),
            broadcast: link.broadcast,
            issuing: link.issuing,
            local_from: fit("local_from", link.local_range.from().value())?,
            local_to: fit("local_to", link.local_range.to().value())?,
            valid_from: At(link.valid_from),
            valid_to: link.valid_to.map(At),
        })
    }

    pub(crate) fn into_link(self) -> Result<StationLink, StoreError> {
        const RANGE: &str = "institution_stations.local_from";
        let digit: u8 = fit("institution_stations.aux_digit", self.aux_digit)?;
        let range = LocalRange::new(fit(RANGE, self.local_from)?, fit(RANGE, self.local_to)?);
        Ok(StationLink {
            id: self.id.0,
            station_id: read("institution_stations.station_id", &self.station_id)?,
            aux_digit: known("institution_stations.aux_digit", AuxDigit::try_from(digit).ok())?,
            segregation_code: read_some("institution_stations.segregation_code", self.segregation_code.as_deref())?,
            application_code: read_some("institution_stations.application_code", self.application_code.as_deref())?,
            broadcast: self.broadcast,
            issuing: self.issuing,
            local_range: known(RANGE, range.ok())?,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|at| at.0),
        })
    }
}

impl AccountRow {
    pub(crate) fn of(institution: InstitutionId, index: usize, account: &Account) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            id: account.id.to_string(),
            place: place(index)?,
            iban: account.iban.to_string(),
            postal_iban: account.postal_iban.as_ref().map(ToString::to_string),
            holder: account.holder.as_ref().map(ToString::to_string),
            postal_authorization: account.postal_authorization.as_ref().map(ToString::to_string),
            valid_from: At(account.valid_from),
            valid_to: account.valid_to.map(At),
        })
    }

    pub(crate) fn into_account(self) -> Result<Account, StoreError> {
        Ok(Account {
            id: read("accounts.id", &self.id)?,
            iban: read("accounts.iban", &self.iban)?,
            postal_iban: read_some("accounts.postal_iban", self.postal_iban.as_deref())?,
            holder: read_some("accounts.holder", self.holder.as_deref())?,
            postal_authorization: read_some("accounts.postal_authorization", self.postal_authorization.as_deref())?,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|at| at.0),
        })
    }
}

impl BeneficiaryRow {
    pub(crate) fn of(institution: InstitutionId, index: usize, one: &Beneficiary) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            id: one.id.to_string(),
            place: place(index)?,
            tax_code: one.tax_code.to_string(),
            company_name: one.company_name.to_string(),
            iban: one.iban.to_string(),
            valid_from: At(one.valid_from),
            valid_to: one.valid_to.map(At),
        })
    }

    pub(crate) fn into_beneficiary(self) -> Result<Beneficiary, StoreError> {
        Ok(Beneficiary {
            id: read("beneficiaries.id", &self.id)?,
            tax_code: read("beneficiaries.tax_code", &self.tax_code)?,
            company_name: read("beneficiaries.company_name", &self.company_name)?,
            iban: read("beneficiaries.iban", &self.iban)?,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|at| at.0),
        })
    }
}
