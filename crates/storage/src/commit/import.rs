// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing files of debt positions: how far they are, and what became of their rows.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, ImportId, InstitutionId};
use tramite_domain::import::{Import, ImportRow};

use super::{bulk, touched};
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::import::{ImportHead, ImportLine};
use crate::schema::{import_rows, imports};
use crate::statement;

pub(super) async fn insert(db: &mut Db<'_>, institution: InstitutionId, import: &Import) -> Result<(), StoreError> {
    let head = ImportHead::of(institution, import)?;
    touched(execute!(db, diesel::insert_into(imports::table).values(&head))?)
}

/// As it is now; the version it was read at is the fence between two workers that both take it for theirs.
pub(super) async fn update(
    db: &mut Db<'_>,
    institution: InstitutionId,
    import: &Import,
    expected: i64,
) -> Result<(), StoreError> {
    let head = ImportHead::of(institution, import)?;
    let old = imports::institution_id
        .eq(Id(institution))
        .and(imports::id.eq(Id(import.id)))
        .and(imports::version.eq(expected));
    touched(execute!(db, statement::update(imports::table, old, &head))?)
}

pub(super) async fn insert_rows(
    db: &mut Db<'_>,
    institution: InstitutionId,
    import: ImportId,
    rows: &[ImportRow],
) -> Result<(), StoreError> {
    let lines = rows.iter().map(|row| ImportLine::of(institution, import, row)).collect::<Result<Vec<_>, _>>()?;
    bulk::import_lines(db.reborrow(), &lines).await
}

/// The caller's key of a position goes from the rows that are about it, with the position.
pub(super) async fn forget_key(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<(), StoreError> {
    let own = import_rows::institution_id
        .eq(Id(institution))
        .and(import_rows::debt_position_id.eq(Some(Id(position))).assume_not_null());
    execute!(db, statement::update(import_rows::table, own, import_rows::external_id.eq(None::<String>)))?;
    Ok(())
}
