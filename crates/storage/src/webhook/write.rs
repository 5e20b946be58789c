// SPDX-License-Identifier: AGPL-3.0-or-later
//! Making, changing, testing and ending endpoints.

use diesel::prelude::*;
use tramite_domain::access::DelegationStatus;
use tramite_domain::event::EventKind;
use tramite_domain::ids::{ClientId, InstitutionId, WebhookEndpointId};
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use tramite_domain::webhook::{ENDPOINTS_MAX, WebhookEndpoint};

use super::{Ready, SECRET_BYTES, TestEvent, WebhookChange, WebhookDoor};
use crate::column::{At, Id, NIL};
use crate::commit::touched;
use crate::db::{Db, execute, execute_each, load};
use crate::error::StoreError;
use crate::row::webhook::{DeliveryRow, EndpointRow, EndpointState, EndpointTerms, Told};
use crate::schema::{delegations, events, webhook_deliveries, webhook_endpoints as endpoints, webhook_lanes as lanes};
use crate::store::Answer;

impl WebhookDoor {
    /// Writes a new endpoint with its secret, and sends it a test event. It is told of what is published from now on.
    ///
    /// # Errors
    /// `Conflict` where the client has as many as it may; as [`crate::Store::commit_answer`] otherwise.
    pub fn insert(
        &self,
        endpoint: WebhookEndpoint,
        secret: Secret<[u8; SECRET_BYTES]>,
        test: TestEvent,
        change: WebhookChange,
    ) -> Answer<'_, ()> {
        Box::pin(async move {
            let sealed = self.seal(endpoint.id, &secret).await?;
            let row = EndpointRow::of(self.institution, &endpoint, sealed);
            let whole = (row, test, self.ready(change).await?);
            self.store.write(self.who(), whole, |db, (row, test, ready)| Box::pin(insert(db, row, *test, ready))).await
        })
    }

    /// Writes what its client wants of an endpoint from now on; with a test event where it is to be tested again.
    ///
    /// # Errors
    /// `Conflict` where the version moved.
    pub fn update(
        &self,
        endpoint: WebhookEndpoint,
        expected: i64,
        test: Option<TestEvent>,
        change: WebhookChange,
    ) -> Answer<'_, ()> {
        Box::pin(async move {
            let place = (self.institution, endpoint.id, expected);
            // Only a new address, which is tested, begins anew: else what workers have decided meanwhile stays.
            let begins = test.map(|test| (EndpointState::of(&endpoint), test));
            let whole = (place, EndpointTerms::of(&endpoint), begins, self.ready(change).await?);
            self.store
                .write(self.who(), whole, |db, (place, terms, begins, ready)| {
                    Box::pin(update(db, *place, terms, begins.as_ref(), ready))
                })
                .await
        })
    }

    /// Signs with another secret from now on, and with the one before it as well; one before that has ended.
    ///
    /// # Errors
    /// `Conflict` where the version moved.
    pub fn renew_secret(
        &self,
        present: &WebhookEndpoint,
        secret: Secret<[u8; SECRET_BYTES]>,
        now: Instant,
        change: WebhookChange,
    ) -> Answer<'_, ()> {
        let place = (self.institution, present.id, present.version);
        Box::pin(async move {
            let sealed = self.seal(place.1, &secret).await?;
            let whole = (place, sealed, now, self.ready(change).await?);
            self.store
                .write(self.who(), whole, |db, (place, sealed, now, ready)| {
                    Box::pin(renew(db, *place, sealed, *now, ready))
                })
                .await
        })
    }

    /// Sends a test event to an endpoint.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn test(&self, id: WebhookEndpointId, test: TestEvent, change: WebhookChange) -> Answer<'_, ()> {
        Box::pin(async move {
            let whole = (self.institution, id, test, self.ready(change).await?);
            self.store
                .write(self.who(), whole, |db, (institution, id, test, ready)| {
                    Box::pin(send_test(db, *institution, *id, *test, ready))
                })
                .await
        })
    }

    /// Ends an endpoint: its secrets are gone.
    ///
    /// # Errors
    /// `Conflict` where the version moved.
    pub fn end(&self, present: &WebhookEndpoint, now: Instant, change: WebhookChange) -> Answer<'_, ()> {
        let place = (self.institution, present.id, present.version);
        Box::pin(async move {
            let whole = (place, now, self.ready(change).await?);
            self.store.write(self.who(), whole, |db, (place, now, ready)| Box::pin(end(db, *place, *now, ready))).await
        })
    }
}

/// Institution, endpoint, and the version it was read at.
type Place = (InstitutionId, WebhookEndpointId, i64);

async fn insert(mut db: Db<'_>, row: &EndpointRow, test: TestEvent, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let (institution, client) = (row.institution_id.0, row.client_id.0);
    room(&mut db, institution, client).await?;
    execute!(&mut db, diesel::insert_into(endpoints::table).values(row))?;
    let told = match institution {
        NIL => [vec![NIL], delegated(&mut db, client).await?].concat(),
        own => vec![own],
    };
    for institution in told {
        begin_lane(&mut db, institution, row.id.0).await?;
    }
    tested(&mut db, institution, row.id.0, test).await?;
    ready.finish(&mut db).await
}

/// Of several who make the last one that may be made, one does: the endpoints that are there are held until then.
async fn room(db: &mut Db<'_>, institution: InstitutionId, client: ClientId) -> Result<(), StoreError> {
    let own = endpoints::table
        .filter(endpoints::institution_id.eq(Id(institution)))
        .filter(endpoints::client_id.eq(Id(client)))
        .filter(endpoints::ended_at.is_null());
    if let Db::Postgres(connection) = db {
        let held = own.order(endpoints::id).select(endpoints::id).for_update();
        let _: Vec<Id<WebhookEndpointId>> = diesel_async::RunQueryDsl::load(held, connection).await?;
    }
    let there: Vec<Id<WebhookEndpointId>> = load!(db, own.select(endpoints::id))?;
    if there.len() < ENDPOINTS_MAX { Ok(()) } else { Err(StoreError::Conflict) }
}

async fn delegated(db: &mut Db<'_>, client: ClientId) -> Result<Vec<InstitutionId>, StoreError> {
    let found: Vec<Id<InstitutionId>> = load!(
        db,
        delegations::table
            .filter(delegations::client_id.eq(Id(client)))
            .filter(delegations::status.eq(DelegationStatus::Active.name()))
            .order(delegations::institution_id)
            .select(delegations::institution_id)
            .distinct()
    )?;
    Ok(found.into_iter().map(|id| id.0).collect())
}

/// A lane from the last event that is published now on.
pub(crate) async fn begin_lane(
    db: &mut Db<'_>,
    institution: InstitutionId,
    endpoint: WebhookEndpointId,
) -> Result<(), StoreError> {
    let last: Vec<Option<i64>> = load!(
        db,
        events::table
            .filter(events::institution_id.eq(Id(institution)))
            .filter(events::feed_position.is_not_null())
            .order(events::feed_position.desc())
            .limit(1)
            .select(events::feed_position)
    )?;
    execute!(
        db,
        diesel::insert_into(lanes::table)
            .values((
                lanes::institution_id.eq(Id(institution)),
                lanes::endpoint_id.eq(Id(endpoint)),
                lanes::feed_position.eq(last.into_iter().flatten().next().unwrap_or_default()),
                lanes::claim.eq(0_i64),
            ))
            .on_conflict_do_nothing()
    )?;
    Ok(())
}

async fn tested(
    db: &mut Db<'_>,
    institution: InstitutionId,
    endpoint: WebhookEndpointId,
    test: TestEvent,
) -> Result<(), StoreError> {
    let told = Told { id: test.id, kind: EventKind::WebhookEndpointTest, at: test.at };
    let row = DeliveryRow::new(institution, endpoint, institution == NIL, told, test.at);
    wake(db, &[(institution, endpoint)], test.at).await?;
    execute!(db, diesel::insert_into(webhook_deliveries::table).values(&row))?;
    Ok(())
}

/// Lanes that are to be looked at now, whatever they rested for.
pub(super) async fn wake(
    db: &mut Db<'_>,
    woken: &[(InstitutionId, WebhookEndpointId)],
    now: Instant,
) -> Result<(), StoreError> {
    execute_each!(db, woken, lane => {
        let own = lanes::table.filter(lanes::institution_id.eq(Id(lane.0))).filter(lanes::endpoint_id.eq(Id(lane.1)));
        diesel::update(own).set((lanes::due_at.eq(Some(At(now))), lanes::rests_until.eq(None::<At>)))
    })?;
    Ok(())
}

async fn update(
    mut db: Db<'_>,
    place: Place,
    terms: &EndpointTerms,
    begins: Option<&(EndpointState, TestEvent)>,
    ready: &Ready,
) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    // The lane before its endpoint, as the worker does.
    if let Some((state, test)) = begins {
        tested(&mut db, place.0, place.1, *test).await?;
        touched(execute!(&mut db, diesel::update(at(place)).set(state))?)?;
    }
    touched(execute!(&mut db, diesel::update(at(place)).set(terms))?)?;
    ready.finish(&mut db).await
}

async fn renew(mut db: Db<'_>, place: Place, sealed: &[u8], now: Instant, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let changes = (
        endpoints::former_secret.eq(endpoints::secret),
        endpoints::secret.eq(Some(sealed)),
        endpoints::secret_created_at.eq(At(now)),
        endpoints::version.eq(endpoints::version + 1),
        endpoints::updated_at.eq(At(now)),
    );
    touched(execute!(&mut db, diesel::update(at(place)).set(changes))?)?;
    ready.finish(&mut db).await
}

async fn send_test(
    mut db: Db<'_>,
    institution: InstitutionId,
    endpoint: WebhookEndpointId,
    test: TestEvent,
    ready: &Ready,
) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    tested(&mut db, institution, endpoint, test).await?;
    ready.finish(&mut db).await
}

async fn end(mut db: Db<'_>, place: Place, now: Instant, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let changes = (
        endpoints::ended_at.eq(Some(At(now))),
        endpoints::secret.eq(None::<Vec<u8>>),
        endpoints::former_secret.eq(None::<Vec<u8>>),
        endpoints::version.eq(endpoints::version + 1),
    );
    touched(execute!(&mut db, diesel::update(at(place)).set(changes))?)?;
    ready.finish(&mut db).await
}

#[diesel::dsl::auto_type]
fn at(place: Place) -> _ {
    let institution: Id<InstitutionId> = Id(place.0);
    let id: Id<WebhookEndpointId> = Id(place.1);
    let version: i64 = place.2;
    endpoints::table
        .filter(endpoints::institution_id.eq(institution))
        .filter(endpoints::id.eq(id))
        .filter(endpoints::version.eq(version))
        .filter(endpoints::ended_at.is_null())
}
