// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing receipts that are asked for.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::recovery::ReceiptRecovery;

use super::touched;
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::recovery::RecoveryRow;
use crate::schema::receipt_recoveries;
use crate::statement;

/// New, or as it is now: then nobody holds it any more.
pub(super) async fn put(
    db: &mut Db<'_>,
    institution: InstitutionId,
    recovery: &ReceiptRecovery,
    expected: Option<i64>,
) -> Result<(), StoreError> {
    let row = RecoveryRow::of(institution, recovery)?;
    let Some(expected) = expected else {
        return touched(execute!(db, diesel::insert_into(receipt_recoveries::table).values(&row))?);
    };
    let old = receipt_recoveries::institution_id
        .eq(Id(institution))
        .and(receipt_recoveries::id.eq(Id(recovery.id)))
        .and(receipt_recoveries::version.eq(expected));
    touched(execute!(db, statement::update(receipt_recoveries::table, old, &row))?)
}
