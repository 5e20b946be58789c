// SPDX-License-Identifier: AGPL-3.0-or-later
//! The checkout sessions of one person, whichever client made them: those in which the person pays, and those over a debt of
//! theirs. Debts and receipts are found by their own lists.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tramite_domain::ids::{DebtPositionId, InstitutionId, SessionId};
use tramite_domain::session::CheckoutSession;
use tramite_domain::tax_code::SubjectTaxCode;
use uuid::Uuid;

use super::over::NAMES_SOMEBODY;
use super::session::whole;
use crate::Store;
use crate::column::Id;
use crate::db::{Db, IDS_AT_ONCE_MAX, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{checkout_sessions, session_items};
use crate::scope::Scope;
use crate::store::Answer;

/// Who pays, in the words of the index of payers, so that both databases know that it serves.
const PAYER_IS: &str = "payer IS NOT NULL AND (payer ->> 'tax_code') = ";

/// Which sessions of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonSessions {
    /// All of them.
    All,
    /// Those that still name somebody: what an erasure has emptied stands in the way of no other.
    Naming,
}

/// Where a list of them begins and ends.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// All are older than this one.
    before: Id<SessionId>,
    rows: i64,
}

impl Store {
    /// The sessions that exist for the scope, of whichever client, in which that person pays, or over one of those positions:
    /// the newest first, older than `before`, at most so many. With them the session before which to go on, where there may be
    /// more, whether or not those between exist for the scope.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn sessions_of_person<'a>(
        &'a self,
        scope: &'a Scope,
        code: &'a SubjectTaxCode,
        positions: &'a [DebtPositionId],
        which: PersonSessions,
        (before, limit): (Option<SessionId>, usize),
    ) -> Answer<'a, (Vec<CheckoutSession>, Option<SessionId>)> {
        Box::pin(async move {
            let (own, code) = (scope.whichever_client(), code.as_str().to_owned());
            let positions: Vec<Id<DebtPositionId>> = positions.iter().copied().map(Id).collect();
            // No id is greater than the last one.
            let before = Id(before.unwrap_or(SessionId::new(Uuid::max())));
            let stretch = Stretch { before, rows: fit("limit", limit)? };
            self.read(scope, move |db| Box::pin(list(db, own, code, positions, which, (stretch, limit)))).await
        })
    }
}

async fn list(
    mut db: Db<'_>,
    scope: Scope,
    code: String,
    positions: Vec<Id<DebtPositionId>>,
    which: PersonSessions,
    (stretch, limit): (Stretch, usize),
) -> Result<(Vec<CheckoutSession>, Option<SessionId>), StoreError> {
    let institution = scope.institution();
    let mut ids = paid_by(&mut db, institution, code, stretch).await?;
    for part in positions.chunks(IDS_AT_ONCE_MAX) {
        ids.extend(match which {
            PersonSessions::All => over(&mut db, institution, part, stretch).await?,
            PersonSessions::Naming => naming_over(&mut db, institution, part, stretch).await?,
        });
    }
    // Ids are in the order of time.
    let newest: Vec<Id<SessionId>> = ids.into_iter().rev().take(limit).collect();
    // Judged by what was found, and not by what of it exists for the scope.
    let next = newest.last().filter(|_| newest.len() >= limit).map(|id| id.0);
    let mut sessions = Vec::with_capacity(newest.len());
    for part in newest.chunks(IDS_AT_ONCE_MAX) {
        sessions.append(&mut whole(&mut db, institution, part.to_vec()).await?);
    }
    sessions.retain(|session| scope.sees_session(session));
    sessions.sort_by_key(|session| std::cmp::Reverse(session.id));
    Ok((sessions, next))
}

async fn paid_by(
    db: &mut Db<'_>,
    institution: InstitutionId,
    code: String,
    Stretch { before, rows }: Stretch,
) -> Result<BTreeSet<Id<SessionId>>, StoreError> {
    let found: Vec<Id<SessionId>> = load!(
        db,
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id(institution)))
            .filter(diesel::dsl::sql::<Bool>(PAYER_IS).bind::<Text, _>(code))
            .filter(checkout_sessions::id.lt(before))
            .order(checkout_sessions::id.desc())
            .limit(rows)
            .select(checkout_sessions::id)
    )?;
    Ok(found.into_iter().collect())
}

/// A session is found once, however many of the debts are in it.
async fn over(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
    Stretch { before, rows }: Stretch,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    Ok(load!(
        db,
        session_items::table
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::debt_position_id.assume_not_null().eq_any(positions))
            .filter(session_items::session_id.lt(before))
            .order(session_items::session_id.desc())
            .limit(rows)
            .select(session_items::session_id)
            .distinct()
    )?)
}

async fn naming_over(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
    Stretch { before, rows }: Stretch,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    Ok(load!(
        db,
        session_items::table
            .inner_join(
                checkout_sessions::table.on(checkout_sessions::institution_id
                    .eq(session_items::institution_id)
                    .and(checkout_sessions::id.eq(session_items::session_id))),
            )
            .filter(session_items::institution_id.eq(Id(institution)))
            .filter(session_items::debt_position_id.assume_not_null().eq_any(positions))
            .filter(diesel::dsl::sql::<Bool>(NAMES_SOMEBODY))
            .filter(session_items::session_id.lt(before))
            .order(session_items::session_id.desc())
            .limit(rows)
            .select(session_items::session_id)
            .distinct()
    )?)
}
