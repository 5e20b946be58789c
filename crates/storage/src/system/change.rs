// SPDX-License-Identifier: AGPL-3.0-or-later
//! What goes with every change of the registry, in the same transaction: audit lines, events, the answer to replay.

use tramite_domain::audit::AuditLine;
use tramite_domain::event::Event;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::NIL;
use crate::commit;
use crate::db::Db;
use crate::error::StoreError;
use crate::idempotency::{self, IdempotencyKey, IdempotencyRecord, Kept, OPERATORS, RecordRow};
use crate::store::Answer;

/// What goes with a change of the registry.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Who did what; lines without institution are the platform's.
    pub audit: Vec<(Option<InstitutionId>, AuditLine)>,
    /// Events in the feeds of institutions: a grant is one.
    pub events: Vec<(InstitutionId, Event)>,
    /// The answer to replay.
    pub record: Option<OperatorRecord>,
}

/// The answer to an operator's request.
#[derive(Debug, Clone)]
pub struct OperatorRecord {
    /// The operator's client.
    pub client_id: ClientId,
    /// The answer.
    pub record: IdempotencyRecord,
}

/// A change whose record is sealed.
pub(super) struct Ready {
    record: Option<RecordRow>,
    audit: Vec<(InstitutionId, AuditLine)>,
    events: Vec<(InstitutionId, Event)>,
}

impl Ready {
    /// The record is the first insert: a twin waits on it.
    pub(super) async fn begin(&self, db: &mut Db<'_>) -> Result<(), StoreError> {
        match &self.record {
            Some(row) => idempotency::insert(db, row).await,
            None => Ok(()),
        }
    }

    pub(super) async fn finish(&self, db: &mut Db<'_>) -> Result<(), StoreError> {
        for (institution, line) in &self.audit {
            commit::audit(db, *institution, line).await?;
        }
        for (institution, event) in &self.events {
            commit::event(db, *institution, event).await?;
        }
        Ok(())
    }
}

impl SystemScope {
    pub(super) async fn ready(&self, change: Change) -> Result<Ready, StoreError> {
        let record = match change.record {
            None => None,
            Some(OperatorRecord { client_id, record }) => {
                Some(self.store.record_row(Kept { institution: OPERATORS, client: client_id, record }).await?)
            }
        };
        let audit = change.audit.into_iter().map(|(institution, line)| (institution.unwrap_or(NIL), line)).collect();
        Ok(Ready { record, audit, events: change.events })
    }

    /// The answer given to an operator under a key.
    ///
    /// # Errors
    /// As [`crate::Store::idempotent_answer`].
    pub fn idempotent_answer<'a>(
        &'a self,
        client: ClientId,
        key: &'a IdempotencyKey,
        now: Instant,
    ) -> Answer<'a, Option<IdempotencyRecord>> {
        Box::pin(async move { self.store.kept_answer(OPERATORS, client, key, now).await })
    }
}
