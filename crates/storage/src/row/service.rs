// SPDX-License-Identifier: AGPL-3.0-or-later
//! A payment service.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::service::{
    AmountCallback, AmountRule, Demand, LateCharges, Service, ServiceKind, ServiceStatus, Title,
};
use tramite_domain::taxonomy::CollectionKind;

use super::{fit, known, read};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::services;

#[derive(Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = services, primary_key(institution_id, code))]
#[diesel(treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct ServiceRow {
    institution_id: Id<InstitutionId>,
    pub(crate) code: String,
    title: Doc<Title>,
    taxonomy_code: String,
    collection_kind: i16,
    account_id: String,
    kind: String,
    amount: Doc<AmountRule>,
    due_date_required: bool,
    expires_after_due_date: bool,
    anonymous_debtor_allowed: bool,
    status: String,
    version: i64,
    created_at: At,
    updated_at: At,
    late_charges: Option<Doc<LateCharges>>,
    amount_callback: Option<Doc<AmountCallback>>,
    demand: Option<Doc<Demand>>,
    demand_service_id: Option<String>,
    demand_subject_id: Option<String>,
}

impl ServiceRow {
    pub(crate) fn of(institution: InstitutionId, service: &Service) -> Self {
        Self {
            institution_id: Id(institution),
            code: service.code.to_string(),
            title: Doc(service.title.clone()),
            taxonomy_code: service.taxonomy_code.to_string(),
            collection_kind: i16::from(service.collection_kind.digit()),
            account_id: service.account_id.to_string(),
            kind: service.kind.name().to_owned(),
            amount: Doc(service.amount),
            due_date_required: service.due_date_required,
            expires_after_due_date: service.expires_after_due_date,
            anonymous_debtor_allowed: service.anonymous_debtor_allowed,
            status: service.status.name().to_owned(),
            version: service.version,
            created_at: At(service.created_at),
            updated_at: At(service.updated_at),
            late_charges: service.late_charges.clone().map(Doc),
            amount_callback: service.amount_callback.clone().map(Doc),
            demand: service.demand.clone().map(Doc),
            demand_service_id: service.demand.as_ref().map(|one| one.service_id.to_string()),
            demand_subject_id: service.demand.as_ref().map(|one| one.subject_id.to_string()),
        }
    }

    pub(crate) fn into_service(self) -> Result<Service, StoreError> {
        let kind: u8 = fit("services.collection_kind", self.collection_kind)?;
        Ok(Service {
            code: read("services.code", &self.code)?,
            title: self.title.0,
            taxonomy_code: read("services.taxonomy_code", &self.taxonomy_code)?,
            collection_kind: known("services.collection_kind", CollectionKind::try_from(kind).ok())?,
            account_id: read("services.account_id", &self.account_id)?,
            kind: known("services.kind", ServiceKind::named(&self.kind))?,
            amount: self.amount.0,
            due_date_required: self.due_date_required,
            expires_after_due_date: self.expires_after_due_date,
            late_charges: self.late_charges.map(|late| late.0),
            amount_callback: self.amount_callback.map(|callback| callback.0),
            anonymous_debtor_allowed: self.anonymous_debtor_allowed,
            demand: self.demand.map(|one| one.0),
            status: known("services.status", ServiceStatus::named(&self.status))?,
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}
