// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the clock alone has moved: positions and sessions whose next transition lies behind.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SessionId};
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id};
use crate::db::{Db, load_boxed};
use crate::error::StoreError;
use crate::row::{fit, known};
use crate::schema::{checkout_sessions, debt_positions};
use crate::store::Answer;
use crate::store::Who;

/// Something whose state the clock has changed since it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due<T> {
    /// Whose it is.
    pub institution: InstitutionId,
    /// What.
    pub id: T,
    /// Since when.
    pub since: Instant,
}

type Found<T> = Vec<(Id<InstitutionId>, Id<T>, Option<At>)>;

impl SystemScope {
    /// Positions whose state the clock has changed since it was told (rules.md 9), the longest overdue first, from where
    /// a list before ended.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn position_transitions_due(
        &self,
        now: Instant,
        after: Option<Due<DebtPositionId>>,
        limit: usize,
    ) -> Answer<'_, Vec<Due<DebtPositionId>>> {
        Box::pin(async move {
            let rows = fit("limit", limit)?;
            self.store.read(Who::System, move |db| Box::pin(positions(db, now, after, rows))).await
        })
    }

    /// Sessions whose state the clock has changed since it was told, the longest overdue first, from where a list before
    /// ended.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn session_transitions_due(
        &self,
        now: Instant,
        after: Option<Due<SessionId>>,
        limit: usize,
    ) -> Answer<'_, Vec<Due<SessionId>>> {
        Box::pin(async move {
            let rows = fit("limit", limit)?;
            self.store.read(Who::System, move |db| Box::pin(sessions(db, now, after, rows))).await
        })
    }
}

/// The due rows of a table, in the order of their instants.
macro_rules! due {
    ($db:expr, $table:ident, $now:ident, $after:ident, $rows:ident) => {
        load_boxed!($db, DB => {
            let mut query = $table::table
                .filter($table::next_transition_at.le(At($now)))
                .order(($table::next_transition_at, $table::id))
                .limit($rows)
                .select(($table::institution_id, $table::id, $table::next_transition_at))
                .into_boxed::<DB>();
            if let Some(last) = $after {
                let since = At(last.since);
                let beyond = $table::next_transition_at.gt(since).assume_not_null().or($table::id.gt(Id(last.id)));
                query = query.filter($table::next_transition_at.ge(since)).filter(beyond);
            }
            query
        })
    };
}

async fn positions(
    mut db: Db<'_>,
    now: Instant,
    after: Option<Due<DebtPositionId>>,
    rows: i64,
) -> Result<Vec<Due<DebtPositionId>>, StoreError> {
    let found: Found<DebtPositionId> = due!(&mut db, debt_positions, now, after, rows)?;
    in_order(found)
}

async fn sessions(
    mut db: Db<'_>,
    now: Instant,
    after: Option<Due<SessionId>>,
    rows: i64,
) -> Result<Vec<Due<SessionId>>, StoreError> {
    let found: Found<SessionId> = due!(&mut db, checkout_sessions, now, after, rows)?;
    in_order(found)
}

fn in_order<T>(found: Found<T>) -> Result<Vec<Due<T>>, StoreError> {
    let due = found.into_iter().map(|(institution, id, since)| {
        let At(since) = known("next_transition_at", since)?;
        Ok(Due { institution: institution.0, id: id.0, since })
    });
    due.collect()
}
