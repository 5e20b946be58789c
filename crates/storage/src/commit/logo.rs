// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing the logo of an institution.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::KeptLogo;

use super::touched;
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::logo::LogoRow;
use crate::schema::institution_logos;
use crate::statement;

/// Of two that replace the same one at the same time the first does; so of two that bring the first one.
pub(super) async fn put(
    db: &mut Db<'_>,
    institution: InstitutionId,
    logo: &KeptLogo,
    expected: Option<[u8; 32]>,
) -> Result<(), StoreError> {
    let row = LogoRow::of(institution, logo);
    let Some(expected) = expected else {
        return touched(execute!(
            db,
            diesel::insert_into(institution_logos::table).values(&row).on_conflict_do_nothing()
        )?);
    };
    let old =
        institution_logos::institution_id.eq(Id(institution)).and(institution_logos::sha256.eq(expected.to_vec()));
    touched(execute!(db, statement::update(institution_logos::table, old, &row))?)
}

pub(super) async fn remove(db: &mut Db<'_>, institution: InstitutionId, expected: [u8; 32]) -> Result<(), StoreError> {
    let old = institution_logos::table
        .filter(institution_logos::institution_id.eq(Id(institution)))
        .filter(institution_logos::sha256.eq(expected.to_vec()));
    touched(execute!(db, diesel::delete(old))?)
}
