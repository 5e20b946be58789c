// SPDX-License-Identifier: AGPL-3.0-or-later
//! Waking and claiming lanes.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};
use tramite_domain::access::{ClientStatus, Delegation, DelegationStatus};
use tramite_domain::ids::{ClientId, InstitutionId, WebhookEndpointId};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::time::Instant;
use tramite_domain::webhook::Mandate;
use uuid::Uuid;

use super::ClaimedLane;
use crate::column::sql::{Key, Moment};
use crate::column::{At, Id, NIL};
use crate::db::{Db, execute, load, load_boxed};
use crate::error::StoreError;
use crate::row::access::DelegationRow;
use crate::row::{fit, known};
use crate::schema::{
    clients, delegations, feed_counter, institutions, webhook_endpoints as endpoints, webhook_lanes as lanes,
};
use crate::store::{Answer, Who};
use crate::system::SystemScope;
use crate::webhook::begin_lane;

/// How many lanes may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLimits {
    /// By this claim.
    pub lanes: usize,
    /// Of one institution at a time, by all workers.
    pub per_institution: usize,
    /// Of one endpoint at a time, by all workers.
    pub per_endpoint: usize,
}

/// Lanes behind the feed of their institution are due now. One whose row somebody holds is passed over: most who hold it make it due
/// themselves, and what a step that ends at this moment does not see is seen when lanes are woken the next time, two seconds later at
/// the latest.
const WAKE: &str = "\
    UPDATE webhook_lanes SET due_at = $1 FROM (\
        SELECT institution_id, endpoint_id FROM webhook_lanes \
        WHERE (due_at IS NULL OR due_at > $1) AND (rests_until IS NULL OR rests_until <= $1) \
            AND EXISTS (SELECT 1 FROM events WHERE events.institution_id = webhook_lanes.institution_id \
                AND events.feed_position > webhook_lanes.feed_position) \
        ORDER BY institution_id, endpoint_id";
const WAKE_END: &str = ") AS behind \
    WHERE webhook_lanes.institution_id = behind.institution_id AND webhook_lanes.endpoint_id = behind.endpoint_id";

/// Lanes that are due and free, with so many of one institution and of one endpoint at a time: what somebody holds is counted,
/// and comes first. One whose work failed has its turn by the end of its rest, and one whose turn was over before its work by that
/// moment: they stay due since they were, and would always be before the others of their endpoint and institution.
const DUE: &str = "\
    SELECT institution_id, endpoint_id, claim FROM (\
        SELECT institution_id, endpoint_id, claim, {since} AS since, \
            CASE WHEN {held} THEN 1 ELSE 0 END AS held, \
            row_number() OVER (PARTITION BY institution_id \
                ORDER BY CASE WHEN {held} THEN 0 ELSE 1 END, {since}) AS of_institution, \
            row_number() OVER (PARTITION BY endpoint_id \
                ORDER BY CASE WHEN {held} THEN 0 ELSE 1 END, {since}) AS of_endpoint \
        FROM webhook_lanes WHERE due_at <= $1 AND (rests_until IS NULL OR rests_until <= $1)\
    ) AS due WHERE held = 0 AND of_institution <= $2 AND of_endpoint <= $3 ORDER BY since LIMIT $4";

/// Since when a lane waits for its turn.
const SINCE: &str = "CASE WHEN rests_until > due_at THEN rests_until ELSE due_at END";

/// Whether somebody holds a lane: its time has not passed, and on PostgreSQL the session it was claimed or renewed in lives.
/// Whoever is killed leaves the server at once, long before its time has passed.
const HELD: &str = "held_until > $1";
const HELD_AND_ALIVE: &str = "held_until > $1 AND holder_pid IN (SELECT pid FROM pg_stat_activity)";
/// The session, as far as there are any.
const SESSION: &str = "pg_backend_pid()";
const NO_SESSION: &str = "NULL";

#[derive(Debug, QueryableByName)]
struct Candidate {
    #[diesel(sql_type = Key)]
    institution_id: Id<InstitutionId>,
    #[diesel(sql_type = Key)]
    endpoint_id: Id<WebhookEndpointId>,
    #[diesel(sql_type = BigInt)]
    claim: i64,
}

impl SystemScope {
    /// The position given last in the feed of all institutions: while it stays, no lane falls behind.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn feed_end(&self) -> Answer<'_, i64> {
        Box::pin(async move { self.store.read(Who::System, |db| Box::pin(feed_end(db))).await })
    }

    /// Makes lanes due for which something new was published, and begins those that are missing: a delegation and an endpoint of
    /// all delegations that were made at the same instant do not see each other.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn wake_lanes(&self, now: Instant) -> Answer<'_, ()> {
        Box::pin(async move { self.store.write(Who::System, now, |db, now| Box::pin(wake(db, *now))).await })
    }

    /// Claims lanes that are due, those that wait the longest for their turn before others, for `lease_seconds`; whoever works on them
    /// renews that.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn claim_lanes(
        &self,
        holder: Uuid,
        now: Instant,
        lease_seconds: i64,
        limits: LaneLimits,
    ) -> Answer<'_, Vec<ClaimedLane>> {
        Box::pin(async move {
            // Almost always nothing is due: that needs no writer.
            let mut candidates = self.store.read(Who::System, move |db| Box::pin(due(db, now, limits))).await?;
            if candidates.is_empty() {
                return Ok(Vec::new());
            }
            // Whoever takes several lanes takes them in the order of their keys: nobody waits in a ring.
            candidates.sort_unstable_by_key(|one| (one.institution_id, one.endpoint_id));
            let wanted = (candidates, holder, now, now.plus_seconds(lease_seconds));
            self.store
                .write(Who::System, wanted, |db, (candidates, holder, now, until)| {
                    Box::pin(claim(db, candidates, *holder, *now, *until))
                })
                .await
        })
    }
}

async fn feed_end(mut db: Db<'_>) -> Result<i64, StoreError> {
    let last: Vec<i64> = load!(&mut db, feed_counter::table.select(feed_counter::last_position).limit(1))?;
    known("feed_counter.last_position", last.into_iter().next())
}

async fn wake(mut db: Db<'_>, now: Instant) -> Result<(), StoreError> {
    let missing = missing_lanes(&mut db, None).await?;
    begin(&mut db, missing).await?;
    let text = match &db {
        Db::Postgres(_) => format!("{WAKE} FOR UPDATE SKIP LOCKED{WAKE_END}"),
        Db::Sqlite(_) => format!("{WAKE}{WAKE_END}"),
    };
    execute!(&mut db, diesel::sql_query(text).bind::<Moment, _>(At(now)))?;
    Ok(())
}

/// Begins the lanes of endpoints of all delegations of a client that are not there yet, in the transaction that lets it act: the
/// event that tells of it, and all that follow, have their places in the feed behind.
pub(in crate::system) async fn begin_lanes_of(db: &mut Db<'_>, client: ClientId) -> Result<(), StoreError> {
    let missing = missing_lanes(db, Some(client)).await?;
    begin(db, missing).await
}

type Lane = (Id<InstitutionId>, Id<WebhookEndpointId>);

async fn missing_lanes(db: &mut Db<'_>, client: Option<ClientId>) -> Result<Vec<Lane>, StoreError> {
    let there = lanes::table
        .filter(lanes::institution_id.eq(delegations::institution_id))
        .filter(lanes::endpoint_id.eq(endpoints::id));
    let missing = load_boxed!(db, DB => {
        let query = endpoints::table
            .inner_join(delegations::table.on(delegations::client_id.eq(endpoints::client_id)))
            .filter(endpoints::institution_id.eq(Id(NIL)))
            .filter(endpoints::ended_at.is_null())
            .filter(delegations::status.eq(DelegationStatus::Active.name()))
            .filter(diesel::dsl::not(diesel::dsl::exists(there)))
            .order((delegations::institution_id, endpoints::id))
            .select((delegations::institution_id, endpoints::id))
            .into_boxed::<DB>();
        match client {
            Some(client) => query.filter(endpoints::client_id.eq(Id(client))),
            None => query,
        }
    })?;
    Ok(missing)
}

async fn begin(db: &mut Db<'_>, missing: Vec<Lane>) -> Result<(), StoreError> {
    for (institution, endpoint) in missing {
        begin_lane(db, institution.0, endpoint.0).await?;
    }
    Ok(())
}

async fn due(mut db: Db<'_>, now: Instant, limits: LaneLimits) -> Result<Vec<Candidate>, StoreError> {
    let limit = |count: usize| fit::<_, i64>("limit", count);
    let held = match &db {
        Db::Postgres(_) => HELD_AND_ALIVE,
        Db::Sqlite(_) => HELD,
    };
    let due = diesel::sql_query(DUE.replace("{held}", held).replace("{since}", SINCE))
        .bind::<Moment, _>(At(now))
        .bind::<BigInt, _>(limit(limits.per_institution)?)
        .bind::<BigInt, _>(limit(limits.per_endpoint)?)
        .bind::<BigInt, _>(limit(limits.lanes)?);
    Ok(load!(&mut db, due)?)
}

async fn claim(
    mut db: Db<'_>,
    candidates: &[Candidate],
    holder: Uuid,
    now: Instant,
    until: Instant,
) -> Result<Vec<ClaimedLane>, StoreError> {
    let mut won = Vec::with_capacity(candidates.len());
    for one in candidates {
        let claim = one.claim.saturating_add(1);
        let free = lanes::table
            .filter(lanes::institution_id.eq(one.institution_id))
            .filter(lanes::endpoint_id.eq(one.endpoint_id))
            .filter(lanes::claim.eq(one.claim));
        // Who claims for all institutions waits for no single lane: one whose row somebody holds is due the next time, too.
        if let Db::Postgres(connection) = &mut db {
            let unlocked = free.select(lanes::claim).for_update().skip_locked();
            let found: Vec<i64> = diesel_async::RunQueryDsl::load(unlocked, connection).await?;
            if found.is_empty() {
                continue;
            }
        }
        let held = (
            lanes::holder.eq(Some(Id(holder))),
            lanes::holder_pid.eq(sql::<Nullable<Integer>>(session(&db))),
            lanes::held_until.eq(Some(At(until))),
            lanes::claim.eq(claim),
        );
        // Whoever was faster has changed the number.
        if execute!(&mut db, diesel::update(free).set(held))? == 1 {
            won.push((one.institution_id.0, one.endpoint_id.0, claim));
        }
    }
    if won.is_empty() {
        return Ok(Vec::new());
    }
    permitted(&mut db, won, now).await
}

/// What the clients of lanes may be told now.
async fn permitted(
    db: &mut Db<'_>,
    won: Vec<(InstitutionId, WebhookEndpointId, i64)>,
    now: Instant,
) -> Result<Vec<ClaimedLane>, StoreError> {
    let ids: Vec<Id<WebhookEndpointId>> = won.iter().map(|(_, id, _)| Id(*id)).collect();
    let of: Vec<Id<InstitutionId>> = won.iter().map(|(institution, _, _)| Id(*institution)).collect();
    let owners: Vec<(Id<WebhookEndpointId>, Id<ClientId>)> =
        load!(db, endpoints::table.filter(endpoints::id.eq_any(&ids)).select((endpoints::id, endpoints::client_id)))?;
    let owners: HashMap<_, _> = owners.into_iter().map(|(id, client)| (id.0, client.0)).collect();
    let who: Vec<Id<ClientId>> = owners.values().map(|client| Id(*client)).collect();
    let states: Vec<(Id<ClientId>, String)> =
        load!(db, clients::table.filter(clients::id.eq_any(&who)).select((clients::id, clients::status)))?;
    let states: HashMap<_, _> =
        states.into_iter().filter_map(|(id, name)| Some((id.0, ClientStatus::named(&name)?))).collect();
    let grants: Vec<DelegationRow> = load!(
        db,
        delegations::table
            .filter(delegations::client_id.eq_any(&who))
            .filter(delegations::institution_id.eq_any(&of))
            .select(DelegationRow::as_select())
    )?;
    let grants = grants.into_iter().map(DelegationRow::into_delegation).collect::<Result<Vec<Delegation>, _>>()?;
    let tenants: Vec<(Id<InstitutionId>, String, String)> = load!(
        db,
        institutions::table.filter(institutions::institution_id.eq_any(&of)).select((
            institutions::institution_id,
            institutions::status,
            institutions::tax_code
        ))
    )?;
    let tenants: HashMap<_, _> = tenants.into_iter().map(|(id, status, code)| (id.0, (status, code))).collect();
    let lane = |(institution, endpoint, claim): (InstitutionId, WebhookEndpointId, i64)| {
        let client = owners.get(&endpoint);
        let state = client.and_then(|client| states.get(client)).copied();
        let tenant = tenants.get(&institution);
        let status = tenant.and_then(|(status, _)| InstitutionStatus::named(status));
        let mandate = state.zip(status).and_then(|(state, status)| {
            let mut own =
                grants.iter().filter(|one| one.institution_id == institution && Some(&one.client_id) == client);
            own.find_map(|one| Mandate::of(state, one, status, now))
        });
        ClaimedLane {
            institution: Some(institution).filter(|id| *id != NIL),
            institution_tax_code: tenant.map(|(_, code)| code.clone()),
            endpoint,
            client_is_live: state == Some(ClientStatus::Active),
            mandate,
            claim,
        }
    };
    Ok(won.into_iter().map(lane).collect())
}

/// The session in which a lane is claimed or renewed.
pub(super) const fn session(db: &Db<'_>) -> &'static str {
    match db {
        Db::Postgres(_) => SESSION,
        Db::Sqlite(_) => NO_SESSION,
    }
}
