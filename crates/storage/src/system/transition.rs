// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the clock alone has moved: positions and sessions whose next transition lies behind.

use diesel::prelude::*;
use tramite_domain::ids::{DebtPositionId, InstitutionId, SessionId};
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{checkout_sessions, debt_positions};
use crate::store::Who;

impl SystemScope {
    /// Positions whose state the clock has changed since it was told (rules.md 9), the longest overdue first.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn position_transitions_due(
        &self,
        now: Instant,
        limit: usize,
    ) -> Result<Vec<(InstitutionId, DebtPositionId)>, StoreError> {
        let rows = fit("limit", limit)?;
        self.store.read(Who::System, move |db| Box::pin(positions(db, now, rows))).await
    }

    /// Sessions whose state the clock has changed since it was told, the longest overdue first.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub async fn session_transitions_due(
        &self,
        now: Instant,
        limit: usize,
    ) -> Result<Vec<(InstitutionId, SessionId)>, StoreError> {
        let rows = fit("limit", limit)?;
        self.store.read(Who::System, move |db| Box::pin(sessions(db, now, rows))).await
    }
}

async fn positions(
    mut db: Db<'_>,
    now: Instant,
    rows: i64,
) -> Result<Vec<(InstitutionId, DebtPositionId)>, StoreError> {
    let found: Vec<(Id<InstitutionId>, Id<DebtPositionId>)> = load!(
        &mut db,
        debt_positions::table
            .filter(debt_positions::next_transition_at.le(At(now)))
            .order(debt_positions::next_transition_at)
            .limit(rows)
            .select((debt_positions::institution_id, debt_positions::id))
    )?;
    Ok(found.into_iter().map(|(institution, id)| (institution.0, id.0)).collect())
}

async fn sessions(mut db: Db<'_>, now: Instant, rows: i64) -> Result<Vec<(InstitutionId, SessionId)>, StoreError> {
    let found: Vec<(Id<InstitutionId>, Id<SessionId>)> = load!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::next_transition_at.le(At(now)))
            .order(checkout_sessions::next_transition_at)
            .limit(rows)
            .select((checkout_sessions::institution_id, checkout_sessions::id))
    )?;
    Ok(found.into_iter().map(|(institution, id)| (institution.0, id.0)).collect())
}
