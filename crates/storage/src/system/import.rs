// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose file is loaded next, and which files go.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use tramite_domain::ids::{ImportFileId, ImportId, InstitutionId};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use super::lease::{Leased, Piece, leased};
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::import_file::PARTS_AT_ONCE_MAX;
use crate::row::fit;
use crate::store::{Answer, Who};

const LEASED: Leased = leased!("imports");
/// Takes one from whoever works on it: whatever that decided on the version before is a conflict, and nobody goes on meanwhile.
const STOP: &str = "\
    UPDATE imports SET held_by = $1, held_until = $2, version = version + 1 \
    WHERE institution_id = $3 AND id = $4 AND finished_at IS NULL";
/// A file whose time is over, or that was sent and never became an import: the one that was sent the longest ago.
const OVER: &str = "\
    SELECT parts.institution_id, parts.file_id, imports.id AS import_id FROM import_file_parts AS parts \
    LEFT JOIN imports ON imports.institution_id = parts.institution_id AND imports.file_id = parts.file_id \
    WHERE parts.place = 0 \
        AND ((imports.id IS NULL AND parts.created_at < $1) OR imports.file_kept_until <= $2) \
    ORDER BY parts.created_at LIMIT 1";
/// What somebody has called a file may name a person.
const END_NAME: &str = "\
    UPDATE imports SET file_name = NULL, version = version + 1 \
    WHERE institution_id = $1 AND id = $2 AND file_name IS NOT NULL";
const END_ROWS: &str = "\
    DELETE FROM import_rows WHERE institution_id = $1 AND import_id = $2 AND line IN (\
        SELECT line FROM import_rows WHERE institution_id = $1 AND import_id = $2 ORDER BY line LIMIT $3)";
/// The last parts first: a file is found by its first one.
const END_PARTS: &str = "\
    DELETE FROM import_file_parts WHERE institution_id = $1 AND file_id = $2 AND place IN (\
        SELECT place FROM import_file_parts WHERE institution_id = $1 AND file_id = $2 ORDER BY place DESC LIMIT $3)";

/// An import that a worker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedImport {
    /// Whose it is: what comes of it is written under its scope.
    pub institution: InstitutionId,
    /// Which.
    pub id: ImportId,
}

impl ClaimedImport {
    const fn piece(self) -> Piece {
        Piece { institution: self.institution, id: self.id.uuid() }
    }
}

#[derive(Debug, Clone, Copy, QueryableByName)]
struct Over {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    file_id: Id<ImportFileId>,
    #[diesel(sql_type = Nullable<Key>)]
    import_id: Option<Id<ImportId>>,
}

impl SystemScope {
    /// Claims the import that was served the longest ago, for `lease_seconds`; whoever works on it renews that. The holder is new
    /// for each claim.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn claim_import(&self, now: Instant, holder: Uuid, lease_seconds: i64) -> Answer<'_, Option<ClaimedImport>> {
        Box::pin(async move {
            let piece = self.claim(LEASED, now, holder, lease_seconds).await?;
            Ok(piece.map(|Piece { institution, id }| ClaimedImport { institution, id: ImportId::new(id) }))
        })
    }

    /// Renews a claim. Whether it still holds: where somebody else has taken over, or the import is over, it does not.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn renew_import(
        &self,
        claim: ClaimedImport,
        holder: Uuid,
        now: Instant,
        lease_seconds: i64,
    ) -> Answer<'_, bool> {
        Box::pin(async move { self.renew(LEASED, claim.piece(), holder, now, lease_seconds).await })
    }

    /// Takes an import from whoever works on it, so that nobody moves it until an instant: who cancels it would else read a version
    /// that the next part of its file has raised before the cancellation is written. Whether it is there, and not over.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn stop_import(&self, import: ClaimedImport, holder: Uuid, until: Instant) -> Answer<'_, bool> {
        Box::pin(async move {
            self.store
                .write(Who::System, (import, holder, until), |db, (import, holder, until)| {
                    Box::pin(stop(db, *import, *holder, *until))
                })
                .await
        })
    }

    /// Leaves an import to whoever comes next. Nothing happens where somebody else has it.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn release_import(&self, claim: ClaimedImport, holder: Uuid) -> Answer<'_, ()> {
        Box::pin(async move { self.release(LEASED, claim.piece(), holder).await })
    }

    /// Frees what a process that was killed has left, where there is one process alone: nobody else can hold anything. On
    /// PostgreSQL, where there may be others, nothing happens.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn take_over_imports(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.take_over(LEASED).await })
    }

    /// Ends a stretch of a file whose time is over, with its name and what became of its rows, or of one that was sent before an
    /// instant and never became an import: at most so many rows, or a few parts. How many went; while it is not none, more may be
    /// left.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn end_import_files(&self, now: Instant, sent_before: Instant, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let over = self.store.read(Who::System, move |db| Box::pin(over(db, sent_before, now))).await?;
            let Some(over) = over else { return Ok(0) };
            let rows: i64 = fit("limit", limit)?;
            let parts: i64 = fit("limit", limit.min(PARTS_AT_ONCE_MAX))?;
            self.store
                .write(Who::System, (over, rows, parts), |db, (over, rows, parts)| {
                    Box::pin(end(db, *over, *rows, *parts))
                })
                .await
        })
    }
}

async fn stop(mut db: Db<'_>, import: ClaimedImport, holder: Uuid, until: Instant) -> Result<bool, StoreError> {
    let stopped = execute!(
        &mut db,
        diesel::sql_query(STOP)
            .bind::<Key, _>(Id(holder))
            .bind::<Moment, _>(At(until))
            .bind::<Key, _>(Id(import.institution))
            .bind::<Key, _>(Id(import.id))
    )?;
    Ok(stopped == 1)
}

async fn over(mut db: Db<'_>, sent_before: Instant, now: Instant) -> Result<Option<Over>, StoreError> {
    let found: Vec<Over> =
        load!(&mut db, diesel::sql_query(OVER).bind::<Moment, _>(At(sent_before)).bind::<Moment, _>(At(now)))?;
    Ok(found.into_iter().next())
}

/// What became of the rows goes first: without its file there is nothing to read it by.
async fn end(mut db: Db<'_>, over: Over, rows: i64, parts: i64) -> Result<usize, StoreError> {
    if let Some(import) = over.import_id {
        execute!(&mut db, diesel::sql_query(END_NAME).bind::<Key, _>(over.institution_id).bind::<Key, _>(import))?;
        let ended = execute!(
            &mut db,
            diesel::sql_query(END_ROWS)
                .bind::<Key, _>(over.institution_id)
                .bind::<Key, _>(import)
                .bind::<BigInt, _>(rows)
        )?;
        if ended > 0 {
            return Ok(ended);
        }
    }
    Ok(execute!(
        &mut db,
        diesel::sql_query(END_PARTS)
            .bind::<Key, _>(over.institution_id)
            .bind::<Key, _>(over.file_id)
            .bind::<BigInt, _>(parts)
    )?)
}
