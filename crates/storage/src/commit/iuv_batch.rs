// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing batches of reserved numbers.

use tramite_domain::ids::InstitutionId;
use tramite_domain::iuv_batch::IuvBatch;

use super::touched;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::iuv_batch::IuvBatchRow;
use crate::schema::iuv_batches;

pub(super) async fn insert(db: &mut Db<'_>, institution: InstitutionId, batch: &IuvBatch) -> Result<(), StoreError> {
    let row = IuvBatchRow::of(institution, batch)?;
    touched(execute!(db, diesel::insert_into(iuv_batches::table).values(&row))?)
}
