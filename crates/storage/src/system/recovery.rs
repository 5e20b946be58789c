// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose question is asked next: ten in any hour, of all processes and all institutions together, and each institution in its
//! turn.

use std::collections::HashMap;

use diesel::prelude::*;
use tramite_domain::ids::{InstitutionId, RecoveryId};
use tramite_domain::recovery::{CALLS_PER_HOUR, CALLS_SECONDS};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id};
use crate::db::{Db, execute, first, load};
use crate::error::StoreError;
use crate::schema::{receipt_call_gate as gate, receipt_calls as calls, receipt_recoveries as recoveries};
use crate::store::Answer;
use crate::store::Who;

/// The question of each institution that has waited the longest and that nobody holds: however many one institution asks, it is one
/// candidate, as all others are.
const FIRST_OF_EACH: &str = "\
    SELECT institution_id, id, due_at FROM (\
        SELECT institution_id, id, due_at, row_number() OVER (PARTITION BY institution_id ORDER BY due_at, id) AS n \
        FROM receipt_recoveries WHERE due_at <= $1 AND (held_until IS NULL OR held_until <= $1)\
    ) AS due WHERE n = 1";
/// For how long a question is remembered, in seconds: whose turn it is follows from it.
const REMEMBERED_SECONDS: i64 = 86_400;

/// A question that is to be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedRecovery {
    /// Whose it is: what comes of it is written under its scope.
    pub institution: InstitutionId,
    /// Which.
    pub id: RecoveryId,
}

#[derive(Debug, QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    id: Id<RecoveryId>,
    #[diesel(sql_type = Moment)]
    due_at: At,
}

impl SystemScope {
    /// Takes the next question, where one may be asked now, and counts it as asked: ours until it is written, or for
    /// `lease_seconds`.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn claim_recovery(&self, now: Instant, call: Uuid, lease_seconds: i64) -> Answer<'_, Option<ClaimedRecovery>> {
        Box::pin(async move {
            let wanted = (now, call, now.plus_seconds(lease_seconds));
            self.store
                .write(Who::System, wanted, |db, (now, call, until)| Box::pin(claim(db, *now, *call, *until)))
                .await
        })
    }

    /// Nobody asks anything until that instant: the platform said so, or refused our key.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn rest_recoveries(&self, until: Instant) -> Answer<'_, ()> {
        Box::pin(async move { self.store.write(Who::System, until, |db, until| Box::pin(rest(db, *until))).await })
    }
}

async fn claim(
    mut db: Db<'_>,
    now: Instant,
    call: Uuid,
    until: Instant,
) -> Result<Option<ClaimedRecovery>, StoreError> {
    let rests_until = gate_locked(&mut db).await?;
    if rests_until.is_some_and(|until| now < until) {
        return Ok(None);
    }
    let made: Vec<(Id<InstitutionId>, At)> = load!(
        &mut db,
        calls::table
            .filter(calls::called_at.gt(At(now.plus_seconds(-REMEMBERED_SECONDS))))
            .order(calls::called_at.asc())
            .select((calls::asked_for, calls::called_at))
    )?;
    let hour = now.plus_seconds(-CALLS_SECONDS);
    if made.iter().filter(|(_, at)| at.0 > hour).count() >= CALLS_PER_HOUR {
        return Ok(None);
    }
    let mut asked: HashMap<InstitutionId, (usize, Instant)> = HashMap::new();
    for (whose, at) in made {
        let (count, last) = asked.entry(whose.0).or_insert((0, at.0));
        (*count, *last) = (count.saturating_add(usize::from(at.0 > hour)), at.0);
    }
    let waiting: Vec<Waiting> = load!(&mut db, diesel::sql_query(FIRST_OF_EACH).bind::<Moment, _>(At(now)))?;
    // Who asked the least in this hour is next, then who asked the longest ago, then who has waited the longest.
    let next = waiting.into_iter().min_by_key(|one| (asked.get(&one.institution_id.0).copied(), one.due_at.0, one.id));
    let Some(Waiting { institution_id: institution, id, .. }) = next else { return Ok(None) };
    let held = recoveries::table.filter(recoveries::institution_id.eq(institution)).filter(recoveries::id.eq(id));
    execute!(&mut db, diesel::update(held).set(recoveries::held_until.eq(Some(At(until)))))?;
    let made = (calls::id.eq(Id(call)), calls::asked_for.eq(institution), calls::called_at.eq(At(now)));
    execute!(&mut db, diesel::insert_into(calls::table).values(made))?;
    let old = calls::table.filter(calls::called_at.le(At(now.plus_seconds(-REMEMBERED_SECONDS))));
    execute!(&mut db, diesel::delete(old))?;
    Ok(Some(ClaimedRecovery { institution: institution.0, id: id.0 }))
}

/// Until when nobody asks, with the row locked: of several processes one decides. On SQLite there is one writer alone.
async fn gate_locked(db: &mut Db<'_>) -> Result<Option<Instant>, StoreError> {
    let row = gate::table.filter(gate::id.eq(1_i16)).select(gate::rests_until);
    let found: Option<Option<At>> = match db {
        Db::Postgres(connection) => {
            diesel_async::RunQueryDsl::get_result(row.for_update(), connection).await.optional()?
        }
        Db::Sqlite(_) => first!(db, row)?,
    };
    Ok(found.flatten().map(|at| at.0))
}

async fn rest(mut db: Db<'_>, until: Instant) -> Result<(), StoreError> {
    let before = gate_locked(&mut db).await?;
    let until = before.map_or(until, |before| before.max(until));
    execute!(
        &mut db,
        diesel::update(gate::table.filter(gate::id.eq(1_i16))).set(gate::rests_until.eq(Some(At(until))))
    )?;
    Ok(())
}
