// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sending again what was sent, or given up.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::event::EventKind;
use tramite_domain::ids::{EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;
use tramite_domain::webhook::DeliveryStatus;

use super::write::wake;
use super::{Ready, WebhookChange, WebhookDoor};
use crate::column::{At, Id, NIL};
use crate::commit::INSERT_ROWS_MAX;
use crate::db::{Db, execute, load_boxed};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::webhook_deliveries as deliveries;
use crate::store::Answer;

/// Deliveries that one request sends again at most; the oldest events come first.
pub const REDELIVERIES_MAX: usize = 10_000;

/// What is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redelivery {
    /// One event.
    One(EventId),
    /// Every event of those instants, the first included and the last not.
    Range {
        /// From this instant on.
        from: Instant,
        /// Before this one.
        to: Instant,
    },
    /// Whatever was tried in vain.
    Failed,
}

/// A delivery by its place.
pub type DeliveryKey = (InstitutionId, EventId);

impl WebhookDoor {
    /// The deliveries that a request would send again: at most [`REDELIVERIES_MAX`], and whether there are more.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn redeliverable(
        &self,
        endpoint: WebhookEndpointId,
        wanted: Redelivery,
    ) -> Answer<'_, (Vec<DeliveryKey>, bool)> {
        Box::pin(async move {
            let place = (self.institution, endpoint);
            let mut found = self.store.read(self.who(), move |db| Box::pin(keys(db, place, wanted))).await?;
            let more = found.len() > REDELIVERIES_MAX;
            found.truncate(REDELIVERIES_MAX);
            Ok((found, more))
        })
    }

    /// Sends deliveries again, as if they had never been tried.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn redeliver(
        &self,
        endpoint: WebhookEndpointId,
        keys: Vec<DeliveryKey>,
        now: Instant,
        change: WebhookChange,
    ) -> Answer<'_, ()> {
        Box::pin(async move {
            let whole = (endpoint, keys, now, self.ready(change).await?);
            self.store
                .write(self.who(), whole, |db, (endpoint, keys, now, ready)| {
                    Box::pin(again(db, *endpoint, keys, *now, ready))
                })
                .await
        })
    }
}

async fn keys(
    mut db: Db<'_>,
    (institution, endpoint): (InstitutionId, WebhookEndpointId),
    wanted: Redelivery,
) -> Result<Vec<DeliveryKey>, StoreError> {
    let rows: i64 = fit("limit", REDELIVERIES_MAX + 1)?;
    let found: Vec<(Id<InstitutionId>, Id<EventId>)> = load_boxed!(&mut db, DB => {
        let mut query = deliveries::table
            .filter(deliveries::endpoint_id.eq(Id(endpoint)))
            // A test is asked for anew.
            .filter(deliveries::kind.ne(EventKind::WebhookEndpointTest.name()))
            .order(deliveries::event_id)
            .limit(rows)
            .select((deliveries::institution_id, deliveries::event_id))
            .into_boxed::<DB>();
        query = match institution {
            // Word for word the condition of their index: a bound value would keep SQLite from it.
            NIL => query.filter(deliveries::wide),
            own => query.filter(deliveries::institution_id.eq(Id(own))),
        };
        match wanted {
            Redelivery::One(event) => query.filter(deliveries::event_id.eq(Id(event))),
            Redelivery::Range { from, to } => {
                query.filter(deliveries::event_at.ge(At(from))).filter(deliveries::event_at.lt(At(to)))
            }
            Redelivery::Failed => {
                let failed = [DeliveryStatus::Failed.name(), DeliveryStatus::Abandoned.name()];
                query.filter(deliveries::status.eq_any(failed))
            }
        }
    })?;
    Ok(found.into_iter().map(|(institution, event)| (institution.0, event.0)).collect())
}

async fn again(
    mut db: Db<'_>,
    endpoint: WebhookEndpointId,
    keys: &[DeliveryKey],
    now: Instant,
    ready: &Ready,
) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let institutions: BTreeSet<InstitutionId> = keys.iter().map(|(institution, _)| *institution).collect();
    let lanes: Vec<_> = institutions.iter().map(|institution| (*institution, endpoint)).collect();
    // The lane first, as the worker does: who holds it is waited for, and nobody waits in a ring.
    wake(&mut db, &lanes, now).await?;
    for institution in institutions {
        let own: Vec<Id<EventId>> =
            keys.iter().filter(|(of, _)| *of == institution).map(|(_, event)| Id(*event)).collect();
        for some in own.chunks(INSERT_ROWS_MAX) {
            let rows = deliveries::table
                .filter(deliveries::institution_id.eq(Id(institution)))
                .filter(deliveries::endpoint_id.eq(Id(endpoint)))
                .filter(deliveries::event_id.eq_any(some));
            let fresh = (
                deliveries::status.eq(DeliveryStatus::Pending.name()),
                deliveries::attempts.eq(0),
                deliveries::began_at.eq(None::<At>),
                deliveries::due_at.eq(Some(At(now))),
            );
            execute!(&mut db, diesel::update(rows).set(fresh))?;
        }
    }
    ready.finish(&mut db).await
}
