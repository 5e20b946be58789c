// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files of documents. They belong to the client that asked for them; one confined to services sees what was asked for under these.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tramite_domain::document_batch::{BatchDocument, BatchStatus, DocumentBatch, DocumentOutcome, DocumentUsage};
use tramite_domain::ids::{DebtPositionId, DocumentBatchId, ImportId, InstitutionId};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::import;
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, IDS_AT_ONCE_MAX, first, load, load_boxed, load_together};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::document::{BatchHead, DocumentRow};
use crate::row::fit;
use crate::schema::{batch_documents, debt_positions, document_batches, document_parts, import_rows};
use crate::scope::Scope;
use crate::store::Answer;

/// Lines of a file that are read at a time.
const LINES_AT_ONCE: i64 = 5_000;
/// What all parts have together, as a whole number on both databases.
const ALL_BYTES: &str = "CAST(coalesce(sum(document_parts.bytes), 0) AS bigint)";

/// Which debt positions of a file of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentFilter {
    /// Of which this became; none means whatever became of them.
    pub outcome: Option<DocumentOutcome>,
    /// From this place on, counted from 0.
    pub from_place: u32,
    /// How many at most.
    pub limit: u32,
}

/// Lines of a file of debt positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedLines {
    /// The import.
    pub import: ImportId,
    /// The first line that counts.
    pub from: u64,
    /// The last line that counts.
    pub to: u64,
}

impl Store {
    /// The file of documents of that id; none where it does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn document_batch<'a>(&'a self, scope: &'a Scope, id: DocumentBatchId) -> Answer<'a, Option<DocumentBatch>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, own, id))).await
        })
    }

    /// The files of documents in that state, or in any, the newest first. A page may hold fewer than were asked for, and yet not be
    /// the last.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn document_batches<'a>(
        &'a self,
        scope: &'a Scope,
        page: &'a PageRequest,
        status: Option<BatchStatus>,
    ) -> Answer<'a, Page<DocumentBatch>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::DocumentBatches)?;
            let (own, rows) = (scope.clone(), page.rows());
            let found = self.read(scope, move |db| Box::pin(list(db, own, status, after, rows))).await?;
            let mut cut = Page::cut(found, page, |one| Cursor::after_id(List::DocumentBatches, one.id.uuid()));
            cut.items.retain(|one| scope.sees_document_batch(one));
            Ok(cut)
        })
    }

    /// What the institution has of the room for files of documents at an instant, whichever client asked for them: what is over and has
    /// not gone yet takes none.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn document_usage<'a>(&'a self, scope: &'a Scope, now: Instant) -> Answer<'a, DocumentUsage> {
        Box::pin(async move {
            let institution = scope.institution();
            self.read(scope, move |db| Box::pin(usage(db, institution, now))).await
        })
    }

    /// What became of the debt positions of a file, in its order; nothing where the file does not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn batch_documents<'a>(
        &'a self,
        scope: &'a Scope,
        id: DocumentBatchId,
        filter: DocumentFilter,
    ) -> Answer<'a, Vec<BatchDocument>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(documents(db, own, id, filter))).await
        })
    }

    /// Those of the debt positions that do not exist for this scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn unknown_positions<'a>(
        &'a self,
        scope: &'a Scope,
        ids: &'a [DebtPositionId],
    ) -> Answer<'a, Vec<DebtPositionId>> {
        Box::pin(async move {
            let (own, ids) = (scope.clone(), ids.to_vec());
            self.read(scope, move |db| Box::pin(unknown(db, own, ids))).await
        })
    }

    /// The debt positions of lines of a file, by their first line, so many at most; nothing where the import does not exist for this
    /// scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn positions_of_import<'a>(
        &'a self,
        scope: &'a Scope,
        lines: ImportedLines,
        limit: usize,
    ) -> Answer<'a, Vec<DebtPositionId>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(imported(db, own, lines, limit))).await
        })
    }
}

async fn by_id(mut db: Db<'_>, scope: Scope, id: DocumentBatchId) -> Result<Option<DocumentBatch>, StoreError> {
    let head: Option<BatchHead> = first!(
        &mut db,
        document_batches::table
            .filter(document_batches::institution_id.eq(Id(scope.institution())))
            .filter(document_batches::id.eq(Id(id)))
            .select(BatchHead::as_select())
    )?;
    let batch = head.map(BatchHead::into_batch).transpose()?;
    Ok(batch.filter(|batch| scope.sees_document_batch(batch)))
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    status: Option<BatchStatus>,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<DocumentBatch>, StoreError> {
    let found: Vec<BatchHead> = load_boxed!(&mut db, DB => {
        use document_batches::dsl;
        let mut query = dsl::document_batches
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .order(dsl::id.desc())
            .limit(rows)
            .select(BatchHead::as_select())
            .into_boxed::<DB>();
        if let Some(client) = scope.client() {
            query = query.filter(dsl::created_by.eq(Id(client)));
        }
        if let Some(status) = status {
            query = query.filter(dsl::status.eq(status.name()));
        }
        if let Some(after) = after {
            query = query.filter(dsl::id.lt(Id(DocumentBatchId::new(after))));
        }
        query
    })?;
    found.into_iter().map(BatchHead::into_batch).collect()
}

async fn usage(mut db: Db<'_>, institution: InstitutionId, now: Instant) -> Result<DocumentUsage, StoreError> {
    let kept_of = || {
        let kept =
            document_batches::kept_until.is_null().or(document_batches::kept_until.gt(At(now)).assume_not_null());
        document_batches::table
            .filter(document_batches::institution_id.eq(Id(institution)))
            .filter(kept)
            .select(document_batches::id)
    };
    let (running, kept): (Vec<i64>, Vec<i64>) = load_together!(
        &mut db,
        document_batches::table
            .filter(document_batches::institution_id.eq(Id(institution)))
            .filter(document_batches::finished_at.is_null())
            .count(),
        document_parts::table
            .filter(document_parts::institution_id.eq(Id(institution)))
            .filter(document_parts::batch_id.eq_any(kept_of()))
            .select(sql::<BigInt>(ALL_BYTES)),
    )?;
    Ok(DocumentUsage {
        running: fit("document_batches", running.into_iter().sum::<i64>())?,
        kept_bytes: fit("document_parts.bytes", kept.into_iter().sum::<i64>())?,
    })
}

async fn documents(
    mut db: Db<'_>,
    scope: Scope,
    id: DocumentBatchId,
    filter: DocumentFilter,
) -> Result<Vec<BatchDocument>, StoreError> {
    if by_id(db.reborrow(), scope.clone(), id).await?.is_none() {
        return Ok(Vec::new());
    }
    let from: i32 = fit("batch_documents.place", filter.from_place)?;
    let found: Vec<DocumentRow> = load_boxed!(&mut db, DB => {
        use batch_documents::dsl;
        let query = dsl::batch_documents
            .filter(dsl::institution_id.eq(Id(scope.institution())))
            .filter(dsl::batch_id.eq(Id(id)))
            .filter(dsl::place.ge(from))
            .order(dsl::place)
            .limit(i64::from(filter.limit))
            .select(DocumentRow::as_select())
            .into_boxed::<DB>();
        match filter.outcome {
            None => query,
            Some(outcome) => query.filter(dsl::outcome.eq(outcome.name())),
        }
    })?;
    found.into_iter().map(DocumentRow::into_document).collect()
}

async fn unknown(mut db: Db<'_>, scope: Scope, ids: Vec<DebtPositionId>) -> Result<Vec<DebtPositionId>, StoreError> {
    let mut unknown = Vec::new();
    for part in ids.chunks(IDS_AT_ONCE_MAX) {
        let wanted: Vec<Id<DebtPositionId>> = part.iter().copied().map(Id).collect();
        let known: Vec<Id<DebtPositionId>> = load_boxed!(&mut db, DB => {
            use debt_positions::dsl;
            let query = dsl::debt_positions
                .filter(dsl::institution_id.eq(Id(scope.institution())))
                .filter(dsl::id.eq_any(wanted))
                .filter(dsl::erased_at.is_null())
                .select(dsl::id)
                .into_boxed::<DB>();
            match scope.service_codes() {
                Some(codes) => query.filter(dsl::service_code.eq_any(codes)),
                None => query,
            }
        })?;
        unknown.extend(part.iter().filter(|id| !known.iter().any(|known| known.0 == **id)));
    }
    Ok(unknown)
}

async fn imported(
    mut db: Db<'_>,
    scope: Scope,
    lines: ImportedLines,
    limit: usize,
) -> Result<Vec<DebtPositionId>, StoreError> {
    if import::by_id(db.reborrow(), scope.clone(), lines.import).await?.is_none() {
        return Ok(Vec::new());
    }
    let column = |line: u64| i64::try_from(line).unwrap_or(i64::MAX);
    let (mut from, to) = (column(lines.from), column(lines.to));
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    // Page by page: what is beyond the last one that is wanted is not looked at.
    while found.len() < limit {
        let some: Vec<(i64, Option<Id<DebtPositionId>>)> = load!(
            &mut db,
            import_rows::table
                .filter(import_rows::institution_id.eq(Id(scope.institution())))
                .filter(import_rows::import_id.eq(Id(lines.import)))
                .filter(import_rows::line.ge(from))
                .filter(import_rows::line.le(to))
                .order(import_rows::line)
                .limit(LINES_AT_ONCE)
                .select((import_rows::line, import_rows::debt_position_id))
        )?;
        let Some((last, _)) = some.last() else { break };
        from = last.saturating_add(1);
        found.extend(some.into_iter().filter_map(|(_, id)| id).map(|id| id.0).filter(|id| seen.insert(*id)));
    }
    found.truncate(limit);
    Ok(found)
}
