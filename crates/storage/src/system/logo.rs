// SPDX-License-Identifier: AGPL-3.0-or-later
//! The logos of institutions, as operators see and write them. They do it as the institution itself: of pictures nothing is open
//! across tenants.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::KeptLogo;

use super::SystemScope;
use crate::error::StoreError;
use crate::scope::Scope;
use crate::store::Answer;

impl SystemScope {
    /// The logo of that institution; none where it has none, or is not there.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn logo(&self, institution: InstitutionId) -> Answer<'_, Option<KeptLogo>> {
        Box::pin(async move { self.store.logo(&Scope::of_registry(institution)).await })
    }

    /// Writes the logo of an institution, with the lines of its trail about the same decision.
    ///
    /// # Errors
    /// `Conflict` when another logo is there than was expected; a failure for a batch that writes anything else.
    pub fn commit_logo(&self, institution: InstitutionId, batch: Batch) -> Answer<'_, ()> {
        Box::pin(async move {
            if !batch.writes().iter().all(is_of_logo) {
                return Err(StoreError::failed("the batch writes more than a logo"));
            }
            self.store.commit(&Scope::of_registry(institution), batch).await
        })
    }
}

const fn is_of_logo(write: &Write) -> bool {
    matches!(write, Write::PutLogo { .. } | Write::RemoveLogo { .. } | Write::InsertAudit(_))
}
