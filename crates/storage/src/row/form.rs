// SPDX-License-Identifier: AGPL-3.0-or-later
//! A version of a form, and one of a registry.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::form::{Definition, FormVersion, RegistryInput, RegistryVersion};
use tramite_domain::ids::{ClientId, InstitutionId};

use super::{fit, read};
use crate::column::{At, Doc, Id};
use crate::error::StoreError;
use crate::schema::{form_versions, registry_versions};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = form_versions)]
pub(crate) struct FormRow {
    institution_id: Id<InstitutionId>,
    service_code: String,
    version: i32,
    definition: Doc<Definition>,
    registries: Doc<BTreeSet<String>>,
    published_by: Id<ClientId>,
    published_at: At,
}

impl FormRow {
    pub(crate) fn of(institution: InstitutionId, form: &FormVersion) -> Result<Self, StoreError> {
        Ok(Self {
            institution_id: Id(institution),
            service_code: form.service_code.to_string(),
            version: fit("form_versions.version", form.version)?,
            definition: Doc(form.definition.clone()),
            registries: Doc(form.registries.clone()),
            published_by: Id(form.published_by),
            published_at: At(form.published_at),
        })
    }

    pub(crate) fn into_form(self) -> Result<FormVersion, StoreError> {
        Ok(FormVersion {
            service_code: read("form_versions.service_code", &self.service_code)?,
            version: fit("form_versions.version", self.version)?,
            definition: self.definition.0,
            registries: self.registries.0,
            published_by: self.published_by.0,
            published_at: self.published_at.0,
        })
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = registry_versions)]
pub(crate) struct RegistryRow {
    institution_id: Id<InstitutionId>,
    code: String,
    version: i32,
    row_count: i32,
    byte_count: i32,
    document: Doc<RegistryInput>,
    written_by: Id<ClientId>,
    written_at: At,
}

impl RegistryRow {
    pub(crate) fn of(institution: InstitutionId, registry: &RegistryVersion) -> Result<Self, StoreError> {
        // A tree of texts and numbers can always be written.
        let bytes = serde_json::to_string(&registry.input).map_or(0, |text| text.len());
        Ok(Self {
            institution_id: Id(institution),
            code: registry.code.to_string(),
            version: fit("registry_versions.version", registry.version)?,
            row_count: fit("registry_versions.row_count", registry.input.rows.len())?,
            byte_count: fit("registry_versions.byte_count", bytes)?,
            document: Doc(registry.input.clone()),
            written_by: Id(registry.written_by),
            written_at: At(registry.written_at),
        })
    }

    pub(crate) fn into_registry(self) -> Result<RegistryVersion, StoreError> {
        Ok(RegistryVersion {
            code: read("registry_versions.code", &self.code)?,
            version: fit("registry_versions.version", self.version)?,
            input: self.document.0,
            written_by: self.written_by.0,
            written_at: self.written_at.0,
        })
    }
}
