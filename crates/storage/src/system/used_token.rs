// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tokens that are good for one use: which were used, in whatever process.

use diesel::prelude::*;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::At;
use crate::db::{Db, execute, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::used_tokens;
use crate::store::{Answer, Who};

impl SystemScope {
    /// Uses a token, named by its SHA-256, that ends at that instant by itself. False where somebody has used it before: of
    /// many who use it at once one is the first, in whatever process.
    ///
    /// # Errors
    /// Whatever keeps the database from writing: then nobody knows whether it was used, and it opens nothing.
    pub fn use_once(&self, sha256: [u8; 32], ends_at: Instant) -> Answer<'_, bool> {
        Box::pin(async move {
            self.store
                .write(Who::System, (sha256, ends_at), |db, (sha256, ends_at)| Box::pin(insert(db, *sha256, *ends_at)))
                .await
        })
    }

    /// Whether somebody has used that token. Who was told no may still not be the first to use it.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn is_used(&self, sha256: [u8; 32]) -> Answer<'_, bool> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(known(db, sha256))).await })
    }

    /// Forgets used tokens that have ended, the oldest first, about `limit` of them. How many went.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn forget_used_tokens(&self, now: Instant, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows = fit("limit", limit)?;
            self.store.write(Who::System, (now, rows), |db, (now, rows)| Box::pin(forget(db, *now, *rows))).await
        })
    }
}

async fn insert(mut db: Db<'_>, sha256: [u8; 32], ends_at: Instant) -> Result<bool, StoreError> {
    let row = (used_tokens::sha256.eq(sha256.to_vec()), used_tokens::ends_at.eq(At(ends_at)));
    let written = execute!(&mut db, diesel::insert_into(used_tokens::table).values(row).on_conflict_do_nothing())?;
    Ok(written == 1)
}

async fn known(mut db: Db<'_>, sha256: [u8; 32]) -> Result<bool, StoreError> {
    let one = used_tokens::table.filter(used_tokens::sha256.eq(sha256.to_vec())).select(used_tokens::ends_at);
    let found: Option<At> = first!(&mut db, one)?;
    Ok(found.is_some())
}

async fn forget(mut db: Db<'_>, now: Instant, rows: i64) -> Result<usize, StoreError> {
    let oldest = used_tokens::table
        .filter(used_tokens::ends_at.lt(At(now)))
        .order(used_tokens::ends_at)
        .limit(rows)
        .select(used_tokens::ends_at);
    let times: Vec<At> = load!(&mut db, oldest)?;
    // Those of one instant go together: a few more than asked for do no harm.
    let Some(last) = times.into_iter().last() else { return Ok(0) };
    Ok(execute!(&mut db, diesel::delete(used_tokens::table.filter(used_tokens::ends_at.le(last))))?)
}
