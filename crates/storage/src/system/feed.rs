// SPDX-License-Identifier: AGPL-3.0-or-later
//! The publisher of the feed. Ids and instants are given before a commit, so paging by them would skip what commits late.
//! Positions are given afterwards, to what is committed, by one publisher at a time: whoever holds the counter's row. On
//! SQLite the one writer gives them at once (`commit/feed.rs`); only events of an earlier release are left to be published.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer};

use super::SystemScope;
use super::ended::end_before;
use crate::commit::COUNTER;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::feed_counter;
use crate::statement;
use crate::store::Answer;
use crate::store::Who;

/// Numbers the oldest unpublished events. It crosses tenants on purpose: one counter serves a feed of several.
///
/// Clocks of processes differ, so a later event of a position may show an earlier instant: what is before it is drawn into the
/// same round, and within a position, or a session, the versions decide; before the first version there is none. For all else the
/// order is that of instants and ids.
const NUMBER_EVENTS: &str = "\
    WITH oldest AS (\
        SELECT institution_id, id, month, at, debt_position_id, session_id, (data ->> 'version')::bigint AS version \
        FROM events WHERE feed_position IS NULL ORDER BY at, id LIMIT $2), \
    drawn AS (\
        SELECT * FROM oldest UNION \
        SELECT e.institution_id, e.id, e.month, e.at, e.debt_position_id, e.session_id, (e.data ->> 'version')::bigint \
        FROM oldest AS o JOIN events AS e ON e.institution_id = o.institution_id \
            AND e.debt_position_id = o.debt_position_id AND e.feed_position IS NULL \
            AND o.version > 1 AND (e.data ->> 'version')::bigint < o.version UNION \
        SELECT e.institution_id, e.id, e.month, e.at, e.debt_position_id, e.session_id, (e.data ->> 'version')::bigint \
        FROM oldest AS o JOIN events AS e ON e.institution_id = o.institution_id \
            AND e.session_id = o.session_id AND e.feed_position IS NULL \
            AND e.debt_position_id IS NULL AND o.debt_position_id IS NULL \
            AND o.version > 1 AND (e.data ->> 'version')::bigint < o.version), \
    placed AS (\
        SELECT institution_id, id, month, version, \
               max(at) OVER earlier AS place, max(id::text COLLATE \"C\") OVER earlier AS beside \
        FROM drawn WINDOW earlier AS (\
            PARTITION BY institution_id, \
                CASE WHEN version IS NULL THEN id ELSE coalesce(debt_position_id, session_id, id) END \
            ORDER BY version, at, id)), \
    numbered AS (\
        SELECT institution_id, id, month, \
               $1 + row_number() OVER (ORDER BY place, beside, version, id) AS position \
        FROM placed) \
    UPDATE events SET feed_position = numbered.position FROM numbered \
    WHERE events.institution_id = numbered.institution_id AND events.id = numbered.id \
      AND events.month = numbered.month";

/// The same where one writer gives positions at once: for what an earlier release left.
const NUMBER_LEFT_OVER: &str = "\
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

    /// Ends the published events before the first day of a month, of every institution, about `limit` at a time; on PostgreSQL
    /// a whole month is one of them. How many went. The last 24 months stay on PostgreSQL whatever is asked, and so does a
    /// month in which an event waits for its place.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn end_events(&self, before: NaiveDate, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows: i32 = fit("limit", limit)?;
            self.store.write(Who::System, (before, rows), |db, (before, rows)| Box::pin(end(db, *before, *rows))).await
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
    let text = if matches!(db, Db::Postgres(_)) { NUMBER_EVENTS } else { NUMBER_LEFT_OVER };
    let numbered = execute!(&mut db, diesel::sql_query(text).bind::<BigInt, _>(last).bind::<BigInt, _>(rows))?;
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

/// On SQLite the months are read from the primary key alone.
const END_EVENTS: &str = "\
    DELETE FROM events WHERE feed_position IS NOT NULL \
      AND rowid IN (SELECT rowid FROM events WHERE month < ? LIMIT ?)";

async fn end(db: Db<'_>, before: NaiveDate, rows: i32) -> Result<usize, StoreError> {
    match db {
        Db::Postgres(connection) => {
            end_before(connection, "SELECT tramite_end_events($1, $2) AS gone", before, rows).await
        }
        Db::Sqlite(connection) => {
            let delete = diesel::sql_query(END_EVENTS).bind::<Date, _>(before).bind::<Integer, _>(rows);
            Ok(diesel::RunQueryDsl::execute(delete, connection)?)
        }
    }
}
