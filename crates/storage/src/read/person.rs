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
use crate::column::{Id, unindexed};
use crate::db::{Db, IDS_AT_ONCE_MAX, load};
use crate::error::StoreError;
use crate::row::fit;
use crate::schema::{checkout_sessions, session_items};
use crate::scope::Scope;
use crate::store::Answer;

/// Who pays, in the words of the index of payers, so that both databases know that it serves.
const PAYER_IS: &str = "payer IS NOT NULL AND (payer ->> 'tax_code') = ";

/// The sessions that a person pays, the newest first.
macro_rules! paid_by_them {
    ($institution:expr, $code:expr, $stretch:expr) => {
        checkout_sessions::table
            .filter(checkout_sessions::institution_id.eq(Id($institution)))
            .filter(diesel::dsl::sql::<Bool>(PAYER_IS).bind::<Text, _>($code))
            .filter(unindexed(checkout_sessions::id).lt($stretch.before))
            .order(unindexed(checkout_sessions::id).desc())
            .limit($stretch.rows)
            .select(checkout_sessions::id)
    };
}

/// The items of those sessions that still name somebody.
macro_rules! those_that_name {
    () => {
        session_items::table
            .inner_join(
                checkout_sessions::table.on(checkout_sessions::institution_id
                    .eq(session_items::institution_id)
                    .and(checkout_sessions::id.eq(session_items::session_id))),
            )
            .filter(diesel::dsl::sql::<Bool>(NAMES_SOMEBODY))
    };
}

/// The sessions of items that are over one of some positions, the newest first and each once: what is selected is what they are in
/// the order of, as PostgreSQL asks of it.
macro_rules! newest_over {
    ($items:expr, $institution:expr, $positions:expr, $stretch:expr) => {
        $items
            .filter(session_items::institution_id.eq(Id($institution)))
            .filter(session_items::debt_position_id.assume_not_null().eq_any($positions))
            .filter(unindexed(session_items::session_id).lt($stretch.before))
            .order(unindexed(session_items::session_id).desc())
            .limit($stretch.rows)
            .select(unindexed(session_items::session_id))
            .distinct()
    };
}

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
    stretch: Stretch,
) -> Result<BTreeSet<Id<SessionId>>, StoreError> {
    let found: Vec<Id<SessionId>> = load!(db, paid_by_them!(institution, code, stretch))?;
    Ok(found.into_iter().collect())
}

/// A session is found once, however many of the debts are in it.
async fn over(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
    stretch: Stretch,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    Ok(load!(db, newest_over!(session_items::table, institution, positions, stretch))?)
}

async fn naming_over(
    db: &mut Db<'_>,
    institution: InstitutionId,
    positions: &[Id<DebtPositionId>],
    stretch: Stretch,
) -> Result<Vec<Id<SessionId>>, StoreError> {
    Ok(load!(db, newest_over!(those_that_name!(), institution, positions, stretch))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::plan;

    #[test]
    fn sessions_are_found_by_their_payer_and_their_debts_however_many_others_there_are() {
        let mut connection = plan::migrated();
        let institution = InstitutionId::new(Uuid::nil());
        let stretch = Stretch { before: Id(SessionId::new(Uuid::max())), rows: 10 };
        let steps = plan::steps(&mut connection, &paid_by_them!(institution, String::new(), stretch));
        assert!(steps[0].contains("checkout_sessions_payer (institution_id=? AND <expr>=?)"), "{steps:?}");
        for many in [1, 2, IDS_AT_ONCE_MAX] {
            let positions = vec![Id(DebtPositionId::new(Uuid::nil())); many];
            let positions = positions.as_slice();
            let found = "session_items_position (institution_id=? AND debt_position_id=?)";
            let query = newest_over!(session_items::table, institution, positions, stretch);
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].ends_with(found), "{many}: {steps:?}");
            let query = newest_over!(those_that_name!(), institution, positions, stretch);
            let steps = plan::steps(&mut connection, &query);
            assert!(steps[0].ends_with(found), "{many}: {steps:?}");
        }
    }
}
