// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed of an institution: its published events, in the order of their positions. Nothing that commits late is ever
//! skipped, because positions are given after the commit.

use diesel::prelude::*;
use tramite_domain::event::Event;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::PAGE_LIMIT_MAX;
use crate::row::event::EventRow;
use crate::row::known;
use crate::schema::events;
use crate::scope::Scope;
use crate::store::Answer;

/// An event with its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Grows along the feed, with gaps.
    pub position: i64,
    /// What happened.
    pub event: Event,
}

impl Store {
    /// The events after a position (0 for the beginning), at most [`PAGE_LIMIT_MAX`]. Events of services that do not
    /// exist for the scope, and those for other clients, are left out; those about its client's own sessions have no
    /// service and are its own.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn feed<'a>(&'a self, scope: &'a Scope, after: i64, limit: u16) -> Answer<'a, Vec<FeedEvent>> {
        Box::pin(async move {
            let own = scope.clone();
            let rows = i64::from(limit.clamp(1, PAGE_LIMIT_MAX));
            self.read(scope, move |db| Box::pin(list(db, own, after, rows))).await
        })
    }
}

async fn list(mut db: Db<'_>, scope: Scope, after: i64, rows: i64) -> Result<Vec<FeedEvent>, StoreError> {
    let found: Vec<EventRow> = load_boxed!(&mut db, DB => {
        let mut query = events::table
            .filter(events::institution_id.eq(Id(scope.institution())))
            .filter(events::feed_position.gt(after))
            .order(events::feed_position)
            .limit(rows)
            .select(EventRow::as_select())
            .into_boxed::<DB>();
        if let Some(client) = scope.client() {
            query = query.filter(events::client_id.is_null().or(events::client_id.eq(Some(Id(client))).assume_not_null()));
        }
        if let Some(codes) = scope.service_codes() {
            let of_service = events::service_code.eq_any(codes).assume_not_null();
            let own = scope.client().map(Id);
            let of_session = events::service_code.is_null().and(events::client_id.eq(own).assume_not_null());
            query = query.filter(of_service.or(of_session));
        }
        query
    })?;
    found
        .into_iter()
        .map(|row| {
            let position = known("events.feed_position", row.feed_position)?;
            Ok(FeedEvent { position, event: row.into_event()? })
        })
        .collect()
}
