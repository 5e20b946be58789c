// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing versions of forms and registries. Of two that write the same next version one does.

use diesel::prelude::*;
use tramite_domain::form::limits::REGISTRY_VERSIONS_KEPT;
use tramite_domain::form::{FormVersion, RegistryVersion};
use tramite_domain::ids::InstitutionId;

use super::touched;
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::form::{FormRow, RegistryRow};
use crate::schema::{form_catalogues, form_versions, registry_versions};

/// What was checked with forms and registries that have changed meanwhile is to be checked again.
async fn count(db: &mut Db<'_>, institution: InstitutionId, expected: i64) -> Result<(), StoreError> {
    use form_catalogues::dsl;
    if expected == 0 {
        let first = (dsl::institution_id.eq(Id(institution)), dsl::version.eq(1_i64));
        return touched(execute!(
            db,
            diesel::insert_into(form_catalogues::table).values(first).on_conflict_do_nothing()
        )?);
    }
    let old = form_catalogues::table.filter(dsl::institution_id.eq(Id(institution))).filter(dsl::version.eq(expected));
    touched(execute!(db, diesel::update(old).set(dsl::version.eq(expected.saturating_add(1))))?)
}

pub(super) async fn insert_form(
    db: &mut Db<'_>,
    institution: InstitutionId,
    form: &FormVersion,
    catalogue: i64,
) -> Result<(), StoreError> {
    count(db, institution, catalogue).await?;
    let row = FormRow::of(institution, form)?;
    touched(execute!(db, diesel::insert_into(form_versions::table).values(&row).on_conflict_do_nothing())?)
}

pub(super) async fn insert_registry(
    db: &mut Db<'_>,
    institution: InstitutionId,
    registry: &RegistryVersion,
    catalogue: i64,
) -> Result<(), StoreError> {
    count(db, institution, catalogue).await?;
    let row = RegistryRow::of(institution, registry)?;
    touched(execute!(db, diesel::insert_into(registry_versions::table).values(&row).on_conflict_do_nothing())?)?;
    let Some(last) = registry.version.checked_sub(REGISTRY_VERSIONS_KEPT) else { return Ok(()) };
    let last: i32 = fit("registry_versions.version", last)?;
    let old = registry_versions::table
        .filter(registry_versions::institution_id.eq(Id(institution)))
        .filter(registry_versions::code.eq(registry.code.as_str()))
        .filter(registry_versions::version.le(last));
    execute!(db, diesel::delete(old))?;
    Ok(())
}
