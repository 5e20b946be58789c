// SPDX-License-Identifier: AGPL-3.0-or-later
//! One step of the work on a lane, in one transaction: what came of the last deliveries is written, what was published since
//! becomes deliveries while the cursor moves, and what is due is taken. Who no longer holds the lane does none of it.

use std::collections::HashMap;
use std::time::Duration;

use diesel::prelude::*;
use tokio::time::sleep;
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::ids::{AuditId, EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_domain::webhook::{EndpointStatus, Outcome, WebhookEndpoint};

use super::ClaimedLane;
use super::fan_out::{Passed, fan_out};
use super::result::{health, record};
use super::spread::{News, spread, waiting_of_others};
use crate::column::{At, Id, NIL};
use crate::db::{Db, execute, first, load, load_boxed};
use crate::error::StoreError;
use crate::row::event::{EventRow, month_of};
use crate::row::fit;
use crate::row::webhook::{DeliveryRow, EndpointRow};
use crate::schema::{events, webhook_deliveries as deliveries, webhook_endpoints as endpoints, webhook_lanes as lanes};
use crate::store::{Answer, Who};
use crate::system::SystemScope;
use crate::webhook::spot;

/// How often a step is tried while somebody else holds the row of its lane, and for how long it is left alone each time: in all as long
/// as a statement waits for a lock.
const LOCKED_TRIES_MAX: u32 = 50;
const LOCKED_AGAIN: Duration = Duration::from_millis(100);

/// What came of a step.
#[derive(Debug)]
pub enum Stepped {
    /// Somebody else has the lane.
    Lost,
    /// Nothing is due: the lane is free again.
    Released,
    /// This is to be sent. Nothing may be, where many events were passed over that it is not told of: then the next step goes on.
    Work(Box<LaneWork>),
}

/// What is to be sent to an endpoint.
#[derive(Debug)]
pub struct LaneWork {
    /// The endpoint as it is now.
    pub endpoint: WebhookEndpoint,
    /// What signs.
    pub secrets: Vec<Secret<[u8; 32]>>,
    /// The deliveries, the longest due first.
    pub due: Vec<DueDelivery>,
}

/// A delivery that is due.
#[derive(Debug)]
pub struct DueDelivery {
    /// The event's id.
    pub event_id: EventId,
    /// Its kind.
    pub kind: EventKind,
    /// The event; none where it is kept no longer. A test has no facts.
    pub event: Option<Event>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub began_at: Option<Instant>,
}

/// A step as it is asked for.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) lane: ClaimedLane,
    /// What came of the deliveries of the step before, and the version of the endpoint that they were sent to.
    pub(super) outcomes: Vec<Outcome>,
    pub(super) version: i64,
    pub(super) now: Instant,
    pub(super) batch: i64,
    /// Whether more shall be taken.
    pub(super) goes_on: bool,
    /// For what is told when the endpoint is disabled.
    pub(super) ids: (EventId, AuditId),
}

impl Asked {
    pub(super) fn institution(&self) -> InstitutionId {
        self.lane.institution.unwrap_or(NIL)
    }

    pub(super) const fn endpoint(&self) -> WebhookEndpointId {
        self.lane.endpoint
    }
}

enum Done {
    Lost,
    /// Somebody holds the row of the lane: nothing was done.
    Locked,
    Released,
    Work(Box<EndpointRow>, Vec<DueDelivery>),
}

/// What came of a step, and what the other lanes of its endpoint are to be told.
type Ended = (Done, Option<News>);

impl SystemScope {
    /// Does a step on a lane: writes the outcomes of the one before, of an endpoint as it was at that version, and takes at most
    /// `batch` deliveries that are due, or frees the lane where none is or `goes_on` is false.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn step_lane<'a>(
        &'a self,
        lane: &'a ClaimedLane,
        (outcomes, version): (Vec<Outcome>, i64),
        (batch, goes_on): (usize, bool),
        now: Instant,
        ids: (EventId, AuditId),
    ) -> Answer<'a, Stepped> {
        Box::pin(async move {
            let batch = fit("limit", batch)?;
            let asked = Asked { lane: lane.clone(), outcomes, version, now, batch, goes_on, ids };
            let (done, news) = self.step_when_free(asked).await?;
            if let Some(news) = news {
                self.tell_others(lane, news, now).await;
            }
            match done {
                Done::Lost => Ok(Stepped::Lost),
                Done::Locked => Err(StoreError::Busy),
                Done::Released => Ok(Stepped::Released),
                Done::Work(row, due) => {
                    let (institution, id) = (row.institution_id.0, row.id.0);
                    let mut secrets = Vec::new();
                    for sealed in row.sealed() {
                        let opened = self.store.unseal(spot(institution, id.uuid().as_bytes()), &sealed).await?;
                        secrets.push(Secret::new(opened.try_into().map_err(|_| StoreError::Sealed)?));
                    }
                    let endpoint = row.into_endpoint()?;
                    Ok(Stepped::Work(Box::new(LaneWork { endpoint, secrets, due })))
                }
            }
        })
    }

    /// Does a step as soon as nobody else holds the row of its lane. Who sends ten thousand deliveries again holds it for a while: who
    /// waits for it keeps no connection meanwhile, by which the lanes of others are renewed.
    async fn step_when_free(&self, asked: Asked) -> Result<Ended, StoreError> {
        for _ in 0..LOCKED_TRIES_MAX {
            match self.store.write(Who::System, asked.clone(), |db, asked| Box::pin(step(db, asked))).await? {
                (Done::Locked, _) => sleep(LOCKED_AGAIN).await,
                ended => return Ok(ended),
            }
        }
        Ok((Done::Locked, None))
    }

    /// Tells the other lanes of an endpoint, once more where somebody was in the way. The step is committed, and what it took is to
    /// be sent, whatever becomes of this: where it fails, or is never done, the others follow by themselves, those that rest
    /// within a minute, what waits by its schedule.
    async fn tell_others(&self, lane: &ClaimedLane, news: News, now: Instant) {
        for is_last in [false, true] {
            match self.told(lane, news, now).await {
                Ok(()) => return,
                Err(StoreError::Busy | StoreError::Conflict) if !is_last => {}
                Err(error) => {
                    let endpoint = lane.endpoint;
                    tracing::warn!(%endpoint, cause = %error, "the other lanes of an endpoint were not told");
                    return;
                }
            }
        }
    }

    /// What waits is looked for before the lanes are taken.
    async fn told(&self, lane: &ClaimedLane, news: News, now: Instant) -> Result<(), StoreError> {
        let (endpoint, own) = (lane.endpoint, lane.institution.unwrap_or(NIL));
        let waits = match news {
            News::Verified => Vec::new(),
            News::Recovered => {
                self.store.read(Who::System, move |db| Box::pin(waiting_of_others(db, endpoint, own, now))).await?
            }
        };
        let told = (lane.clone(), waits, now);
        self.store.write(Who::System, told, |db, (lane, waits, now)| Box::pin(spread(db, lane, waits, *now))).await
    }
}

async fn step(mut db: Db<'_>, asked: &Asked) -> Result<Ended, StoreError> {
    let position = match held(&mut db, asked).await? {
        Row::Ours(position) => position,
        Row::Locked => return Ok((Done::Locked, None)),
        Row::NotOurs => return Ok((Done::Lost, None)),
    };
    record(&mut db, asked).await?;
    let Some(row) = endpoint(&mut db, asked.endpoint()).await? else {
        // Its client has ended it: nobody is to be told.
        execute!(&mut db, diesel::delete(own(asked.institution(), asked.endpoint(), asked.lane.claim)))?;
        return Ok((Done::Released, None));
    };
    let learnt = health(&mut db, asked, &row).await?;
    let row = match learnt.changed {
        true => endpoint(&mut db, asked.endpoint()).await?.ok_or(StoreError::Conflict)?,
        false => row,
    };
    Ok((take(db, asked, row, position).await?, learnt.news))
}

/// Takes what is due, or frees the lane.
async fn take(mut db: Db<'_>, asked: &Asked, row: EndpointRow, position: i64) -> Result<Done, StoreError> {
    let told = EndpointStatus::named(&row.status) == Some(EndpointStatus::Active);
    if !asked.goes_on {
        release(&mut db, asked, told).await?;
        return Ok(Done::Released);
    }
    let mut passed = Passed::Nothing;
    let mut due = due(&mut db, asked, told).await?;
    if told && asked.lane.mandate.is_some() && fit::<_, i64>("due", due.len())? < asked.batch {
        passed = fan_out(&mut db, asked, &row, position).await?;
        if passed != Passed::Nothing {
            due = self::due(&mut db, asked, told).await?;
        }
    }
    // Behind a long stretch that nobody wants something may follow: it would wait for the next to be woken.
    if due.is_empty() && passed != Passed::Some {
        release(&mut db, asked, told).await?;
        return Ok(Done::Released);
    }
    let due = with_events(&mut db, asked, due).await?;
    Ok(Done::Work(Box::new(row), due))
}

#[diesel::dsl::auto_type]
fn own(institution: InstitutionId, endpoint: WebhookEndpointId, claim: i64) -> _ {
    let institution: Id<InstitutionId> = Id(institution);
    let endpoint: Id<WebhookEndpointId> = Id(endpoint);
    lanes::table
        .filter(lanes::institution_id.eq(institution))
        .filter(lanes::endpoint_id.eq(endpoint))
        .filter(lanes::claim.eq(claim))
}

/// The row of a lane.
enum Row {
    /// It is ours; with its cursor.
    Ours(i64),
    /// It is ours, but somebody holds it.
    Locked,
    /// It is not ours, or no more.
    NotOurs,
}

/// The lane, while it is ours; nobody else claims it until the transaction ends.
async fn held(db: &mut Db<'_>, asked: &Asked) -> Result<Row, StoreError> {
    let own = own(asked.institution(), asked.endpoint(), asked.lane.claim).select(lanes::feed_position);
    if let Db::Postgres(connection) = db {
        let free = own.for_update().skip_locked();
        let found: Option<i64> = diesel_async::RunQueryDsl::get_result(free, connection).await.optional()?;
        if let Some(position) = found {
            return Ok(Row::Ours(position));
        }
    }
    let there: Option<i64> = first!(db, own)?;
    Ok(match (db, there) {
        (_, None) => Row::NotOurs,
        (Db::Postgres(_), Some(_)) => Row::Locked,
        // There is one writer alone.
        (Db::Sqlite(_), Some(position)) => Row::Ours(position),
    })
}

async fn endpoint(db: &mut Db<'_>, id: WebhookEndpointId) -> Result<Option<EndpointRow>, StoreError> {
    let found: Vec<EndpointRow> = load!(
        db,
        endpoints::table
            .filter(endpoints::id.eq(Id(id)))
            .filter(endpoints::ended_at.is_null())
            .select(EndpointRow::as_select())
    )?;
    Ok(found.into_iter().next())
}

/// What is due. An endpoint that is not told of events is tested all the same, while its client is live; without a mandate
/// nothing of an institution leaves.
async fn due(db: &mut Db<'_>, asked: &Asked, told: bool) -> Result<Vec<DeliveryRow>, StoreError> {
    if !asked.lane.client_is_live || (asked.lane.institution.is_some() && asked.lane.mandate.is_none()) {
        return Ok(Vec::new());
    }
    let rows = load_boxed!(db, DB => {
        let mut query = deliveries::table
            .filter(deliveries::institution_id.eq(Id(asked.institution())))
            .filter(deliveries::endpoint_id.eq(Id(asked.endpoint())))
            .filter(deliveries::due_at.le(At(asked.now)))
            .order((deliveries::due_at, deliveries::event_id))
            .limit(asked.batch)
            .select(DeliveryRow::as_select())
            .into_boxed::<DB>();
        if !told {
            query = query.filter(deliveries::kind.eq(EventKind::WebhookEndpointTest.name()));
        }
        query
    })?;
    Ok(rows)
}

/// The events of deliveries, from the months in which they happened.
async fn with_events(db: &mut Db<'_>, asked: &Asked, rows: Vec<DeliveryRow>) -> Result<Vec<DueDelivery>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<EventId>> = rows.iter().map(|row| row.event_id).collect();
    let mut months: Vec<_> = rows.iter().map(|row| month_of(row.event_at.0)).collect();
    months.sort_unstable();
    months.dedup();
    let found: Vec<EventRow> = load!(
        db,
        events::table
            .filter(events::institution_id.eq(Id(asked.institution())))
            .filter(events::id.eq_any(&ids))
            .filter(events::month.eq_any(&months))
            .select(EventRow::as_select())
    )?;
    let mut found = found
        .into_iter()
        .map(|row| row.into_event().map(|event| (event.id, event)))
        .collect::<Result<HashMap<_, _>, _>>()?;
    rows.into_iter()
        .map(|row| {
            let kind = row.kind()?;
            let event = match kind {
                EventKind::WebhookEndpointTest => Some(test_event(asked, &row)),
                _ => found.remove(&row.event_id.0),
            };
            let attempts = fit("webhook_deliveries.attempts", row.attempts)?;
            Ok(DueDelivery { event_id: row.event_id.0, kind, event, attempts, began_at: row.began_at.map(|at| at.0) })
        })
        .collect()
}

fn test_event(asked: &Asked, row: &DeliveryRow) -> Event {
    Event {
        id: row.event_id.0,
        kind: EventKind::WebhookEndpointTest,
        at: row.event_at.0,
        client_id: None,
        data: EventData { webhook_endpoint_id: Some(asked.endpoint()), ..EventData::default() },
    }
}

/// How long a lane rests whose endpoint is not told, or whose client may not be, in seconds: what changes that is known to all
/// processes within a minute (reliability.md 45).
const REST_SECONDS: i64 = 30;

/// Frees the lane: it is due again when the next of its deliveries is. One whose turn is over before its work has been due since then
/// all along, and waits for its next turn from now on: else it would always be before those with less to do.
async fn release(db: &mut Db<'_>, asked: &Asked, told: bool) -> Result<(), StoreError> {
    let rests = !told || asked.lane.mandate.is_none();
    let tests = deliveries::kind.eq(EventKind::WebhookEndpointTest.name());
    let waiting = deliveries::table
        .filter(deliveries::institution_id.eq(Id(asked.institution())))
        .filter(deliveries::endpoint_id.eq(Id(asked.endpoint())))
        .filter(deliveries::due_at.is_not_null())
        .order(deliveries::due_at)
        .limit(1)
        .select(deliveries::due_at);
    let next: Vec<Option<At>> = match told {
        true => load!(db, waiting)?,
        false => load!(db, waiting.filter(tests))?,
    };
    let next = next.into_iter().flatten().next();
    let later = At(asked.now.plus_seconds(REST_SECONDS));
    let turn = (!asked.goes_on).then_some(At(asked.now));
    let (due_at, rests_until) = match rests {
        // The nil lane of an active endpoint has nothing to wait for but tests; those of a client that may not be told rest too.
        true if asked.lane.institution.is_none() && asked.lane.client_is_live => (next, turn),
        true => {
            let until = next.filter(|_| asked.lane.mandate.is_some()).map_or(later, |next| next.min(later));
            (Some(until), Some(until))
        }
        false => (next, turn),
    };
    let freed = (
        lanes::due_at.eq(due_at),
        lanes::rests_until.eq(rests_until),
        lanes::holder.eq(None::<Id<uuid::Uuid>>),
        lanes::holder_pid.eq(None::<i32>),
        lanes::held_until.eq(None::<At>),
    );
    execute!(db, diesel::update(own(asked.institution(), asked.endpoint(), asked.lane.claim)).set(freed))?;
    Ok(())
}
