// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed of an institution: its published events, in the order of their positions. Nothing that commits late is ever
//! skipped, because positions are given after the commit.

use chrono::NaiveDate;
use diesel::dsl::max;
use diesel::prelude::*;
use tramite_domain::event::{Event, EventKind};
use tramite_domain::event_feed::{feed_from, place_holds};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::{EventId, InstitutionId};
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load, load_boxed, load_together};
use crate::error::StoreError;
use crate::page::{Cursor, FeedPlace, List, PAGE_LIMIT_MAX, PageRequest};
use crate::row::event::{EventRow, month_of};
use crate::row::{fit, known};
use crate::schema::events;
use crate::scope::Scope;
use crate::store::Answer;

/// Events of an institution that one page looks through at most, whatever it is asked for: a page may hold few events, or
/// none, and yet not be the last.
const FEED_SCAN_MAX: i64 = 20_000;

/// An event with its place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// Grows along the feed, with gaps.
    pub position: i64,
    /// Whose it is.
    pub institution: InstitutionId,
    /// What happened.
    pub event: Event,
}

/// Which events; what is none or empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedFilter {
    /// Of one of these kinds.
    pub kinds: Vec<EventKind>,
    /// Of this service.
    pub service_code: Option<ServiceCode>,
    /// That happened at this instant or later.
    pub since: Option<Instant>,
}

/// A stretch of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The events, in the order of the feed.
    pub events: Vec<FeedEvent>,
    /// Where the feed goes on; there always is one.
    pub next: Cursor,
    /// Whether more may follow already; else whoever asks again later reads what has happened by then.
    pub has_more: bool,
}

/// A position and the instant of its event, as they are read.
type PlaceRow = (Option<i64>, At);

impl Store {
    /// The events after a position (0 for the beginning), at most [`PAGE_LIMIT_MAX`]. Events of services that do not
    /// exist for the scope, and those for other clients, are left out; those about its client's own sessions have no
    /// service and are its own.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn feed<'a>(&'a self, scope: &'a Scope, after: i64, limit: u16) -> Answer<'a, Vec<FeedEvent>> {
        Box::pin(async move {
            let (own, filter) = (scope.clone(), FeedFilter::default());
            let rows = i64::from(limit.clamp(1, PAGE_LIMIT_MAX));
            let looked = Looked { after, until: None, from: None, rows };
            self.read(scope, move |db| Box::pin(async move { list(db, &own, &filter, looked).await })).await
        })
    }

    /// A page of the same feed, with a cursor that always comes back.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; `CursorExpired` when what follows it may have gone; else whatever keeps
    /// the database from answering.
    pub fn feed_page<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a FeedFilter,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, FeedPage> {
        Box::pin(async move {
            let start = start(page.cursor.as_ref(), List::Feed, now)?;
            let (own, filter, size) = (scope.clone(), filter.clone(), page.size());
            let found = self.read(scope, move |db| Box::pin(stretch(db, own, filter, start, size, now))).await?;
            Ok(found.page(List::Feed))
        })
    }

    /// The published event of that id.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn event<'a>(&'a self, scope: &'a Scope, id: EventId) -> Answer<'a, Option<FeedEvent>> {
        Box::pin(async move {
            let own = scope.clone();
            self.read(scope, move |db| Box::pin(by_id(db, vec![own], id))).await
        })
    }
}

/// What was found of the feed, and up to where it was looked through.
pub(crate) struct Stretch {
    pub(crate) events: Vec<FeedEvent>,
    pub(crate) place: FeedPlace,
    pub(crate) has_more: bool,
}

impl Stretch {
    pub(crate) fn page(self, list: List) -> FeedPage {
        FeedPage { events: self.events, next: Cursor::in_feed(list, self.place), has_more: self.has_more }
    }
}

/// Where a page begins, if that place still holds.
pub(crate) fn start(cursor: Option<&Cursor>, list: List, now: Instant) -> Result<Option<FeedPlace>, StoreError> {
    let place = Cursor::place(cursor, list)?;
    if place.is_some_and(|place| !place_holds(place.at, now)) {
        return Err(StoreError::CursorExpired);
    }
    Ok(place)
}

/// Looks through the feed of one institution, from a place on. What may be read at its end is told first, so that nothing
/// that is published meanwhile is passed over.
pub(super) async fn stretch(
    mut db: Db<'_>,
    scope: Scope,
    filter: FeedFilter,
    start: Option<FeedPlace>,
    size: usize,
    now: Instant,
) -> Result<Stretch, StoreError> {
    let (institution, after) = (Id(scope.institution()), start.map_or(0, |place| place.position));
    let from = first_month(&filter, now);
    let (head, far): (Vec<Option<i64>>, Vec<PlaceRow>) = load_together!(
        &mut db,
        events::table.filter(events::institution_id.eq(institution)).select(max(events::feed_position)),
        events::table
            .filter(events::institution_id.eq(institution))
            .filter(events::month.ge(from))
            .filter(events::feed_position.gt(after))
            .order(events::feed_position)
            .offset(FEED_SCAN_MAX - 1)
            .limit(1)
            .select((events::feed_position, events::at)),
    )?;
    let far = far.into_iter().find_map(|(position, at)| Some(FeedPlace { position: position?, at: at.0 }));
    let rows = fit("limit", size.saturating_add(1))?;
    let looked = Looked { after, until: far.map(|place| place.position), from: Some(from), rows };
    let mut found = list(db, &scope, &filter, looked).await?;
    let full = found.len() > size;
    found.truncate(size);
    let last = found.last().map(|one| FeedPlace { position: one.position, at: one.event.at });
    let (place, has_more) = match (full.then_some(last).flatten(), far) {
        (Some(last), _) => (last, true),
        (None, Some(far)) => (far, true),
        (None, None) => {
            let head = head.into_iter().flatten().next().unwrap_or(0);
            let position = head.max(after).max(last.map_or(0, |place| place.position));
            (FeedPlace { position, at: now }, false)
        }
    };
    Ok(Stretch { events: found, place, has_more })
}

/// The first month in which what a filter asks for can lie.
pub(crate) fn first_month(filter: &FeedFilter, now: Instant) -> NaiveDate {
    filter.since.map_or_else(NaiveDate::default, month_of).max(feed_from(now))
}

/// A part of the feed.
#[derive(Clone, Copy)]
struct Looked {
    after: i64,
    until: Option<i64>,
    /// The first month: what is older is kept for longer than the feed tells of it, and no place among it would hold.
    from: Option<NaiveDate>,
    rows: i64,
}

async fn list(
    mut db: Db<'_>,
    scope: &Scope,
    filter: &FeedFilter,
    looked: Looked,
) -> Result<Vec<FeedEvent>, StoreError> {
    let found: Vec<EventRow> = load_boxed!(&mut db, DB => {
        let mut query = events::table
            .filter(events::institution_id.eq(Id(scope.institution())))
            .filter(events::feed_position.gt(looked.after))
            .order(events::feed_position)
            .limit(looked.rows)
            .select(EventRow::as_select())
            .into_boxed::<DB>();
        if let Some(until) = looked.until {
            query = query.filter(events::feed_position.le(until));
        }
        if let Some(from) = looked.from {
            query = query.filter(events::month.ge(from));
        }
        if !filter.kinds.is_empty() {
            query = query.filter(events::kind.eq_any(names(filter)));
        }
        if let Some(code) = &filter.service_code {
            query = query.filter(events::service_code.eq(code.as_str()));
        }
        if let Some(since) = filter.since {
            query = query.filter(events::month.ge(month_of(since))).filter(events::at.ge(At(since)));
        }
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
    found.into_iter().map(fed).collect()
}

/// The published event of that id, where it exists for one of the scopes.
pub(crate) async fn by_id(mut db: Db<'_>, scopes: Vec<Scope>, id: EventId) -> Result<Option<FeedEvent>, StoreError> {
    let institutions: Vec<Id<InstitutionId>> = scopes.iter().map(|scope| Id(scope.institution())).collect();
    let found: Vec<EventRow> = load!(
        &mut db,
        events::table
            .filter(events::institution_id.eq_any(institutions))
            .filter(events::id.eq(Id(id)))
            .filter(events::feed_position.is_not_null())
            .select(EventRow::as_select())
    )?;
    let found = found.into_iter().next().map(fed).transpose()?;
    Ok(found.filter(|one| {
        scopes.iter().any(|scope| scope.institution() == one.institution && scope.sees_event(&one.event))
    }))
}

/// The names of the kinds that a filter asks for.
pub(crate) fn names(filter: &FeedFilter) -> Vec<&'static str> {
    filter.kinds.iter().map(|kind| kind.name()).collect()
}

/// A published row as what it tells.
pub(crate) fn fed(row: EventRow) -> Result<FeedEvent, StoreError> {
    let position = known("events.feed_position", row.feed_position)?;
    let institution = row.institution_id.0;
    Ok(FeedEvent { position, institution, event: row.into_event()? })
}
