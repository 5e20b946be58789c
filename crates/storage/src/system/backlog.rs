// SPDX-License-Identifier: AGPL-3.0-or-later
//! What waits to be done, for whoever watches. Each question goes along an index and ends after some rows: a backlog is
//! largest when the database has the least time for it.

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id, NIL};
use crate::db::{Db, first, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::store::{Answer, Who};

/// Rows of one queue that are counted at most.
pub const BACKLOG_ROWS_MAX: i64 = 10_000;

const TASKS: &str = "\
    SELECT counted.work ->> 'work' AS work, count(*) AS waiting, \
           count(CASE WHEN counted.attempts > 1 THEN 1 END) AS again, min(counted.due_at) AS oldest \
    FROM (SELECT work, attempts, due_at FROM tasks ORDER BY due_at LIMIT $1) AS counted GROUP BY 1 ORDER BY 1";
const EVENTS: &str = "\
    SELECT count(*) AS waiting, min(counted.at) AS oldest \
    FROM (SELECT at FROM events WHERE feed_position IS NULL ORDER BY at, id LIMIT $1) AS counted";
// SQLite numbers parameters by their first appearance, whatever they are called.
const POSITIONS: &str = "\
    SELECT count(*) AS waiting, min(counted.next_transition_at) AS oldest \
    FROM (SELECT next_transition_at FROM debt_positions WHERE next_transition_at <= $1 \
          ORDER BY next_transition_at LIMIT $2) AS counted";
const SESSIONS: &str = "\
    SELECT count(*) AS waiting, min(counted.next_transition_at) AS oldest \
    FROM (SELECT next_transition_at FROM checkout_sessions WHERE next_transition_at <= $1 \
          ORDER BY next_transition_at LIMIT $2) AS counted";
// Few rows: one for each endpoint and institution. One whose work fails rests again and again, and is due all the same; one that
// rests because it may not be told is not due before its rest is over.
const LANES: &str = "SELECT count(*) AS waiting, min(due_at) AS oldest FROM webhook_lanes WHERE due_at <= $1";
// Those that nobody may tell any more are not tried either, and would fail for ever. The nil institution is that of endpoints of
// all delegations.
const FAILING: &str = "\
    SELECT count(*) AS waiting, min(one.failing_since) AS oldest FROM webhook_endpoints AS one \
    WHERE one.failing_since <= $1 AND one.status = 'active' AND one.ended_at IS NULL \
        AND EXISTS (SELECT 1 FROM clients WHERE clients.id = one.client_id AND clients.status = 'active') \
        AND EXISTS (SELECT 1 FROM delegations AS held \
            JOIN institutions AS giver ON giver.institution_id = held.institution_id \
            WHERE held.client_id = one.client_id AND held.status = 'active' AND giver.status = 'active' \
                AND (held.expires_at IS NULL OR held.expires_at > $1) \
                AND (one.institution_id = $2 OR held.institution_id = one.institution_id))";

/// What waits in one queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Queue {
    /// How much; [`BACKLOG_ROWS_MAX`] at most.
    pub waiting: u64,
    /// Since when the first of it waits, or is due.
    pub oldest: Option<Instant>,
}

/// Tasks of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskQueue {
    /// The kind, as `Work::name` says it.
    pub work: String,
    /// All that are not done; `oldest` is when the first is due, which may be later than now.
    pub queue: Queue,
    /// Those that were claimed more than once.
    pub again: u64,
}

/// Everything that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Tasks, by kind.
    pub tasks: Vec<TaskQueue>,
    /// Events without a place in the feed.
    pub events: Queue,
    /// Positions that the clock has moved.
    pub positions: Queue,
    /// Sessions that the clock has moved.
    pub sessions: Queue,
    /// Lanes of webhooks that a worker should look at, or is at work on.
    pub lanes: Queue,
    /// Endpoints of webhooks that are told of events, whose clients may be told still, and that answer no longer; `oldest` is since
    /// when.
    pub failing: Queue,
}

#[derive(QueryableByName)]
struct TaskRow {
    #[diesel(sql_type = Text)]
    work: String,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    again: i64,
    #[diesel(sql_type = Nullable<Moment>)]
    oldest: Option<At>,
}

#[derive(QueryableByName)]
struct QueueRow {
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = Nullable<Moment>)]
    oldest: Option<At>,
}

impl SystemScope {
    /// What waits at an instant.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn backlog(&self, now: Instant) -> Answer<'_, Backlog> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(backlog(db, now))).await })
    }
}

async fn backlog(mut db: Db<'_>, now: Instant) -> Result<Backlog, StoreError> {
    let rows: Vec<TaskRow> = load!(&mut db, diesel::sql_query(TASKS).bind::<BigInt, _>(BACKLOG_ROWS_MAX))?;
    let events: Option<QueueRow> = first!(&mut db, diesel::sql_query(EVENTS).bind::<BigInt, _>(BACKLOG_ROWS_MAX))?;
    let due = |text| diesel::sql_query(text).bind::<Moment, _>(At(now)).bind::<BigInt, _>(BACKLOG_ROWS_MAX);
    let positions: Option<QueueRow> = first!(&mut db, due(POSITIONS))?;
    let sessions: Option<QueueRow> = first!(&mut db, due(SESSIONS))?;
    let until = |text| diesel::sql_query(text).bind::<Moment, _>(At(now));
    let lanes: Option<QueueRow> = first!(&mut db, until(LANES))?;
    let failing: Option<QueueRow> = first!(&mut db, until(FAILING).bind::<Key, _>(Id(NIL)))?;
    let tasks = rows.into_iter().map(|row| {
        let queue = queue(Some(QueueRow { waiting: row.waiting, oldest: row.oldest }))?;
        Ok::<_, StoreError>(TaskQueue { work: row.work, queue, again: fit("tasks", row.again)? })
    });
    Ok(Backlog {
        tasks: tasks.collect::<Result<_, _>>()?,
        events: queue(events)?,
        positions: queue(positions)?,
        sessions: queue(sessions)?,
        lanes: queue(lanes)?,
        failing: queue(failing)?,
    })
}

fn queue(row: Option<QueueRow>) -> Result<Queue, StoreError> {
    let Some(row) = row else { return Ok(Queue::default()) };
    Ok(Queue { waiting: fit("rows", row.waiting)?, oldest: row.oldest.map(|At(at)| at) })
}
