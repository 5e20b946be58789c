// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names somebody although its time is over. Whether it goes the domain decides; here it is only found.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::receipt::{Receipt, ReceiptMessage};
use tramite_domain::session::CheckoutSession;
use tramite_domain::tax_code::ANONYMOUS;
use tramite_domain::time::Instant;

use super::position::assemble;
use super::{receipt, session};
use crate::Store;
use crate::column::{At, Id};
use crate::db::{Db, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::row::position::PositionHead;
use crate::schema::{checkout_sessions, debt_positions, installments, receipts};
use crate::scope::Scope;
use crate::store::Answer;

impl Store {
    /// Positions made before an instant that name somebody, were settled or ended before it, and of which nothing was paid since:
    /// in the order of their ids from `after` on, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn positions_over<'a>(
        &'a self,
        scope: &'a Scope,
        before: Instant,
        after: Option<DebtPositionId>,
        limit: usize,
    ) -> Answer<'a, Vec<DebtPosition>> {
        Box::pin(async move {
            let (own, rows) = (scope.clone(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(positions(db, own, before, after, rows))).await
        })
    }

    /// Receipts of payments before an instant that still have their message, the oldest payment first, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn receipts_over<'a>(&'a self, scope: &'a Scope, before: Instant, limit: usize) -> Answer<'a, Vec<Receipt>> {
        Box::pin(async move {
            let (own, rows) = (scope.clone(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(proofs(db, own, before, rows))).await
        })
    }

    /// Sessions made before an instant that still have a payer, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_over<'a>(
        &'a self,
        scope: &'a Scope,
        before: Instant,
        limit: usize,
    ) -> Answer<'a, Vec<CheckoutSession>> {
        Box::pin(async move {
            let (own, rows) = (scope.clone(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(sessions(db, own, before, rows))).await
        })
    }
}

async fn positions(
    mut db: Db<'_>,
    scope: Scope,
    before: Instant,
    after: Option<DebtPositionId>,
    rows: i64,
) -> Result<Vec<DebtPosition>, StoreError> {
    use debt_positions::dsl;
    let institution = scope.institution();
    let paid_since = installments::table
        .filter(installments::institution_id.eq(dsl::institution_id))
        .filter(installments::debt_position_id.eq(dsl::id))
        .filter(installments::paid_at.ge(At(before)));
    let names_somebody = dsl::debtor_tax_code
        .ne(ANONYMOUS)
        .or(dsl::debtor_full_name.ne(ANONYMOUS))
        .or(dsl::debtor_email.is_not_null().nullable())
        .or(dsl::debtor_address.is_not_null().nullable());
    let ended = dsl::settled
        .is_not_null()
        .or(dsl::cancelled)
        .or(not(dsl::published))
        .nullable()
        .or(dsl::ends_at.lt(At(before)));
    // Every id is greater than the nil one.
    let after = after.unwrap_or(DebtPositionId::new(uuid::Uuid::nil()));
    let heads: Vec<PositionHead> = load!(
        &mut db,
        dsl::debt_positions
            .filter(dsl::institution_id.eq(Id(institution)))
            .filter(dsl::id.gt(Id(after)))
            .filter(dsl::erased_at.is_null())
            .filter(dsl::created_at.lt(At(before)))
            .filter(names_somebody)
            .filter(ended)
            .filter(not(exists(paid_since)))
            .order(dsl::id)
            .limit(rows)
            .select(PositionHead::as_select())
    )?;
    assemble(&mut db, institution, heads).await
}

async fn proofs(mut db: Db<'_>, scope: Scope, before: Instant, rows: i64) -> Result<Vec<Receipt>, StoreError> {
    let ids = load!(
        &mut db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(scope.institution())))
            .filter(receipts::paid_at.lt(At(before)))
            .filter(receipts::message_sha256.ne(ReceiptMessage::FORGOTTEN_SHA256.to_vec()))
            .order(receipts::paid_at)
            .limit(rows)
            .select(receipts::id)
    )?;
    receipt::by_ids(&mut db, &scope, ids).await
}

async fn sessions(
    mut db: Db<'_>,
    scope: Scope,
    before: Instant,
    rows: i64,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let ids: Vec<Id<SessionId>> = load!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(scope.institution())))
            .filter(checkout_sessions::payer.is_not_null())
            .filter(checkout_sessions::created_at.lt(At(before)))
            .limit(rows)
            .select(checkout_sessions::id)
    )?;
    session::whole(&mut db, scope.institution(), ids).await
}
