// SPDX-License-Identifier: AGPL-3.0-or-later
//! A submission, whom it names, and a place that it has.

use diesel::prelude::*;
use tramite_domain::form::Line;
use tramite_domain::ids::{ClientId, DebtPositionId, InstitutionId, SubmissionId};
use tramite_domain::money::Cents;
use tramite_domain::submission::{Entered, HeldPlace, KeptSubmission};

use super::{fit, read};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{form_places, form_submissions, submission_persons};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = form_submissions, treat_none_as_default_value = false)]
pub(crate) struct SubmissionRow {
    institution_id: Id<InstitutionId>,
    id: Id<SubmissionId>,
    service_code: String,
    form_version: i32,
    amount: i64,
    breakdown: Doc<Vec<Line>>,
    remittance_information: String,
    entered: Option<Doc<Entered>>,
    unique_key: Option<String>,
    superseded_by: Option<Id<SubmissionId>>,
    places: Doc<Vec<HeldPlace>>,
    debt_position_id: Option<Id<DebtPositionId>>,
    found: bool,
    created_by: Id<ClientId>,
    created_at: At,
    cancelled_at: Option<At>,
    lapses_at: Option<At>,
}

impl SubmissionRow {
    pub(crate) fn of(institution: InstitutionId, kept: &KeptSubmission) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            id: Id(kept.id),
            service_code: kept.service_code.to_string(),
            form_version: fit("form_submissions.form_version", kept.form_version)?,
            amount: kept.amount.cents(),
            breakdown: Doc(kept.breakdown.clone()),
            remittance_information: kept.remittance_information.clone(),
            entered: kept.entered.clone().map(Doc),
            unique_key: kept.unique_key.clone(),
            superseded_by: kept.superseded_by.map(Id),
            places: Doc(kept.places.clone()),
            debt_position_id: kept.debt_position_id.map(Id),
            found: kept.found,
            created_by: Id(kept.created_by),
            created_at: At(kept.created_at),
            cancelled_at: kept.cancelled_at.map(At),
            lapses_at: kept.lapses_at.map(At),
        })
    }

    pub(crate) fn into_submission(self) -> Result<KeptSubmission, StoreError> {
        let amount = Cents::new(self.amount).map_err(|_| StoreError::failed("form_submissions.amount is none"))?;
        Ok(KeptSubmission {
            id: self.id.0,
            service_code: read("form_submissions.service_code", &self.service_code)?,
            form_version: fit("form_submissions.form_version", self.form_version)?,
            amount,
            breakdown: self.breakdown.0,
            remittance_information: self.remittance_information,
            entered: self.entered.map(|entered| entered.0),
            unique_key: self.unique_key,
            superseded_by: self.superseded_by.map(|id| id.0),
            places: self.places.0,
            debt_position_id: self.debt_position_id.map(|id| id.0),
            found: self.found,
            created_by: self.created_by.0,
            created_at: self.created_at.0,
            cancelled_at: self.cancelled_at.map(|at| at.0),
            lapses_at: self.lapses_at.map(|at| at.0),
        })
    }
}

// No `Debug`: a tax code names somebody.
#[derive(Insertable)]
#[diesel(table_name = submission_persons, treat_none_as_default_value = false)]
pub(crate) struct SubmissionPersonRow {
    institution_id: Id<InstitutionId>,
    tax_code: String,
    submission_id: Id<SubmissionId>,
}

impl SubmissionPersonRow {
    /// Whom a submission names, each once.
    pub(crate) fn of(institution: InstitutionId, kept: &KeptSubmission) -> Vec<Self> {
        let persons = kept.entered.iter().flat_map(Entered::persons);
        let codes: std::collections::BTreeSet<String> =
            persons.map(|one| one.tax_code.expose().as_str().to_owned()).collect();
        let row = |tax_code| Self { institution_id: Id(institution), tax_code, submission_id: Id(kept.id) };
        codes.into_iter().map(row).collect()
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = form_places, treat_none_as_default_value = false)]
pub(crate) struct PlaceRow {
    institution_id: Id<InstitutionId>,
    submission_id: Id<SubmissionId>,
    quota: String,
    service_code: String,
    key: String,
    debt_position_id: Option<Id<DebtPositionId>>,
    held_until: Option<At>,
}

impl PlaceRow {
    pub(crate) fn of(institution: InstitutionId, kept: &KeptSubmission, place: &HeldPlace) -> Self {
        Self {
            institution_id: Id(institution),
            submission_id: Id(kept.id),
            quota: place.quota.clone(),
            service_code: kept.service_code.to_string(),
            key: place.key.clone(),
            debt_position_id: kept.debt_position_id.map(Id),
            held_until: place.held_until.map(At),
        }
    }
}
