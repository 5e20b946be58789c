// SPDX-License-Identifier: AGPL-3.0-or-later
//! Forms of services and registries. A form exists for whom its service exists; registries belong to all services.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use tramite_domain::form::{FormVersion, RegistryVersion};
use tramite_domain::ident::{RegistryCode, ServiceCode};
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Doc, Id};
use crate::db::{Db, first, load, load_together};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::form::{FormRow, RegistryRow};
use crate::row::{fit, read};
use crate::schema::{form_catalogues, form_versions, later_forms, later_registries, registry_versions};
use crate::scope::Scope;
use crate::store::Answer;

/// What a list says of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryHead {
    /// Its code.
    pub code: RegistryCode,
    /// Its present version.
    pub version: u32,
    /// How many rows that has.
    pub rows: u32,
    /// How many bytes, as JSON.
    pub bytes: u64,
    /// When it was written.
    pub written_at: Instant,
}

/// By what a form that was made ready is still the present one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormState {
    /// The present version of the form.
    pub version: u32,
    /// The present versions of the institution's registries, by their codes.
    pub registries: BTreeMap<String, u32>,
}

impl Store {
    /// The present form of a service, or that version of it; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn form<'a>(
        &'a self,
        scope: &'a Scope,
        code: &'a ServiceCode,
        version: Option<u32>,
    ) -> Answer<'a, Option<FormVersion>> {
        Box::pin(async move {
            if !scope.sees_service(Some(code)) {
                return Ok(None);
            }
            let (institution, code) = (scope.institution(), code.clone());
            let Ok(version) = version.map(i32::try_from).transpose() else { return Ok(None) };
            self.read(scope, move |db| Box::pin(form(db, institution, code, version))).await
        })
    }

    /// The present forms of the institution's services that read a registry, as far as they exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn forms_reading<'a>(&'a self, scope: &'a Scope, registry: &'a RegistryCode) -> Answer<'a, Vec<FormVersion>> {
        Box::pin(async move {
            let (institution, registry) = (scope.institution(), registry.to_string());
            let mut found = self.read(scope, move |db| Box::pin(reading(db, institution, registry))).await?;
            found.retain(|form| scope.sees_service(Some(&form.service_code)));
            Ok(found)
        })
    }

    /// How often the institution's forms and registries were written: what is checked with them is written with it.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn form_catalogue<'a>(&'a self, scope: &'a Scope) -> Answer<'a, i64> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(catalogue(db, institution))).await
        })
    }

    /// What a form that was made ready is compared with; none where there is no form for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn form_state<'a>(&'a self, scope: &'a Scope, code: &'a ServiceCode) -> Answer<'a, Option<FormState>> {
        Box::pin(async move {
            if !scope.sees_service(Some(code)) {
                return Ok(None);
            }
            let (institution, code) = (scope.institution(), code.clone());
            self.read(scope, move |db| Box::pin(state(db, institution, code))).await
        })
    }

    /// The services that have a form, as far as they exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn services_with_form<'a>(&'a self, scope: &'a Scope) -> Answer<'a, BTreeSet<ServiceCode>> {
        Box::pin(async move {
            let institution = scope.institution();
            let mut codes = self.read(scope, move |db| Box::pin(with_form(db, institution))).await?;
            codes.retain(|code| scope.sees_service(Some(code)));
            Ok(codes)
        })
    }

    /// The registries of the institution, by their codes.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn registries<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Vec<RegistryHead>> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(heads(db, institution))).await
        })
    }

    /// The same, a page of them.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn registry_page<'a>(&'a self, scope: &'a Scope, page: &'a PageRequest) -> Answer<'a, Page<RegistryHead>> {
        Box::pin(async move {
            let after = Cursor::code(page.cursor.as_ref(), List::Registries)?;
            let rows = usize::try_from(page.rows()).unwrap_or(usize::MAX);
            // There are few of them.
            let all = self.registries(scope).await?.into_iter();
            let rest = all.filter(|head| after.as_deref().is_none_or(|after| head.code.as_str() > after));
            Ok(Page::cut(rest.take(rows).collect(), page, |head| {
                Cursor::after_code(List::Registries, head.code.to_string())
            }))
        })
    }

    /// A registry as it is, or that version of it; none where there is none.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn registry<'a>(
        &'a self,
        scope: &'a Scope,
        code: &'a RegistryCode,
        version: Option<u32>,
    ) -> Answer<'a, Option<RegistryVersion>> {
        Box::pin(async move {
            let (institution, code) = (scope.institution(), code.to_string());
            let Ok(version) = version.map(i32::try_from).transpose() else { return Ok(None) };
            self.read(scope, move |db| Box::pin(registry(db, institution, code, version))).await
        })
    }
}

macro_rules! present_registries {
    ($institution:expr, $columns:expr) => {
        registry_versions::table
            .filter(registry_versions::institution_id.eq(Id($institution)))
            .filter(not(exists(
                later_registries
                    .filter(later_registries.field(registry_versions::institution_id).eq(Id($institution)))
                    .filter(later_registries.field(registry_versions::code).eq(registry_versions::code))
                    .filter(later_registries.field(registry_versions::version).gt(registry_versions::version)),
            )))
            .order(registry_versions::code)
            .select($columns)
    };
}

type HeadRow = (String, i32, i32, i32, At);

fn head((code, version, rows, bytes, written_at): HeadRow) -> Result<RegistryHead, StoreError> {
    Ok(RegistryHead {
        code: read("registry_versions.code", &code)?,
        version: fit("registry_versions.version", version)?,
        rows: fit("registry_versions.row_count", rows)?,
        bytes: fit("registry_versions.byte_count", bytes)?,
        written_at: written_at.0,
    })
}

async fn with_form(mut db: Db<'_>, institution: InstitutionId) -> Result<BTreeSet<ServiceCode>, StoreError> {
    let found: Vec<String> = load!(
        &mut db,
        form_versions::table
            .filter(form_versions::institution_id.eq(Id(institution)))
            .select(form_versions::service_code)
            .distinct()
    )?;
    found.iter().map(|code| read("form_versions.service_code", code)).collect()
}

async fn heads(mut db: Db<'_>, institution: InstitutionId) -> Result<Vec<RegistryHead>, StoreError> {
    let columns = (
        registry_versions::code,
        registry_versions::version,
        registry_versions::row_count,
        registry_versions::byte_count,
        registry_versions::written_at,
    );
    let found: Vec<HeadRow> = load!(&mut db, present_registries!(institution, columns))?;
    found.into_iter().map(head).collect()
}

async fn state(mut db: Db<'_>, institution: InstitutionId, code: ServiceCode) -> Result<Option<FormState>, StoreError> {
    let (versions, found): (Vec<i32>, Vec<(String, i32)>) = load_together!(
        &mut db,
        form_versions::table
            .filter(form_versions::institution_id.eq(Id(institution)))
            .filter(form_versions::service_code.eq(code.as_str()))
            .order(form_versions::version.desc())
            .limit(1)
            .select(form_versions::version),
        present_registries!(institution, (registry_versions::code, registry_versions::version)),
    )?;
    let Some(version) = versions.first() else { return Ok(None) };
    let known = |(code, version)| Ok((code, fit("registry_versions.version", version)?));
    let registries = found.into_iter().map(known).collect::<Result<_, StoreError>>()?;
    Ok(Some(FormState { version: fit("form_versions.version", *version)?, registries }))
}

async fn form(
    mut db: Db<'_>,
    institution: InstitutionId,
    code: ServiceCode,
    version: Option<i32>,
) -> Result<Option<FormVersion>, StoreError> {
    let last = version.unwrap_or(i32::MAX);
    let row: Option<FormRow> = first!(
        &mut db,
        form_versions::table
            .filter(form_versions::institution_id.eq(Id(institution)))
            .filter(form_versions::service_code.eq(code.as_str()))
            .filter(form_versions::version.le(last))
            .order(form_versions::version.desc())
            .select(FormRow::as_select())
    )?;
    let found = row.map(FormRow::into_form).transpose()?;
    // Of a version that was named no older one will do.
    Ok(found.filter(|form| version.is_none() || i32::try_from(form.version).ok() == version))
}

async fn catalogue(mut db: Db<'_>, institution: InstitutionId) -> Result<i64, StoreError> {
    let found: Option<i64> = first!(
        &mut db,
        form_catalogues::table
            .filter(form_catalogues::institution_id.eq(Id(institution)))
            .select(form_catalogues::version)
    )?;
    Ok(found.unwrap_or(0))
}

/// Which ones they are is asked first: definitions are large, and most read no registry.
async fn reading(mut db: Db<'_>, institution: InstitutionId, registry: String) -> Result<Vec<FormVersion>, StoreError> {
    let present: Vec<(String, i32, Doc<BTreeSet<String>>)> = load!(
        &mut db,
        form_versions::table
            .filter(form_versions::institution_id.eq(Id(institution)))
            .filter(not(exists(
                later_forms
                    .filter(later_forms.field(form_versions::institution_id).eq(Id(institution)))
                    .filter(later_forms.field(form_versions::service_code).eq(form_versions::service_code))
                    .filter(later_forms.field(form_versions::version).gt(form_versions::version)),
            )))
            .order(form_versions::service_code)
            .select((form_versions::service_code, form_versions::version, form_versions::registries))
    )?;
    let mut found = Vec::new();
    for (code, version, registries) in present {
        if registries.0.contains(&registry) {
            let code = read("form_versions.service_code", &code)?;
            found.extend(form(db.reborrow(), institution, code, Some(version)).await?);
        }
    }
    Ok(found)
}

async fn registry(
    mut db: Db<'_>,
    institution: InstitutionId,
    code: String,
    version: Option<i32>,
) -> Result<Option<RegistryVersion>, StoreError> {
    let last = version.unwrap_or(i32::MAX);
    let row: Option<RegistryRow> = first!(
        &mut db,
        registry_versions::table
            .filter(registry_versions::institution_id.eq(Id(institution)))
            .filter(registry_versions::code.eq(&code))
            .filter(registry_versions::version.le(last))
            .order(registry_versions::version.desc())
            .select(RegistryRow::as_select())
    )?;
    let found = row.map(RegistryRow::into_registry).transpose()?;
    Ok(found.filter(|one| version.is_none() || i32::try_from(one.version).ok() == version))
}
