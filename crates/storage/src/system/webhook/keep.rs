// SPDX-License-Identifier: AGPL-3.0-or-later
//! Deliveries are kept for a while.

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;
use tramite_domain::ids::{EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;

use crate::column::{At, Id};
use crate::db::{Db, execute_each, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{webhook_deliveries as deliveries, webhook_endpoints as endpoints};
use crate::store::{Answer, Who};
use crate::system::SystemScope;

type Key = (Id<InstitutionId>, Id<WebhookEndpointId>, Id<EventId>);

impl SystemScope {
    /// Forgets deliveries that were made before an instant, the oldest first, at most `limit` of them. How many went. Those that
    /// wait for an endpoint, which may be disabled, stay as long as their events may, `events_from` on.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn forget_deliveries(&self, before: Instant, events_from: NaiveDate, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let (rows, events_from) =
                (fit("limit", limit)?, Instant::new(events_from.and_time(NaiveTime::MIN).and_utc()));
            self.store
                .write(Who::System, (before, events_from, rows), |db, (before, events_from, rows)| {
                    Box::pin(forget(db, *before, *events_from, *rows))
                })
                .await
        })
    }
}

async fn forget(mut db: Db<'_>, before: Instant, events_from: Instant, rows: i64) -> Result<usize, StoreError> {
    let awaited =
        endpoints::table.filter(endpoints::id.eq(deliveries::endpoint_id)).filter(endpoints::ended_at.is_null());
    let waits = deliveries::due_at.is_not_null().and(diesel::dsl::exists(awaited));
    let oldest = deliveries::table
        .filter(deliveries::created_at.lt(At(before)))
        .filter(deliveries::event_at.lt(At(events_from)).or(diesel::dsl::not(waits)))
        .order(deliveries::created_at)
        .limit(rows)
        .select((deliveries::institution_id, deliveries::endpoint_id, deliveries::event_id));
    let found: Vec<Key> = load!(&mut db, oldest)?;
    let gone = execute_each!(&mut db, found, key => diesel::delete(
        deliveries::table
            .filter(deliveries::institution_id.eq(key.0))
            .filter(deliveries::endpoint_id.eq(key.1))
            .filter(deliveries::event_id.eq(key.2))
    ))?;
    Ok(gone.into_iter().sum())
}
