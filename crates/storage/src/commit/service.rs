// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing services.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::service::Service;

use super::touched;
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::service::ServiceRow;
use crate::schema::services;
use crate::statement;

pub(super) async fn put(
    db: &mut Db<'_>,
    institution: InstitutionId,
    service: &Service,
    expected: Option<i64>,
) -> Result<(), StoreError> {
    let row = ServiceRow::of(institution, service);
    let Some(expected) = expected else {
        return touched(execute!(db, diesel::insert_into(services::table).values(&row))?);
    };
    let old = services::institution_id
        .eq(Id(institution))
        .and(services::code.eq(service.code.as_str()))
        .and(services::version.eq(expected));
    touched(execute!(db, statement::update(services::table, old, &row))?)
}
