// SPDX-License-Identifier: AGPL-3.0-or-later
//! What came of deliveries: of each, and of the endpoint.

use diesel::prelude::*;
use tramite_domain::given::{Given, Ids};
use tramite_domain::ids::{EventId, InstitutionId};
use tramite_domain::time::Instant;
use tramite_domain::webhook::{
    Answered, DeliveryStatus, DisabledReason, EndpointStatus, Health, Next, WebhookEndpoint, disabled,
};
use uuid::Uuid;

use super::spread::{News, Of, hasten, waiting};
use super::step::Asked;
use crate::column::{At, Id, NIL};
use crate::commit;
use crate::db::{Db, execute, execute_each};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::webhook::EndpointRow;
use crate::schema::{webhook_deliveries as deliveries, webhook_endpoints as endpoints};

/// How long an endpoint must have failed without a break for its waiting deliveries to be tried at once when it answers
/// again, in seconds. One event that an endpoint always refuses would otherwise be tried with every other that it takes.
const OUTAGE_SECONDS_MIN: i64 = 300;

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

/// What attempts have said of an endpoint.
#[derive(Default)]
pub(super) struct Learnt {
    /// Whether it is told of events now and was not before, or the other way round.
    pub(super) changed: bool,
    /// What its other lanes are to be told, when the step has ended.
    pub(super) news: Option<News>,
}

/// What attempts say of the endpoint itself, as it was when they were made: at another address they say nothing.
pub(super) async fn health(db: &mut Db<'_>, asked: &Asked, row: &EndpointRow) -> Result<Learnt, StoreError> {
    if asked.outcomes.is_empty() {
        return Ok(Learnt::default());
    }
    let endpoint = row.clone().into_endpoint()?;
    if endpoint.version != asked.version {
        return Ok(Learnt::default());
    }
    // One of a single institution has a single lane.
    let others = |news: News| Some(news).filter(|_| row.is_wide());
    match Health::after(&endpoint, &asked.outcomes, asked.now) {
        Health::Same => Ok(Learnt::default()),
        Health::Verified => {
            write(db, &endpoint, EndpointStatus::Active, None, None).await?;
            Ok(Learnt { changed: true, news: others(News::Verified) })
        }
        Health::Recovered(since) => {
            write(db, &endpoint, EndpointStatus::Active, None, None).await?;
            if asked.now.seconds_since(since) < OUTAGE_SECONDS_MIN {
                return Ok(Learnt::default());
            }
            let waits = waiting(db, endpoint.id, Of::One(asked.institution()), asked.now).await?;
            hasten(db, endpoint.id, &waits, asked.now).await?;
            Ok(Learnt { changed: false, news: others(News::Recovered) })
        }
        Health::Failing => {
            write(db, &endpoint, EndpointStatus::Active, None, Some(asked.now)).await?;
            Ok(Learnt::default())
        }
        Health::Disabled(reason) => {
            write(db, &endpoint, EndpointStatus::Disabled, Some(reason), endpoint.failing_since).await?;
            tell(db, asked, &endpoint, reason).await?;
            Ok(Learnt { changed: true, news: None })
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
