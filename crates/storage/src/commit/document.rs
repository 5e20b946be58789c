// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writing files of documents, what became of their debt positions, and what stood on slips.

use diesel::prelude::*;
use tramite_domain::document_batch::{BatchDocument, DocumentBatch};
use tramite_domain::ident::AccountCode;
use tramite_domain::ids::{DebtPositionId, DocumentBatchId, InstitutionId};
use tramite_domain::printed_notice::PostalSlip;
use tramite_domain::time::Instant;

use super::{insert_rows, touched};
use crate::column::Id;
use crate::db::{Db, execute, execute_each};
use crate::error::StoreError;
use crate::row::document::{BatchHead, DocumentRow, SlipRow};
use crate::schema::{batch_documents, document_batches, printed_slips};
use crate::statement;

pub(super) async fn insert(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: &DocumentBatch,
    documents: &[BatchDocument],
) -> Result<(), StoreError> {
    let head = BatchHead::of(institution, batch)?;
    touched(execute!(db, diesel::insert_into(document_batches::table).values(&head))?)?;
    let rows = rows(institution, batch.id, documents)?;
    insert_rows!(db, batch_documents::table, &rows)
}

/// As it is now; the version it was read at is the fence between two workers that both take it for theirs.
pub(super) async fn update(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: &DocumentBatch,
    expected: i64,
) -> Result<(), StoreError> {
    let head = BatchHead::of(institution, batch)?;
    let old = document_batches::institution_id
        .eq(Id(institution))
        .and(document_batches::id.eq(Id(batch.id)))
        .and(document_batches::version.eq(expected));
    touched(execute!(db, statement::update(document_batches::table, old, &head))?)
}

pub(super) async fn tell(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: DocumentBatchId,
    documents: &[BatchDocument],
) -> Result<(), StoreError> {
    let rows = rows(institution, batch, documents)?;
    let each: Vec<usize> = execute_each!(db, &rows, row => {
        let old = batch_documents::institution_id
            .eq(Id(institution))
            .and(batch_documents::batch_id.eq(Id(batch)))
            .and(batch_documents::place.eq(row.place));
        statement::update(batch_documents::table, old, row)
    })?;
    each.into_iter().try_for_each(touched)
}

/// The first print decides; one at the same time that was faster did.
pub(super) async fn freeze(
    db: &mut Db<'_>,
    institution: InstitutionId,
    whose: (DebtPositionId, &AccountCode),
    slip: &PostalSlip,
    at: Instant,
) -> Result<(), StoreError> {
    let row = SlipRow::of(institution, whose, slip, at);
    execute!(db, diesel::insert_into(printed_slips::table).values(&row).on_conflict_do_nothing())?;
    Ok(())
}

fn rows(
    institution: InstitutionId,
    batch: DocumentBatchId,
    documents: &[BatchDocument],
) -> Result<Vec<DocumentRow>, StoreError> {
    documents.iter().map(|one| DocumentRow::of(institution, batch, one)).collect()
}
