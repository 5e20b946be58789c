// SPDX-License-Identifier: AGPL-3.0-or-later
//! One feed over several institutions, for a client that acts for all of them. One counter numbers the events of all, so the
//! feed is read along it, a stretch at a time, however many institutions there are.

use diesel::prelude::*;
use tramite_domain::event_feed::feed_begins;
use tramite_domain::ids::{EventId, InstitutionId};
use tramite_domain::institution::InstitutionStatus;
use tramite_domain::tax_code::InstitutionTaxCode;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id};
use crate::commit::COUNTER;
use crate::db::{Db, load, load_boxed};
use crate::error::StoreError;
use crate::page::{FeedPlace, List, PageRequest};
use crate::read::{FeedEvent, FeedFilter, FeedPage, Stretch, event_by_id, fed, first_month, kind_names, start_of_feed};
use crate::row::event::EventRow;
use crate::row::read;
use crate::schema::{events, feed_counter, institutions};
use crate::scope::Scope;
use crate::store::{Answer, Who};

/// Positions of a stretch: so many events of whomsoever the database looks through at a time.
const STRETCH_POSITIONS: i64 = 20_000;
/// Rows of a stretch that are read at most.
const STRETCH_ROWS: usize = 500;
/// Stretches of one page: a page may hold few events, or none, and yet not be the last.
const STRETCHES_MAX: usize = 10;

impl SystemScope {
    /// Of these institutions those that are active, with their tax codes.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn active_among(&self, ids: Vec<InstitutionId>) -> Answer<'_, Vec<(InstitutionId, InstitutionTaxCode)>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(active(db, ids))).await })
    }

    /// A page of the events that exist for one of the scopes, each of another institution and all of one client: in the order
    /// of the feed, from the cursor on.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; `CursorExpired` when what follows it may have gone; else whatever keeps
    /// the database from answering.
    pub fn feed_of_all<'a>(
        &'a self,
        scopes: &'a [Scope],
        filter: &'a FeedFilter,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, FeedPage> {
        Box::pin(async move {
            let start = start_of_feed(page.cursor.as_ref(), List::FeedOfAll, now)?;
            let asked = Asked { scopes: scopes.to_vec(), filter: filter.clone(), now };
            let size = page.size();
            let found = self.store.read(Who::System, move |db| Box::pin(along(db, asked, start, size, now))).await?;
            Ok(found.page(List::FeedOfAll))
        })
    }

    /// The published event of that id, where it exists for one of the scopes.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn event_of_all<'a>(&'a self, scopes: &'a [Scope], id: EventId) -> Answer<'a, Option<FeedEvent>> {
        Box::pin(async move {
            let scopes = scopes.to_vec();
            self.store.read(Who::System, move |db| Box::pin(event_by_id(db, scopes, id))).await
        })
    }
}

async fn active(
    mut db: Db<'_>,
    ids: Vec<InstitutionId>,
) -> Result<Vec<(InstitutionId, InstitutionTaxCode)>, StoreError> {
    let ids: Vec<Id<InstitutionId>> = ids.into_iter().map(Id).collect();
    let found: Vec<(Id<InstitutionId>, String)> = load!(
        &mut db,
        institutions::table
            .filter(institutions::institution_id.eq_any(ids))
            .filter(institutions::status.eq(InstitutionStatus::Active.name()))
            .select((institutions::institution_id, institutions::tax_code))
    )?;
    found.into_iter().map(|(id, code)| Ok((id.0, read("institutions.tax_code", &code)?))).collect()
}

/// What a client asks for.
struct Asked {
    scopes: Vec<Scope>,
    filter: FeedFilter,
    now: Instant,
}

impl Asked {
    fn sees(&self, one: &FeedEvent) -> bool {
        self.scopes.iter().any(|scope| scope.institution() == one.institution && scope.sees_event(&one.event))
    }

    fn institutions(&self) -> Vec<Id<InstitutionId>> {
        self.scopes.iter().map(|scope| Id(scope.institution())).collect()
    }
}

/// Reads along the counter. Its last position is read first: all up to it is committed, and is seen by what is read after.
async fn along(
    mut db: Db<'_>,
    asked: Asked,
    start: Option<FeedPlace>,
    size: usize,
    now: Instant,
) -> Result<Stretch, StoreError> {
    let last: Vec<i64> =
        load!(&mut db, feed_counter::table.filter(feed_counter::id.eq(COUNTER)).select(feed_counter::last_position))?;
    let last = last.into_iter().next().unwrap_or(0);
    let mut found: Vec<FeedEvent> = Vec::new();
    let mut reached = start.map_or(0, |place| place.position);
    for _ in 0..STRETCHES_MAX {
        if reached >= last || found.len() > size {
            break;
        }
        let until = last.min(reached.saturating_add(STRETCH_POSITIONS));
        let rows = between(&mut db, &asked, reached, until).await?;
        let full = rows.len() >= STRETCH_ROWS;
        reached = rows.last().filter(|_| full).map_or(until, |one| one.position);
        found.extend(rows.into_iter().filter(|one| asked.sees(one)));
    }
    if found.len() > size {
        found.truncate(size);
        if let Some(one) = found.last() {
            let place = FeedPlace { position: one.position, at: one.event.at };
            return Ok(Stretch { events: found, place, has_more: true });
        }
    }
    let has_more = reached < last;
    let at = if has_more {
        instant_of(&mut db, reached).await?.or(start.map(|place| place.at)).map(|at| at.max(feed_begins(now)))
    } else {
        None
    };
    let place = FeedPlace { position: reached, at: at.unwrap_or(now) };
    Ok(Stretch { events: found, place, has_more })
}

async fn between(db: &mut Db<'_>, asked: &Asked, after: i64, until: i64) -> Result<Vec<FeedEvent>, StoreError> {
    let (filter, rows) = (&asked.filter, i64::try_from(STRETCH_ROWS).unwrap_or(1));
    let client = asked.scopes.iter().find_map(Scope::client);
    let found: Vec<EventRow> = load_boxed!(db, DB => {
        let mut query = events::table
            .filter(events::institution_id.eq_any(asked.institutions()))
            .filter(events::month.ge(first_month(filter, asked.now)))
            .filter(events::feed_position.gt(after))
            .filter(events::feed_position.le(until))
            .order(events::feed_position)
            .limit(rows)
            .select(EventRow::as_select())
            .into_boxed::<DB>();
        if !filter.kinds.is_empty() {
            query = query.filter(events::kind.eq_any(kind_names(filter)));
        }
        if let Some(since) = filter.since {
            query = query.filter(events::at.ge(At(since)));
        }
        if let Some(code) = &filter.service_code {
            query = query.filter(events::service_code.eq(code.as_str()));
        }
        if let Some(client) = client {
            query = query.filter(events::client_id.is_null().or(events::client_id.eq(Some(Id(client))).assume_not_null()));
        }
        query
    })?;
    found.into_iter().map(fed).collect()
}

/// When the event at a position happened, whosesoever it is; nothing else of it is read.
async fn instant_of(db: &mut Db<'_>, position: i64) -> Result<Option<Instant>, StoreError> {
    let found: Vec<At> =
        load!(db, events::table.filter(events::feed_position.eq(position)).select(events::at).limit(1))?;
    Ok(found.into_iter().next().map(|at| at.0))
}
