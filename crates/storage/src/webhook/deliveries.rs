// SPDX-License-Identifier: AGPL-3.0-or-later
//! Deliveries as their owner sees them.

use diesel::prelude::*;
use tramite_domain::event::EventKind;
use tramite_domain::ids::{InstitutionId, WebhookEndpointId};
use tramite_domain::webhook::{Delivery, DeliveryStatus};
use uuid::Uuid;

use super::WebhookDoor;
use crate::column::{Id, NIL};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::webhook::DeliveryRow;
use crate::schema::webhook_deliveries as deliveries;
use crate::store::Answer;

/// Which deliveries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Those that stand there.
    pub status: Option<DeliveryStatus>,
    /// Those of events of that kind.
    pub kind: Option<EventKind>,
}

impl WebhookDoor {
    /// The deliveries to an endpoint of the door, the newest events first. Whether the endpoint is one of it was asked before.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn deliveries<'a>(
        &'a self,
        endpoint: WebhookEndpointId,
        filter: DeliveryFilter,
        page: &'a PageRequest,
    ) -> Answer<'a, Page<Delivery>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::WebhookDeliveries)?;
            let (institution, rows) = (self.institution, page.rows());
            let place = (institution, endpoint);
            let found = self.store.read(self.who(), move |db| Box::pin(list(db, place, filter, after, rows))).await?;
            let deliveries = found.into_iter().map(DeliveryRow::into_delivery).collect::<Result<Vec<_>, _>>()?;
            let last = |one: &Delivery| Cursor::after_id(List::WebhookDeliveries, one.event_id.uuid());
            Ok(Page::cut(deliveries, page, last))
        })
    }
}

async fn list(
    mut db: Db<'_>,
    (institution, endpoint): (InstitutionId, WebhookEndpointId),
    filter: DeliveryFilter,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let found = load_boxed!(&mut db, DB => {
        let mut query = deliveries::table
            .filter(deliveries::endpoint_id.eq(Id(endpoint)))
            .order(deliveries::event_id.desc())
            .limit(rows)
            .select(DeliveryRow::as_select())
            .into_boxed::<DB>();
        // Those of all delegations lie in many institutions.
        query = match institution {
            // Word for word the condition of their index: a bound value would keep SQLite from it.
            NIL => query.filter(deliveries::wide),
            own => query.filter(deliveries::institution_id.eq(Id(own))),
        };
        if let Some(status) = filter.status {
            query = query.filter(deliveries::status.eq(status.name()));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(deliveries::kind.eq(kind.name()));
        }
        if let Some(after) = after {
            query = query.filter(deliveries::event_id.lt(Id(after)));
        }
        query
    })?;
    Ok(found)
}
