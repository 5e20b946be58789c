// SPDX-License-Identifier: AGPL-3.0-or-later
//! Journal and audit beyond a tenant's transaction: what was buffered, and what belongs to no known institution.

use std::sync::Arc;

use tramite_domain::audit::AuditLine;
use tramite_domain::ids::InstitutionId;

use super::SystemScope;
use crate::column::NIL;
use crate::commit::{self, JournalLine};
use crate::db::Db;
use crate::error::StoreError;
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// Adds lines to the journal; those without institution are the platform's. Lines that are there already stay as
    /// they are, so a flush may be repeated.
    ///
    /// # Errors
    /// Whatever keeps the database from writing; then none is added.
    pub fn append_journal(&self, entries: Arc<[JournalLine]>) -> Answer<'_, ()> {
        Box::pin(async move {
            if entries.is_empty() {
                return Ok(());
            }
            self.store.write(Who::System, entries, |db, entries| Box::pin(append(db, entries))).await
        })
    }

    /// Adds a line to the audit trail; one without institution is the platform's.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn audit(&self, institution: Option<InstitutionId>, line: AuditLine) -> Answer<'_, ()> {
        Box::pin(async move {
            let institution = institution.unwrap_or(NIL);
            self.store
                .write(Who::System, (institution, line), |db, (institution, line)| {
                    Box::pin(audit(db, *institution, line))
                })
                .await
        })
    }
}

async fn append(mut db: Db<'_>, entries: &[JournalLine]) -> Result<(), StoreError> {
    commit::journal_lines(&mut db, entries).await
}

async fn audit(mut db: Db<'_>, institution: InstitutionId, line: &AuditLine) -> Result<(), StoreError> {
    commit::audit(&mut db, institution, line).await
}
