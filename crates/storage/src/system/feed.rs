// SPDX-License-Identifier: AGPL-3.0-or-later
//! The publisher of the feed. Ids and instants are given before a commit, so paging by them would skip what commits late.
//! Positions are given afterwards, to what is committed, by one publisher at a time: whoever holds the counter's row. On
//! SQLite the one writer gives them at once (`commit/feed.rs`); only events of an earlier release are left to be published.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::SystemScope;
use crate::commit::COUNTER;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::feed_counter;
use crate::statement;
use crate::store::Answer;
use crate::store::Who;

/// Numbers the oldest unpublished events. It crosses tenants on purpose: one counter serves a feed of several.
const NUMBER_EVENTS: &str = "\
    UPDATE events SET feed_position = numbered.position \
    FROM (SELECT institution_id, id, month, $1 + row_number() OVER (ORDER BY at, id) AS position \
          FROM events WHERE feed_position IS NULL ORDER BY at, id LIMIT $2) AS numbered \
    WHERE events.institution_id = numbered.institution_id AND events.id = numbered.id \
      AND events.month = numbered.month";

impl SystemScope {
    /// Gives feed positions to committed events, at most `limit` of them, oldest first. How many there were; 0 too when
    /// another publisher is at work.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn publish_feed(&self, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows: i64 = fit("limit", limit)?;
            self.store.write(Who::System, rows, |db, rows| Box::pin(publish(db, *rows))).await
        })
    }

    /// Makes the monthly partitions of the coming months; nothing to do on SQLite.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn make_partitions(&self, months_ahead: u8) -> Answer<'_, ()> {
        Box::pin(async move {
            let months = i32::from(months_ahead);
            self.store.write(Who::System, months, |db, months| Box::pin(partitions(db, *months))).await
        })
    }
}

async fn publish(mut db: Db<'_>, rows: i64) -> Result<usize, StoreError> {
    let counter = feed_counter::table.filter(feed_counter::id.eq(COUNTER)).select(feed_counter::last_position);
    let last: Option<i64> = match &mut db {
        Db::Postgres(connection) => {
            let locked = counter.for_update().skip_locked();
            diesel_async::RunQueryDsl::get_result(locked, connection).await.optional()?
        }
        Db::Sqlite(connection) => diesel::RunQueryDsl::get_result(counter, &mut **connection).optional()?,
    };
    let Some(last) = last else { return Ok(0) };
    let numbered = execute!(&mut db, diesel::sql_query(NUMBER_EVENTS).bind::<BigInt, _>(last).bind::<BigInt, _>(rows))?;
    if numbered > 0 {
        let next = last.saturating_add(fit("events", numbered)?);
        let given = feed_counter::last_position.eq(next);
        execute!(&mut db, statement::update(feed_counter::table, feed_counter::id.eq(COUNTER), given))?;
    }
    Ok(numbered)
}

async fn partitions(db: Db<'_>, months: i32) -> Result<(), StoreError> {
    if let Db::Postgres(mut connection) = db {
        let make =
            diesel::sql_query("SELECT tramite_make_partitions($1)").bind::<diesel::sql_types::Integer, _>(months);
        diesel_async::RunQueryDsl::execute(make, &mut connection).await?;
    }
    Ok(())
}
