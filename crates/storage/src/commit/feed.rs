// SPDX-License-Identifier: AGPL-3.0-or-later
//! Positions in the feed where there is one writer alone: it commits in the order in which it writes, so that an event has
//! its position from the start. On PostgreSQL the publisher gives it after the commit (`system/feed.rs`).

use diesel::prelude::*;

use crate::error::StoreError;
use crate::row::event::EventRow;
use crate::schema::feed_counter;
use crate::statement;

/// The counter's only row.
pub(crate) const COUNTER: i16 = 1;

/// Gives the next positions to events that are about to be written.
pub(super) fn number(connection: &mut SqliteConnection, events: &mut [EventRow]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let counter = feed_counter::table.filter(feed_counter::id.eq(COUNTER)).select(feed_counter::last_position);
    let mut last: i64 = counter.get_result(connection)?;
    for event in events.iter_mut() {
        last = last.checked_add(1).ok_or_else(|| StoreError::failed("the feed has no position left"))?;
        event.feed_position = Some(last);
    }
    let given = feed_counter::last_position.eq(last);
    super::touched(statement::update(feed_counter::table, feed_counter::id.eq(COUNTER), given).execute(connection)?)
}
