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
use crate::db::{Db, execute, execute_each, first};
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

/// The first print decides: one at the same time that said something else is a conflict, and is drawn anew. What another one has
/// printed too stays, whatever becomes of the batch that was first.
pub(super) async fn freeze(
    db: &mut Db<'_>,
    institution: InstitutionId,
    (position, account): (DebtPositionId, &AccountCode),
    (slip, batch): (&PostalSlip, Option<DocumentBatchId>),
    at: Instant,
) -> Result<(), StoreError> {
    let row = SlipRow::of(institution, (position, account), (slip, batch), at);
    let inserted = execute!(db, diesel::insert_into(printed_slips::table).values(&row).on_conflict_do_nothing())?;
    if inserted == 1 {
        return Ok(());
    }
    let own = || {
        printed_slips::institution_id
            .eq(Id(institution))
            .and(printed_slips::debt_position_id.eq(Id(position)))
            .and(printed_slips::account_code.eq(account.as_str()))
    };
    let first: Option<SlipRow> = first!(db, printed_slips::table.filter(own()).select(SlipRow::as_select()))?;
    let same = first.map(SlipRow::into_slip).transpose()?.is_some_and(|(_, _, first)| first.slip == *slip);
    if !same {
        return Err(StoreError::Conflict);
    }
    let confirmed = printed_slips::batch_id.eq(None::<Id<DocumentBatchId>>);
    // It may have gone meanwhile, with the batch that had printed it alone.
    touched(execute!(db, statement::update(printed_slips::table, own(), confirmed))?)
}

/// A file is there: what it has printed is on paper.
pub(super) async fn confirm(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: DocumentBatchId,
) -> Result<(), StoreError> {
    let own = printed_slips::institution_id
        .eq(Id(institution))
        .and(printed_slips::batch_id.eq(Some(Id(batch))).assume_not_null());
    let confirmed = printed_slips::batch_id.eq(None::<Id<DocumentBatchId>>);
    execute!(db, statement::update(printed_slips::table, own, confirmed))?;
    Ok(())
}

/// What only a batch has printed that came to nothing was never on paper.
pub(super) async fn thaw(
    db: &mut Db<'_>,
    institution: InstitutionId,
    batch: DocumentBatchId,
) -> Result<(), StoreError> {
    let own = printed_slips::table
        .filter(printed_slips::institution_id.eq(Id(institution)))
        .filter(printed_slips::batch_id.eq(Some(Id(batch))).assume_not_null());
    execute!(db, diesel::delete(own))?;
    Ok(())
}

fn rows(
    institution: InstitutionId,
    batch: DocumentBatchId,
    documents: &[BatchDocument],
) -> Result<Vec<DocumentRow>, StoreError> {
    documents.iter().map(|one| DocumentRow::of(institution, batch, one)).collect()
}
