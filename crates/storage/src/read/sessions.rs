// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lists of checkout sessions. Their state follows from many facts and the clock, so the pure function judges it, row by
//! row, over the pages of the database.

use diesel::prelude::*;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::session::{CheckoutSession, SessionStatus, session_status};
use tramite_domain::time::Instant;

use super::order::{After, Order, in_order};
use super::session::assemble;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::page::{List, Page, PageRequest};
use crate::row::session::SessionRow;
use crate::schema::{checkout_sessions, session_items};
use crate::scope::Scope;
use crate::store::Answer;

/// The most sessions that one page looks at in search of a state. A page that finds too few is shorter, and its cursor
/// goes on from there.
const SCANNED_ROWS_MAX: usize = 5_000;
/// Sessions read at a time in that search.
const SCANNED_AT_A_TIME: i64 = 500;

/// Which sessions; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Under this key of the caller, which is not unique.
    pub client_reference: Option<String>,
    /// In this state now.
    pub status: Option<SessionStatus>,
    /// With an item of this position.
    pub debt_position_id: Option<DebtPositionId>,
    /// Changed at this instant or later; the list is then in the order of changes.
    pub updated_since: Option<Instant>,
}

impl Store {
    /// The sessions that a filter names, newest first; with `updated_since` in the order of their changes. With a client
    /// in the scope, only its own; with services, only those whose items are all of them. With a state, a page may be shorter than its limit though another one follows.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn sessions<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a SessionFilter,
        page: &'a PageRequest,
        now: Instant,
    ) -> Answer<'a, Page<CheckoutSession>> {
        Box::pin(async move {
            let lists = (List::Sessions, List::SessionsChanged);
            let (order, after) = Order::new(filter.updated_since, lists, page.cursor.as_ref(), now)?;
            let (own, asked, size) = (scope.clone(), filter.clone(), page.size());
            let found = self.read(scope, move |db| Box::pin(search(db, own, asked, (order, after), size, now))).await?;
            let last = found.scanned.as_ref().map(|session| session.updated_at);
            let page = Page {
                next: found
                    .more
                    .then(|| found.scanned.as_ref().map(|session| order.cursor(session.updated_at, session.id.uuid())))
                    .flatten(),
                items: found.items,
                complete_until: None,
            };
            Ok(if order.since.is_some() { page.complete(order.window, last) } else { page })
        })
    }
}

/// What a search found, where it stopped, and whether more rows follow.
struct Found {
    items: Vec<CheckoutSession>,
    scanned: Option<CheckoutSession>,
    more: bool,
}

async fn search(
    mut db: Db<'_>,
    scope: Scope,
    filter: SessionFilter,
    (order, mut after): (Order, After),
    size: usize,
    now: Instant,
) -> Result<Found, StoreError> {
    let mut found = Found { items: Vec::new(), scanned: None, more: false };
    let rows = match filter.status {
        Some(_) => SCANNED_AT_A_TIME,
        None => i64::try_from(size).map_or(SCANNED_AT_A_TIME, |size| size + 1),
    };
    let mut left = SCANNED_ROWS_MAX;
    loop {
        let heads = heads(&mut db, &scope, &filter, (order, after), rows).await?;
        let full = i64::try_from(heads.len()).is_ok_and(|read| read == rows);
        for session in assemble(&mut db, scope.institution(), heads).await? {
            if found.items.len() == size || left == 0 {
                found.more = true;
                return Ok(found);
            }
            left -= 1;
            if filter.status.is_none_or(|status| session_status(&session, now) == status) {
                found.items.push(session.clone());
            }
            found.scanned = Some(session);
        }
        let Some(last) = found.scanned.as_ref().filter(|_| full) else { return Ok(found) };
        after = order.after(Some(&order.cursor(last.updated_at, last.id.uuid())))?;
    }
}

async fn heads(
    db: &mut Db<'_>,
    scope: &Scope,
    filter: &SessionFilter,
    (order, after): (Order, After),
    rows: i64,
) -> Result<Vec<SessionRow>, StoreError> {
    let institution = Id(scope.institution());
    let found = load_boxed!(db, DB => {
        use checkout_sessions::dsl;
        let mut query = dsl::checkout_sessions
            .filter(dsl::institution_id.eq(institution))
            .limit(rows)
            .select(SessionRow::as_select())
            .into_boxed::<DB>();
        if let Some(client) = scope.client() {
            query = query.filter(dsl::client_id.eq(Id(client)));
        }
        if let Some(codes) = scope.service_codes() {
            let hidden = session_items::table
                .filter(session_items::institution_id.eq(institution))
                .filter(session_items::session_id.eq(dsl::id))
                .filter(session_items::installment_id.is_not_null())
                .filter(
                    session_items::service_code
                        .is_null()
                        .or(session_items::service_code.ne_all(codes).assume_not_null()),
                );
            query = query.filter(diesel::dsl::not(diesel::dsl::exists(hidden)));
        }
        if let Some(reference) = &filter.client_reference {
            query = query.filter(dsl::client_reference.eq(reference));
        }
        if let Some(position) = filter.debt_position_id {
            let holding = session_items::table
                .filter(session_items::institution_id.eq(institution))
                .filter(session_items::debt_position_id.eq(Some(Id(position))))
                .select(session_items::session_id);
            query = query.filter(dsl::id.eq_any(holding));
        }
        in_order!(query, checkout_sessions, order, after)
    })?;
    Ok(found)
}
