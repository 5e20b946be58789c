// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose documents are drawn next, and which files of documents go.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tramite_domain::ids::{DocumentBatchId, InstitutionId};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use super::lease::{Leased, Piece, leased};
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::store::{Answer, Who};

const LEASED: Leased = leased!("document_batches");
/// Parts that go in one transaction at most.
const PARTS_AT_ONCE_MAX: usize = 8;
/// A file whose time is over: the one whose time was over first.
const OVER: &str = "\
    SELECT institution_id, id FROM document_batches \
    WHERE kept_until <= $1 AND finished_at IS NOT NULL ORDER BY kept_until LIMIT 1";
/// Nothing of it is left: it is looked for no more. Whoever ends the same file at the same time may have been faster with these parts,
/// and not be done with the others.
const ENDED: &str = "\
    UPDATE document_batches SET kept_until = NULL, version = version + 1 WHERE institution_id = $1 AND id = $2 \
    AND NOT EXISTS (SELECT 1 FROM document_parts WHERE institution_id = $1 AND batch_id = $2) \
    AND NOT EXISTS (SELECT 1 FROM batch_documents WHERE institution_id = $1 AND batch_id = $2)";
const END_DOCUMENTS: &str = "\
    DELETE FROM batch_documents WHERE institution_id = $1 AND batch_id = $2 AND place IN (\
        SELECT place FROM batch_documents WHERE institution_id = $1 AND batch_id = $2 ORDER BY place LIMIT $3)";
const END_PARTS: &str = "\
    DELETE FROM document_parts WHERE institution_id = $1 AND batch_id = $2 AND place IN (\
        SELECT place FROM document_parts WHERE institution_id = $1 AND batch_id = $2 ORDER BY place DESC LIMIT $3)";

/// A file of documents that a worker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedDocuments {
    /// Whose it is: what comes of it is written under its scope.
    pub institution: InstitutionId,
    /// Which.
    pub id: DocumentBatchId,
}

impl ClaimedDocuments {
    const fn piece(self) -> Piece {
        Piece { institution: self.institution, id: self.id.uuid() }
    }
}

#[derive(Debug, Clone, Copy, QueryableByName)]
struct Over {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    id: Id<DocumentBatchId>,
}

impl SystemScope {
    /// Claims the file of documents that was served the longest ago, for `lease_seconds`; whoever works on it renews that. The holder
    /// is new for each claim.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn claim_documents(
        &self,
        now: Instant,
        holder: Uuid,
        lease_seconds: i64,
    ) -> Answer<'_, Option<ClaimedDocuments>> {
        Box::pin(async move {
            let piece = self.claim(LEASED, now, holder, lease_seconds).await?;
            Ok(piece.map(|Piece { institution, id }| ClaimedDocuments { institution, id: DocumentBatchId::new(id) }))
        })
    }

    /// Renews a claim. Whether it still holds: where somebody else has taken over, or the file is done, it does not.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn renew_documents(
        &self,
        claim: ClaimedDocuments,
        holder: Uuid,
        now: Instant,
        lease_seconds: i64,
    ) -> Answer<'_, bool> {
        Box::pin(async move { self.renew(LEASED, claim.piece(), holder, now, lease_seconds).await })
    }

    /// Leaves a file of documents to whoever comes next. Nothing happens where somebody else has it.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn release_documents(&self, claim: ClaimedDocuments, holder: Uuid) -> Answer<'_, ()> {
        Box::pin(async move { self.release(LEASED, claim.piece(), holder).await })
    }

    /// Frees what a process that was killed has left, where there is one process alone: nobody else can hold anything. On
    /// PostgreSQL, where there may be others, nothing happens.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn take_over_documents(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.take_over(LEASED).await })
    }

    /// Ends a stretch of a file of documents whose time is over, with what became of its debt positions: at most so many of them, or
    /// a few parts. How many went; while it is not none, more may be left.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn end_document_files(&self, now: Instant, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let over = self.store.read(Who::System, move |db| Box::pin(over(db, now))).await?;
            let Some(over) = over else { return Ok(0) };
            let documents: i64 = fit("limit", limit)?;
            let parts: i64 = fit("limit", limit.min(PARTS_AT_ONCE_MAX))?;
            self.store
                .write(Who::System, (over, documents, parts), |db, (over, documents, parts)| {
                    Box::pin(end(db, *over, *documents, *parts))
                })
                .await
        })
    }
}

async fn over(mut db: Db<'_>, now: Instant) -> Result<Option<Over>, StoreError> {
    let found: Vec<Over> = load!(&mut db, diesel::sql_query(OVER).bind::<Moment, _>(At(now)))?;
    Ok(found.into_iter().next())
}

/// What became of the debt positions goes first: without its file there is nothing to read it by.
async fn end(mut db: Db<'_>, over: Over, documents: i64, parts: i64) -> Result<usize, StoreError> {
    for (statement, limit) in [(END_DOCUMENTS, documents), (END_PARTS, parts)] {
        let ended = execute!(
            &mut db,
            diesel::sql_query(statement)
                .bind::<Key, _>(over.institution_id)
                .bind::<Key, _>(over.id)
                .bind::<BigInt, _>(limit)
        )?;
        if ended > 0 {
            return Ok(ended);
        }
    }
    Ok(execute!(&mut db, diesel::sql_query(ENDED).bind::<Key, _>(over.institution_id).bind::<Key, _>(over.id))?)
}
