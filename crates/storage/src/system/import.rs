// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose file is loaded next, and which files go. A file belongs to one worker at a time: as long as it renews that, and until
//! another one takes over what was not renewed in time.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use tramite_domain::ids::{ImportFileId, ImportId, InstitutionId};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::import_file::PARTS_AT_ONCE_MAX;
use crate::row::fit;
use crate::schema::imports;
use crate::store::{Answer, Who};
use crate::url::Backend;

/// Imports that nobody holds, the one that was served the longest ago first. Somebody else may be faster, so a few are asked for.
const FREE: &str = "\
    SELECT institution_id, id FROM imports \
    WHERE finished_at IS NULL AND (held_until IS NULL OR held_until <= $1) \
    ORDER BY coalesce(claimed_at, created_at), id LIMIT 8";
/// Takes one of them. Where somebody has left it without a word, who may be at work still, the version is raised: whatever that
/// worker decided on the version before is a conflict.
const TAKE: &str = "\
    UPDATE imports SET held_by = $1, held_until = $2, claimed_at = $3, \
        version = CASE WHEN held_by IS NULL THEN version ELSE version + 1 END \
    WHERE institution_id = $4 AND id = $5 AND finished_at IS NULL AND (held_until IS NULL OR held_until <= $3)";
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

#[derive(Debug, QueryableByName)]
struct Free {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    id: Id<ImportId>,
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
            // Almost always nothing waits: that needs no writer.
            let free = self.store.read(Who::System, move |db| Box::pin(free(db, now))).await?;
            if free.is_empty() {
                return Ok(None);
            }
            let wanted = (free, holder, now, now.plus_seconds(lease_seconds));
            self.store
                .write(Who::System, wanted, |db, (free, holder, now, until)| {
                    Box::pin(claim(db, free, *holder, *now, *until))
                })
                .await
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
        Box::pin(async move {
            let wanted = (claim, holder, now, now.plus_seconds(lease_seconds));
            self.store
                .write(Who::System, wanted, |db, (claim, holder, now, until)| {
                    Box::pin(renew(db, *claim, *holder, *now, *until))
                })
                .await
        })
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
        Box::pin(async move {
            self.store
                .write(Who::System, (claim, holder), |db, (claim, holder)| Box::pin(release(db, *claim, *holder)))
                .await
        })
    }

    /// Frees what a process that was killed has left, where there is one process alone: nobody else can hold anything. On
    /// PostgreSQL, where there may be others, nothing happens.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn take_over_imports(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            match self.store.backend() {
                Backend::Postgres => Ok(()),
                Backend::Sqlite => self.store.write(Who::System, (), |db, ()| Box::pin(take_over(db))).await,
            }
        })
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

async fn free(mut db: Db<'_>, now: Instant) -> Result<Vec<Free>, StoreError> {
    Ok(load!(&mut db, diesel::sql_query(FREE).bind::<Moment, _>(At(now)))?)
}

async fn claim(
    mut db: Db<'_>,
    free: &[Free],
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<Option<ClaimedImport>, StoreError> {
    for one in free {
        let taken = execute!(
            &mut db,
            diesel::sql_query(TAKE)
                .bind::<Key, _>(Id(holder))
                .bind::<Moment, _>(At(until))
                .bind::<Moment, _>(At(now))
                .bind::<Key, _>(one.institution_id)
                .bind::<Key, _>(one.id)
        )?;
        // Whoever was faster holds it.
        if taken == 1 {
            return Ok(Some(ClaimedImport { institution: one.institution_id.0, id: one.id.0 }));
        }
    }
    Ok(None)
}

/// Who is served now has its next turn behind those that wait.
async fn renew(
    mut db: Db<'_>,
    claim: ClaimedImport,
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<bool, StoreError> {
    let own = imports::table
        .filter(imports::institution_id.eq(Id(claim.institution)))
        .filter(imports::id.eq(Id(claim.id)))
        .filter(imports::held_by.eq(Some(Id(holder))).assume_not_null())
        .filter(imports::finished_at.is_null());
    let served = (imports::held_until.eq(Some(At(until))), imports::claimed_at.eq(Some(At(now))));
    let renewed = execute!(&mut db, diesel::update(own).set(served))?;
    Ok(renewed == 1)
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

async fn release(mut db: Db<'_>, claim: ClaimedImport, holder: Uuid) -> Result<(), StoreError> {
    let own = imports::table
        .filter(imports::institution_id.eq(Id(claim.institution)))
        .filter(imports::id.eq(Id(claim.id)))
        .filter(imports::held_by.eq(Some(Id(holder))).assume_not_null());
    let free = (imports::held_by.eq(None::<Id<Uuid>>), imports::held_until.eq(None::<At>));
    execute!(&mut db, diesel::update(own).set(free))?;
    Ok(())
}

async fn take_over(mut db: Db<'_>) -> Result<(), StoreError> {
    let held = imports::table.filter(imports::held_until.is_not_null());
    execute!(&mut db, diesel::update(held).set(imports::held_until.eq(None::<At>)))?;
    Ok(())
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
