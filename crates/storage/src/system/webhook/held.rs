// SPDX-License-Identifier: AGPL-3.0-or-later
//! Keeping lanes that were claimed, and leaving them.

use std::collections::HashSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable};
use tramite_domain::ids::{InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::ClaimedLane;
use super::claim::session;
use crate::column::{At, Id, NIL};
use crate::db::{Db, execute, execute_each};
use crate::error::StoreError;
use crate::schema::webhook_lanes as lanes;
use crate::store::{Answer, Who};
use crate::system::SystemScope;
use crate::url::Backend;

/// A lane and the number of its claim.
type Claim = (InstitutionId, WebhookEndpointId, i64);

impl SystemScope {
    /// Frees what a process that was killed has left, where there is one process alone: nobody else can hold anything. On
    /// PostgreSQL, where there may be others, nothing happens.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn take_over_lanes(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            match self.store.backend() {
                Backend::Postgres => Ok(()),
                Backend::Sqlite => self.store.write(Who::System, (), |db, ()| Box::pin(take_over(db))).await,
            }
        })
    }

    /// Leaves a lane whose work failed: it is free, and rests until that instant. It stays due since it was, for whoever watches,
    /// and has its turn by the end of its rest. Nothing happens where somebody else has it.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn leave_lane<'a>(&'a self, lane: &'a ClaimedLane, rests_until: Instant) -> Answer<'a, ()> {
        Box::pin(async move {
            let left = (lane.institution.unwrap_or(NIL), lane.endpoint, lane.claim, rests_until);
            self.store.write(Who::System, left, |db, left| Box::pin(leave(db, *left))).await
        })
    }

    /// Renews the claims that a worker works on, and whose time has not passed. One that it does not know of, for the answer to
    /// its claim was lost, ends by its time. Nobody waits here for a single lane: one whose row somebody holds, as the step on it does, is
    /// left for the next time, a second later, long before its own has passed; and nobody claims it meanwhile.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn renew_lanes<'a>(
        &'a self,
        holder: Uuid,
        working: &'a [ClaimedLane],
        now: Instant,
        lease_seconds: i64,
    ) -> Answer<'a, usize> {
        Box::pin(async move {
            let own: Vec<Claim> =
                working.iter().map(|one| (one.institution.unwrap_or(NIL), one.endpoint, one.claim)).collect();
            let wanted = (holder, own, now, now.plus_seconds(lease_seconds));
            self.store
                .write(Who::System, wanted, |db, (holder, own, now, until)| {
                    Box::pin(renew(db, *holder, own, *now, *until))
                })
                .await
        })
    }
}

async fn take_over(mut db: Db<'_>) -> Result<(), StoreError> {
    let held = lanes::table.filter(lanes::held_until.is_not_null());
    execute!(&mut db, diesel::update(held).set(lanes::held_until.eq(None::<At>)))?;
    Ok(())
}

async fn leave(
    mut db: Db<'_>,
    (institution, endpoint, claim, rests_until): (InstitutionId, WebhookEndpointId, i64, Instant),
) -> Result<(), StoreError> {
    let own = lanes::table
        .filter(lanes::institution_id.eq(Id(institution)))
        .filter(lanes::endpoint_id.eq(Id(endpoint)))
        .filter(lanes::claim.eq(claim));
    let freed = (
        lanes::rests_until.eq(Some(At(rests_until))),
        lanes::holder.eq(None::<Id<Uuid>>),
        lanes::holder_pid.eq(None::<i32>),
        lanes::held_until.eq(None::<At>),
    );
    execute!(&mut db, diesel::update(own).set(freed))?;
    Ok(())
}

async fn renew(
    mut db: Db<'_>,
    holder: Uuid,
    working: &[Claim],
    now: Instant,
    until: Instant,
) -> Result<usize, StoreError> {
    let mut free = working.to_vec();
    if let Db::Postgres(connection) = &mut db {
        let held = lanes::table
            .filter(lanes::holder.eq(Some(Id(holder))).assume_not_null())
            .order((lanes::institution_id, lanes::endpoint_id))
            .select((lanes::institution_id, lanes::endpoint_id))
            .for_update()
            .skip_locked();
        let taken: Vec<(Id<InstitutionId>, Id<WebhookEndpointId>)> =
            diesel_async::RunQueryDsl::load(held, connection).await?;
        let taken: HashSet<(InstitutionId, WebhookEndpointId)> =
            taken.into_iter().map(|(institution, endpoint)| (institution.0, endpoint.0)).collect();
        free.retain(|one| taken.contains(&(one.0, one.1)));
    }
    let pid = session(&db);
    let renewed = execute_each!(&mut db, free, one => {
        let own = lanes::table
            .filter(lanes::institution_id.eq(Id(one.0)))
            .filter(lanes::endpoint_id.eq(Id(one.1)))
            .filter(lanes::claim.eq(one.2))
            .filter(lanes::holder.eq(Some(Id(holder))).assume_not_null())
            .filter(lanes::held_until.gt(At(now)).assume_not_null());
        diesel::update(own).set((
            lanes::held_until.eq(Some(At(until))),
            lanes::holder_pid.eq(sql::<Nullable<Integer>>(pid)),
        ))
    })?;
    Ok(renewed.into_iter().sum())
}
