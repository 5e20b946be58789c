// SPDX-License-Identifier: AGPL-3.0-or-later
//! What names somebody although its time is over. Whether it goes the domain decides; here it is only found.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ids::{DebtPositionId, SessionId};
use tramite_domain::receipt::Receipt;
use tramite_domain::session::CheckoutSession;
use tramite_domain::tax_code::ANONYMOUS;
use tramite_domain::time::Instant;
use uuid::Uuid;

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

/// A session that names somebody: a payer, or what a caller wrote freely. The words of the domain's decision, and those of the index
/// of such sessions, so that both databases know that it serves.
pub(super) const NAMES_SOMEBODY: &str = "(payer IS NOT NULL OR state IS NOT NULL OR metadata <> '{}')";
/// A receipt that still has its message: the domain's sign of one that was forgotten, as either database writes its bytes, and as the
/// index of such receipts says it. A bound value would keep it from serving.
const KEEPS_ITS_MESSAGE_POSTGRES: &str =
    r"message_sha256 <> '\x0000000000000000000000000000000000000000000000000000000000000000'::bytea";
const KEEPS_ITS_MESSAGE_SQLITE: &str =
    "message_sha256 <> x'0000000000000000000000000000000000000000000000000000000000000000'";
/// How far the clocks of two processes may be apart, in seconds: so much younger may the id of a thing be than the thing.
const CLOCKS_APART_SECONDS: i64 = 3_600;
/// Bits of an id below its milliseconds.
const MILLISECONDS_SHIFT: u32 = 80;

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

    /// Sessions made before an instant that still name somebody: in the order of their ids from `after` on, at most so many.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_over<'a>(
        &'a self,
        scope: &'a Scope,
        before: Instant,
        after: Option<SessionId>,
        limit: usize,
    ) -> Answer<'a, Vec<CheckoutSession>> {
        Box::pin(async move {
            let (own, rows) = (scope.clone(), fit("limit", limit)?);
            self.read(scope, move |db| Box::pin(sessions(db, own, before, after, rows))).await
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
    let after = after.unwrap_or(DebtPositionId::new(Uuid::nil()));
    let heads: Vec<PositionHead> = load!(
        &mut db,
        dsl::debt_positions
            .filter(dsl::institution_id.eq(Id(institution)))
            .filter(dsl::id.gt(Id(after)))
            .filter(dsl::id.lt(Id(DebtPositionId::new(end_of_ids(before)))))
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
    let keeps_its_message = match &db {
        Db::Postgres(_) => KEEPS_ITS_MESSAGE_POSTGRES,
        Db::Sqlite(_) => KEEPS_ITS_MESSAGE_SQLITE,
    };
    let ids = load!(
        &mut db,
        receipts::table
            .filter(receipts::institution_id.eq(Id(scope.institution())))
            .filter(receipts::paid_at.lt(At(before)))
            .filter(sql::<Bool>(keeps_its_message))
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
    after: Option<SessionId>,
    rows: i64,
) -> Result<Vec<CheckoutSession>, StoreError> {
    let after = after.unwrap_or(SessionId::new(Uuid::nil()));
    let ids: Vec<Id<SessionId>> = load!(
        &mut db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(scope.institution())))
            .filter(checkout_sessions::id.gt(Id(after)))
            .filter(checkout_sessions::id.lt(Id(SessionId::new(end_of_ids(before)))))
            .filter(checkout_sessions::created_at.lt(At(before)))
            .filter(sql::<Bool>(NAMES_SOMEBODY))
            .order(checkout_sessions::id)
            .limit(rows)
            .select(checkout_sessions::id)
    )?;
    let mut found = session::whole(&mut db, scope.institution(), ids).await?;
    found.sort_by_key(|session| session.id);
    Ok(found)
}

/// What is greater than the id of everything that was made before an instant: ids begin with their milliseconds, and so a walk along
/// them ends where younger things begin. What was made by a clock that goes ahead is still below.
pub(super) fn end_of_ids(before: Instant) -> Uuid {
    let end = before.plus_seconds(CLOCKS_APART_SECONDS).datetime().timestamp_millis();
    Uuid::from_u128(u128::try_from(end).unwrap_or_default() << MILLISECONDS_SHIFT)
}

#[cfg(test)]
mod tests {
    use tramite_domain::receipt::ReceiptMessage;
    use uuid::{NoContext, Timestamp};

    use super::*;

    #[test]
    fn a_receipt_that_was_forgotten_is_known_by_the_sign_of_the_domain() {
        assert_eq!(ReceiptMessage::FORGOTTEN_SHA256, [0; 32]);
        let sign = "00".repeat(32);
        assert_eq!(KEEPS_ITS_MESSAGE_POSTGRES, format!("message_sha256 <> '\\x{sign}'::bytea"));
        assert_eq!(KEEPS_ITS_MESSAGE_SQLITE, format!("message_sha256 <> x'{sign}'"));
        for (tree, condition) in [("postgres", KEEPS_ITS_MESSAGE_POSTGRES), ("sqlite", KEEPS_ITS_MESSAGE_SQLITE)] {
            let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(tree);
            let made = std::fs::read_to_string(root.join("0033_waiting_and_kept/up.sql")).unwrap();
            assert!(made.contains(condition), "{tree}");
        }
    }

    #[test]
    fn the_end_of_ids_lies_behind_all_that_was_made_before() {
        let before: Instant = "2027-01-01T00:00:00Z".parse().unwrap();
        let made = |at: Instant| {
            let seconds = u64::try_from(at.datetime().timestamp()).unwrap();
            Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0))
        };
        let end = end_of_ids(before);
        assert!(made(before) < end && made(before.plus_seconds(CLOCKS_APART_SECONDS - 1)) < end);
        assert!(made(before.plus_seconds(CLOCKS_APART_SECONDS)) > end);
        assert_eq!(end_of_ids(Instant::MIN), Uuid::nil());
    }
}
