// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a checkout session rests on: the institution, and the positions that it names by their ids; on one snapshot.

use std::sync::Arc;

use tramite_domain::ids::DebtPositionId;
use tramite_domain::institution::Institution;
use tramite_domain::time::Instant;

use super::in_use::{self, PositionInUse};
use super::institution::{self, KnownInstitutions};
use crate::Store;
use crate::db::{Db, together};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

/// What a checkout session rests on.
#[derive(Debug, Clone)]
pub struct SessionTerms {
    /// The institution of the scope.
    pub institution: Arc<Institution>,
    /// The positions in the order of their ids as they were asked for; none where one does not exist for the scope.
    pub positions: Vec<Option<PositionInUse>>,
}

impl Store {
    /// What a session on those positions rests on, with who tried to pay them since an instant.
    ///
    /// # Errors
    /// Whatever keeps the database from answering: never an absence.
    pub fn session_terms<'a>(
        &'a self,
        scope: &'a Scope,
        positions: Vec<DebtPositionId>,
        since: Instant,
    ) -> Answer<'a, SessionTerms> {
        Box::pin(async move {
            let (own, known) = (scope.clone(), self.institutions().clone());
            self.read(scope, move |db| Box::pin(read(db, known, own, positions, since))).await
        })
    }
}

async fn read(
    mut db: Db<'_>,
    known: KnownInstitutions,
    scope: Scope,
    positions: Vec<DebtPositionId>,
    since: Instant,
) -> Result<SessionTerms, StoreError> {
    let mut rest = positions.into_iter();
    let first = rest.next();
    let (institution, found) = together!(
        &mut db,
        |db| institution::by_id(db, known.clone(), scope.institution()),
        |db| one(db, scope.clone(), first, since),
    )?;
    let mut terms = SessionTerms { institution, positions: Vec::new() };
    if first.is_some() {
        terms.positions.push(found);
    }
    for id in rest {
        terms.positions.push(one(db.reborrow(), scope.clone(), Some(id), since).await?);
    }
    Ok(terms)
}

async fn one(
    db: Db<'_>,
    scope: Scope,
    id: Option<DebtPositionId>,
    since: Instant,
) -> Result<Option<PositionInUse>, StoreError> {
    match id {
        Some(id) => in_use::by_id(db, scope, id, since).await,
        None => Ok(None),
    }
}
