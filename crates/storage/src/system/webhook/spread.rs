// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a step on one lane found out about an endpoint, told to its other lanes, where it is one of all delegations. In a
//! transaction of its own that holds nothing else: steps hold their own lanes, and if one of them took others as well, several
//! would wait in a ring. What waits is looked for before, while nobody holds anything: the lanes are held as long as it takes to
//! write alone.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tramite_domain::ids::{EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;

use super::ClaimedLane;
use crate::column::{At, Id, NIL, unindexed};
use crate::commit;
use crate::db::{Db, execute, load_boxed};
use crate::error::StoreError;
use crate::schema::{webhook_deliveries as deliveries, webhook_lanes as lanes};

/// Deliveries that are tried at once after an outage at most, of the lane that found its end and of all others; what is left
/// follows by its own schedule.
const RECOVERED_MAX: i64 = 5_000;

/// Makes some deliveries due, of those that still wait. They are found by their keys alone: the index of what is due has all that
/// waits for the endpoint.
macro_rules! hastened {
    ($institution:expr, $endpoint:expr, $ids:expr, $now:expr) => {
        diesel::update(
            deliveries::table
                .filter(deliveries::institution_id.eq(Id($institution)))
                .filter(deliveries::endpoint_id.eq(Id($endpoint)))
                .filter(deliveries::event_id.eq_any($ids))
                .filter(unindexed(deliveries::due_at).gt(At($now)).assume_not_null()),
        )
        .set(deliveries::due_at.eq(Some(At($now))))
    };
}

/// What the other lanes of an endpoint are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// It is told from now on.
    Verified,
    /// It answers again after an outage: what waits is due at once.
    Recovered,
}

/// A delivery that waits for an endpoint, by institution and event.
pub(super) type WaitingKey = (Id<InstitutionId>, Id<EventId>);

/// Which deliveries to an endpoint: those of an institution, or those of all others.
#[derive(Clone, Copy)]
pub(super) enum Of {
    One(InstitutionId),
    AllBut(InstitutionId),
}

/// What waits on the other lanes of an endpoint, where it is one of all delegations.
pub(super) async fn waiting_of_others(
    mut db: Db<'_>,
    endpoint: WebhookEndpointId,
    own: InstitutionId,
    now: Instant,
) -> Result<Vec<WaitingKey>, StoreError> {
    waiting(&mut db, endpoint, Of::AllBut(own), now).await
}

/// Tells the other lanes, and makes due what was found to wait. They are taken in the order of their keys, as everybody does who
/// takes several and waits for them, and before their deliveries, as a step does.
pub(super) async fn spread(
    mut db: Db<'_>,
    lane: &ClaimedLane,
    waits: &[WaitingKey],
    now: Instant,
) -> Result<(), StoreError> {
    let own = lane.institution.unwrap_or(NIL);
    let others =
        lanes::table.filter(lanes::endpoint_id.eq(Id(lane.endpoint))).filter(lanes::institution_id.ne(Id(own)));
    if let Db::Postgres(connection) = &mut db {
        let held = others.order(lanes::institution_id).select(lanes::institution_id).for_update();
        let _: Vec<Id<InstitutionId>> = diesel_async::RunQueryDsl::load(held, connection).await?;
    }
    hasten(&mut db, lane.endpoint, waits, now).await?;
    // One that is due already stays due since it was, and rests where its work failed.
    let later = others.filter(lanes::due_at.is_null().or(lanes::due_at.gt(At(now)).assume_not_null()));
    let woken = (lanes::due_at.eq(Some(At(now))), lanes::rests_until.eq(None::<At>));
    execute!(&mut db, diesel::update(later).set(woken))?;
    Ok(())
}

/// What waits since an outage, the first to come first.
pub(super) async fn waiting(
    db: &mut Db<'_>,
    endpoint: WebhookEndpointId,
    which: Of,
    now: Instant,
) -> Result<Vec<WaitingKey>, StoreError> {
    let found = load_boxed!(db, DB => {
        let query = deliveries::table
            .filter(deliveries::endpoint_id.eq(Id(endpoint)))
            .filter(deliveries::due_at.gt(At(now)).assume_not_null())
            .order(deliveries::due_at)
            .limit(RECOVERED_MAX)
            .select((deliveries::institution_id, deliveries::event_id))
            .into_boxed::<DB>();
        match which {
            Of::One(own) => query.filter(deliveries::institution_id.eq(Id(own))),
            // Word for word the condition of their index: a bound value would keep SQLite from it.
            Of::AllBut(own) => query.filter(deliveries::wide).filter(deliveries::institution_id.ne(Id(own))),
        }
    })?;
    Ok(found)
}

/// What waits is due at once. What was sent since it was looked for waits no more, and stays as it is.
pub(super) async fn hasten(
    db: &mut Db<'_>,
    endpoint: WebhookEndpointId,
    waits: &[WaitingKey],
    now: Instant,
) -> Result<(), StoreError> {
    let mut of: BTreeMap<InstitutionId, Vec<Id<EventId>>> = BTreeMap::new();
    for (institution, event) in waits {
        of.entry(institution.0).or_default().push(*event);
    }
    for (institution, ids) in of {
        for some in ids.chunks(commit::INSERT_ROWS_MAX) {
            execute!(db, hastened!(institution, endpoint, some, now))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::read::plan;

    #[test]
    fn what_is_hastened_is_found_by_its_keys_however_much_waits() {
        let mut connection = plan::migrated();
        let (institution, endpoint) = (InstitutionId::new(Uuid::nil()), WebhookEndpointId::new(Uuid::nil()));
        let now = Instant::new(chrono::DateTime::UNIX_EPOCH);
        for many in [1, 2, commit::INSERT_ROWS_MAX] {
            let ids = vec![Id(EventId::new(Uuid::nil())); many];
            let steps = plan::steps(&mut connection, &hastened!(institution, endpoint, ids.as_slice(), now));
            let found = "(institution_id=? AND endpoint_id=? AND event_id=?)";
            assert!(steps[0].ends_with(found), "{many}: {steps:?}");
        }
    }
}
