// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a position's terms rest on: institution, service, and the position that is there already; on one snapshot.

use std::sync::Arc;

use tramite_domain::debt_position::DebtPosition;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::institution::Institution;
use tramite_domain::service::Service;

use super::institution::{self, KnownInstitutions};
use super::{position, service};
use crate::Store;
use crate::db::{Db, together};
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

/// What a position's terms rest on.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The institution of the scope.
    pub institution: Arc<Institution>,
    /// The service, where it exists for the scope.
    pub service: Option<Service>,
    /// The position under the caller's own key.
    pub existing: Option<DebtPosition>,
}

impl Store {
    /// What the terms of a position of that service rest on, with the position of that key, where one is asked for.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn terms<'a>(
        &'a self,
        scope: &'a Scope,
        service: &'a ServiceCode,
        external_id: Option<&'a ExternalId>,
    ) -> Answer<'a, Terms> {
        Box::pin(async move {
            let (own, service, key) = (scope.clone(), service.clone(), external_id.cloned());
            let known = self.institutions().clone();
            self.read(scope, move |db| Box::pin(read(db, known, own, service, key))).await
        })
    }
}

async fn read(
    db: Db<'_>,
    known: KnownInstitutions,
    scope: Scope,
    code: ServiceCode,
    external_id: Option<ExternalId>,
) -> Result<Terms, StoreError> {
    let (institution, service, existing) = together!(
        db,
        |db| institution::by_id(db, known.clone(), scope.institution()),
        |db| service::by_code(db, scope.clone(), code.clone()),
        |db| position::by_external_id(db, scope.clone(), code.clone(), external_id.clone()),
    )?;
    Ok(Terms { institution, service, existing })
}
