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
    let Some(first) = rest.next() else {
        let institution = institution::by_id(db, known, scope.institution()).await?;
        return Ok(SessionTerms { institution, positions: Vec::new() });
    };
    // Most sessions have one item: then this is all, and it is asked at once.
    let (institution, found) = together!(
        &mut db,
        |db| institution::by_id(db, known.clone(), scope.institution()),
        |db| in_use::by_id(db, scope.clone(), first, since),
    )?;
    let mut positions = vec![found];
    for id in rest {
        positions.push(in_use::by_id(db.reborrow(), scope.clone(), id, since).await?);
    }
    Ok(SessionTerms { institution, positions })
}
