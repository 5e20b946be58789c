// SPDX-License-Identifier: AGPL-3.0-or-later
//! Answers whose time to be replayed is over.

use diesel::prelude::*;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::At;
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::idempotency::REPLAY_SECONDS;
use crate::row::fit;
use crate::schema::idempotency_records as records;
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// Forgets answers older than [`REPLAY_SECONDS`], which are replayed no more, of every institution, the oldest first, about `limit` of them. How
    /// many went.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn forget_idempotency(&self, now: Instant, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows = fit("limit", limit)?;
            let old = (now.plus_seconds(-REPLAY_SECONDS), rows);
            self.store.write(Who::System, old, |db, (before, rows)| Box::pin(forget(db, *before, *rows))).await
        })
    }
}

async fn forget(mut db: Db<'_>, before: Instant, rows: i64) -> Result<usize, StoreError> {
    let oldest = records::table
        .filter(records::created_at.lt(At(before)))
        .order(records::created_at)
        .limit(rows)
        .select(records::created_at);
    let times: Vec<At> = load!(&mut db, oldest)?;
    // Those of one instant go together: a few more than asked for do no harm.
    let Some(last) = times.into_iter().last() else { return Ok(0) };
    Ok(execute!(&mut db, diesel::delete(records::table.filter(records::created_at.le(last))))?)
}
