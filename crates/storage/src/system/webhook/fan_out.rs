// SPDX-License-Identifier: AGPL-3.0-or-later
//! From the feed to deliveries: the rows are written while the cursor moves, in one transaction.

use diesel::prelude::*;
use tramite_domain::event::Event;

use super::step::Asked;
use crate::column::{Id, NIL};
use crate::db::{Db, execute, execute_each, load};
use crate::error::StoreError;
use crate::row::event::EventRow;
use crate::row::webhook::{DeliveryRow, EndpointRow, Told};
use crate::row::{fit, known};
use crate::schema::{events, webhook_deliveries as deliveries, webhook_lanes as lanes};

/// Events that become deliveries in one step at most.
const EVENTS_MAX: i64 = 200;

/// How far the feed was gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// There was nothing.
    Nothing,
    /// To its end.
    All,
    /// As far as one step goes: there may be more.
    Some,
}

/// Takes what was published after the cursor: what the client wants and may be told becomes a delivery, the rest is passed
/// over.
pub(super) async fn fan_out(
    db: &mut Db<'_>,
    asked: &Asked,
    endpoint: &EndpointRow,
    position: i64,
) -> Result<Passed, StoreError> {
    let Some(mandate) = &asked.lane.mandate else { return Ok(Passed::Nothing) };
    let found: Vec<EventRow> = load!(
        db,
        events::table
            .filter(events::institution_id.eq(Id(asked.institution())))
            .filter(events::feed_position.gt(position))
            .order(events::feed_position)
            .limit(EVENTS_MAX)
            .select(EventRow::as_select())
    )?;
    let Some(last) = found.last().map(|row| row.feed_position) else {
        return Ok(Passed::Nothing);
    };
    let passed = if fit::<_, i64>("events", found.len())? < EVENTS_MAX { Passed::All } else { Passed::Some };
    let last = known("events.feed_position", last)?;
    let terms = endpoint.terms();
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        let event: Event = row.into_event()?;
        if terms.as_ref().is_none_or(|kinds| kinds.contains(event.kind.name())) && mandate.covers(&event) {
            let told = Told { id: event.id, kind: event.kind, at: event.at };
            let wide = endpoint.institution_id.0 == NIL;
            rows.push(DeliveryRow::new(asked.institution(), asked.endpoint(), wide, told, asked.now));
        }
    }
    execute_each!(db, rows, row => diesel::insert_into(deliveries::table).values(row).on_conflict_do_nothing())?;
    let own = lanes::table
        .filter(lanes::institution_id.eq(Id(asked.institution())))
        .filter(lanes::endpoint_id.eq(Id(asked.endpoint())))
        .filter(lanes::claim.eq(asked.lane.claim));
    execute!(db, diesel::update(own).set(lanes::feed_position.eq(last)))?;
    Ok(passed)
}
