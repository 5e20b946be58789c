// SPDX-License-Identifier: AGPL-3.0-or-later
//! Work that lasts longer than a request and belongs to one worker at a time: as long as it renews that, and until another one
//! takes over what was not renewed in time.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::store::Who;
use crate::url::Backend;

/// The statements for a table of such work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leased {
    pub(super) free: &'static str,
    pub(super) take: &'static str,
    pub(super) renew: &'static str,
    pub(super) release: &'static str,
    pub(super) take_over: &'static str,
}

/// Those for the table of that name, which has the columns `finished_at`, `version`, `held_by`, `held_until`, `claimed_at` and
/// `created_at`.
macro_rules! leased {
    ($table:literal) => {
        $crate::system::lease::Leased {
            // What nobody holds, and was served the longest ago first. Somebody else may be faster, so a few are asked for.
            free: concat!(
                "SELECT institution_id, id FROM ",
                $table,
                " WHERE finished_at IS NULL AND (held_until IS NULL OR held_until <= $1) \
                 ORDER BY coalesce(claimed_at, created_at), id LIMIT 8"
            ),
            // Where somebody has left it without a word, who may be at work still, the version is raised: whatever that worker
            // decided on the version before is a conflict.
            take: concat!(
                "UPDATE ",
                $table,
                " SET held_by = $1, held_until = $2, claimed_at = $3, \
                     version = CASE WHEN held_by IS NULL THEN version ELSE version + 1 END \
                 WHERE institution_id = $4 AND id = $5 AND finished_at IS NULL \
                     AND (held_until IS NULL OR held_until <= $3)"
            ),
            // Who is served now has its next turn behind those that wait.
            renew: concat!(
                "UPDATE ",
                $table,
                " SET held_until = $1, claimed_at = $2 \
                 WHERE institution_id = $3 AND id = $4 AND held_by = $5 AND finished_at IS NULL"
            ),
            release: concat!(
                "UPDATE ",
                $table,
                " SET held_by = NULL, held_until = NULL WHERE institution_id = $1 AND id = $2 AND held_by = $3"
            ),
            take_over: concat!("UPDATE ", $table, " SET held_until = NULL WHERE held_until IS NOT NULL"),
        }
    };
}
pub(super) use leased;

/// One piece of work of an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) institution: InstitutionId,
    pub(super) id: Uuid,
}

#[derive(Debug, QueryableByName)]
struct Free {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    id: Id<Uuid>,
}

impl SystemScope {
    pub(super) async fn claim(
        &self,
        leased: Leased,
        now: Instant,
        holder: Uuid,
        lease_seconds: i64,
    ) -> Result<Option<Piece>, StoreError> {
        // Almost always nothing waits: that needs no writer.
        let free = self.store.read(Who::System, move |db| Box::pin(free(db, leased, now))).await?;
        if free.is_empty() {
            return Ok(None);
        }
        let wanted = (leased, free, holder, now, now.plus_seconds(lease_seconds));
        self.store
            .write(Who::System, wanted, |db, (leased, free, holder, now, until)| {
                Box::pin(take(db, *leased, free, *holder, *now, *until))
            })
            .await
    }

    pub(super) async fn renew(
        &self,
        leased: Leased,
        piece: Piece,
        holder: Uuid,
        now: Instant,
        lease_seconds: i64,
    ) -> Result<bool, StoreError> {
        let wanted = (leased, piece, holder, now, now.plus_seconds(lease_seconds));
        self.store
            .write(Who::System, wanted, |db, (leased, piece, holder, now, until)| {
                Box::pin(renew(db, *leased, *piece, *holder, *now, *until))
            })
            .await
    }

    pub(super) async fn release(&self, leased: Leased, piece: Piece, holder: Uuid) -> Result<(), StoreError> {
        self.store
            .write(Who::System, (leased, piece, holder), |db, (leased, piece, holder)| {
                Box::pin(release(db, *leased, *piece, *holder))
            })
            .await
    }

    /// On PostgreSQL, where there may be other processes, nothing happens.
    pub(super) async fn take_over(&self, leased: Leased) -> Result<(), StoreError> {
        match self.store.backend() {
            Backend::Postgres => Ok(()),
            Backend::Sqlite => {
                self.store.write(Who::System, leased, |db, leased| Box::pin(take_over(db, *leased))).await
            }
        }
    }
}

async fn free(mut db: Db<'_>, leased: Leased, now: Instant) -> Result<Vec<Free>, StoreError> {
    Ok(load!(&mut db, diesel::sql_query(leased.free).bind::<Moment, _>(At(now)))?)
}

async fn take(
    mut db: Db<'_>,
    leased: Leased,
    free: &[Free],
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<Option<Piece>, StoreError> {
    for one in free {
        let taken = execute!(
            &mut db,
            diesel::sql_query(leased.take)
                .bind::<Key, _>(Id(holder))
                .bind::<Moment, _>(At(until))
                .bind::<Moment, _>(At(now))
                .bind::<Key, _>(one.institution_id)
                .bind::<Key, _>(one.id)
        )?;
        // Whoever was faster holds it.
        if taken == 1 {
            return Ok(Some(Piece { institution: one.institution_id.0, id: one.id.0 }));
        }
    }
    Ok(None)
}

async fn renew(
    mut db: Db<'_>,
    leased: Leased,
    piece: Piece,
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<bool, StoreError> {
    let renewed = execute!(
        &mut db,
        diesel::sql_query(leased.renew)
            .bind::<Moment, _>(At(until))
            .bind::<Moment, _>(At(now))
            .bind::<Key, _>(Id(piece.institution))
            .bind::<Key, _>(Id(piece.id))
            .bind::<Key, _>(Id(holder))
    )?;
    Ok(renewed == 1)
}

async fn release(mut db: Db<'_>, leased: Leased, piece: Piece, holder: Uuid) -> Result<(), StoreError> {
    execute!(
        &mut db,
        diesel::sql_query(leased.release)
            .bind::<Key, _>(Id(piece.institution))
            .bind::<Key, _>(Id(piece.id))
            .bind::<Key, _>(Id(holder))
    )?;
    Ok(())
}

async fn take_over(mut db: Db<'_>, leased: Leased) -> Result<(), StoreError> {
    execute!(&mut db, diesel::sql_query(leased.take_over))?;
    Ok(())
}
