// SPDX-License-Identifier: AGPL-3.0-or-later
//! What came of deliveries: of each, and of the endpoint.

use std::collections::BTreeMap;

use diesel::prelude::*;
use tramite_domain::given::{Given, Ids};
use tramite_domain::ids::{EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;
use tramite_domain::webhook::{
    Answered, DeliveryStatus, DisabledReason, EndpointStatus, Health, Next, WebhookEndpoint, disabled,
};
use uuid::Uuid;

use super::step::Asked;
use crate::column::{At, Id, NIL};
use crate::commit;
use crate::db::{Db, execute, execute_each, load_boxed};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::webhook::EndpointRow;
use crate::schema::{webhook_deliveries as deliveries, webhook_endpoints as endpoints, webhook_lanes as lanes};

/// How long an endpoint must have failed without a break for its waiting deliveries to be tried at once when it answers
/// again, in seconds. One event that an endpoint always refuses would otherwise be tried with every other that it takes.
const OUTAGE_SECONDS_MIN: i64 = 300;
/// Deliveries that are tried at once after an outage at most; the others follow by their own schedule.
const RECOVERED_MAX: i64 = 5_000;

/// What is written of one delivery.
struct Row {
    event: Id<EventId>,
    status: &'static str,
    attempts: i32,
    began_at: At,
    due_at: Option<At>,
    last_at: At,
    last_status: Option<i32>,
    last_failure: Option<&'static str>,
    latency_ms: i32,
    /// The fewest attempts that the row may tell: one that was begun anew meanwhile tells none, and is due.
    least: i32,
}

/// Writes what came of each delivery.
pub(super) async fn record(db: &mut Db<'_>, asked: &Asked) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(asked.outcomes.len());
    for one in &asked.outcomes {
        let (status, due_at) = match one.next {
            Next::Delivered => (DeliveryStatus::Delivered, None),
            Next::Again(at) => (DeliveryStatus::Failed, Some(At(at))),
            Next::Abandoned => (DeliveryStatus::Abandoned, None),
        };
        let (last_status, last_failure) = match one.attempt.answered {
            Answered::Status(status) => (Some(i32::from(status)), None),
            Answered::Failure(failure) => (None, Some(failure.name())),
        };
        rows.push(Row {
            event: Id(one.event_id),
            least: i32::from(one.attempts > 1 && one.next != Next::Delivered),
            status: status.name(),
            attempts: fit("webhook_deliveries.attempts", one.attempts)?,
            began_at: At(one.began_at),
            due_at,
            last_at: At(one.attempt.at),
            last_status,
            last_failure,
            latency_ms: fit("webhook_deliveries.latency_ms", one.attempt.latency_ms)?,
        });
    }
    let (institution, endpoint) = (asked.institution(), asked.endpoint());
    execute_each!(db, rows, row => {
        let own = deliveries::table
            .filter(deliveries::institution_id.eq(Id(institution)))
            .filter(deliveries::endpoint_id.eq(Id(endpoint)))
            .filter(deliveries::event_id.eq(row.event))
            .filter(deliveries::attempts.ge(row.least));
        diesel::update(own).set((
            deliveries::status.eq(row.status),
            deliveries::attempts.eq(row.attempts),
            deliveries::began_at.eq(Some(row.began_at)),
            deliveries::due_at.eq(row.due_at),
            deliveries::last_at.eq(Some(row.last_at)),
            deliveries::last_status.eq(row.last_status),
            deliveries::last_failure.eq(row.last_failure),
            deliveries::latency_ms.eq(Some(row.latency_ms)),
        ))
    })?;
    Ok(())
}

/// What attempts say of the endpoint itself, as it was when they were made: at another address they say nothing. Whether it is
/// told of events now and was not before, or the other way round.
pub(super) async fn health(db: &mut Db<'_>, asked: &Asked, row: &EndpointRow) -> Result<bool, StoreError> {
    let endpoint = row.clone().into_endpoint()?;
    if endpoint.version != asked.version {
        return Ok(false);
    }
    match Health::after(&endpoint, &asked.outcomes, asked.now) {
        Health::Same => Ok(false),
        Health::Verified => {
            write(db, &endpoint, EndpointStatus::Active, None, None).await?;
            wake_all(db, endpoint.id, asked.now).await?;
            Ok(true)
        }
        Health::Recovered(since) => {
            write(db, &endpoint, EndpointStatus::Active, None, None).await?;
            if asked.now.seconds_since(since) >= OUTAGE_SECONDS_MIN {
                recover(db, asked, row.is_wide()).await?;
            }
            Ok(false)
        }
        Health::Failing => {
            write(db, &endpoint, EndpointStatus::Active, None, Some(asked.now)).await?;
            Ok(false)
        }
        Health::Disabled(reason) => {
            write(db, &endpoint, EndpointStatus::Disabled, Some(reason), endpoint.failing_since).await?;
            tell(db, asked, &endpoint, reason).await?;
            Ok(true)
        }
    }
}

async fn write(
    db: &mut Db<'_>,
    endpoint: &WebhookEndpoint,
    status: EndpointStatus,
    reason: Option<DisabledReason>,
    failing_since: Option<Instant>,
) -> Result<(), StoreError> {
    let same =
        endpoints::table.filter(endpoints::id.eq(Id(endpoint.id))).filter(endpoints::version.eq(endpoint.version));
    let changes = (
        endpoints::status.eq(status.name()),
        endpoints::disabled_reason.eq(reason.map(DisabledReason::name)),
        endpoints::failing_since.eq(failing_since.map(At)),
    );
    execute!(db, diesel::update(same).set(changes))?;
    Ok(())
}

/// Every lane of an endpoint that is told from now on.
async fn wake_all(db: &mut Db<'_>, endpoint: WebhookEndpointId, now: Instant) -> Result<(), StoreError> {
    let all = lanes::table.filter(lanes::endpoint_id.eq(Id(endpoint)));
    let woken = (lanes::due_at.eq(Some(At(now))), lanes::rests_until.eq(None::<At>));
    execute!(db, diesel::update(all).set(woken))?;
    Ok(())
}

/// What waits since an outage is due at once, the first to come first: of every institution that the endpoint is told of.
async fn recover(db: &mut Db<'_>, asked: &Asked, wide: bool) -> Result<(), StoreError> {
    let waiting = load_boxed!(db, DB => {
        let query = deliveries::table
            .filter(deliveries::endpoint_id.eq(Id(asked.endpoint())))
            .filter(deliveries::due_at.gt(At(asked.now)).assume_not_null())
            .order(deliveries::due_at)
            .limit(RECOVERED_MAX)
            .select((deliveries::institution_id, deliveries::event_id))
            .into_boxed::<DB>();
        match wide {
            true => query.filter(deliveries::wide.eq(true)),
            false => query.filter(deliveries::institution_id.eq(Id(asked.institution()))),
        }
    })?;
    let mut of: BTreeMap<InstitutionId, Vec<Id<EventId>>> = BTreeMap::new();
    let waiting: Vec<(Id<InstitutionId>, Id<EventId>)> = waiting;
    for (institution, event) in waiting {
        of.entry(institution.0).or_default().push(event);
    }
    for (institution, ids) in of {
        for some in ids.chunks(commit::INSERT_ROWS_MAX) {
            let own = deliveries::table
                .filter(deliveries::institution_id.eq(Id(institution)))
                .filter(deliveries::endpoint_id.eq(Id(asked.endpoint())))
                .filter(deliveries::event_id.eq_any(some));
            execute!(db, diesel::update(own).set(deliveries::due_at.eq(Some(At(asked.now)))))?;
        }
    }
    if wide { wake_all(db, asked.endpoint(), asked.now).await } else { Ok(()) }
}

/// An event in the feed of the institution whose event met the end, and a line in its trail; of a test, a line alone.
async fn tell(
    db: &mut Db<'_>,
    asked: &Asked,
    endpoint: &WebhookEndpoint,
    reason: DisabledReason,
) -> Result<(), StoreError> {
    let (event, line) = {
        let mut ids = Two(vec![asked.ids.1.uuid(), asked.ids.0.uuid()]);
        disabled(&mut Given { now: asked.now, ids: &mut ids, client_id: None, request_id: None }, endpoint, reason)
    };
    let institution: InstitutionId = asked.institution();
    if institution != NIL {
        commit::event(db, institution, &event).await?;
    }
    commit::audit(db, institution, &line).await
}

/// Identifiers that were given beforehand.
struct Two(Vec<Uuid>);

impl Ids for Two {
    fn next(&mut self) -> Uuid {
        self.0.pop().unwrap_or_default()
    }
}
