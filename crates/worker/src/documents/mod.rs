// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices and receipts of many debt positions are drawn into one file. A process claims one batch at a time, works on it for some
//! seconds, and leaves it to whoever is next: itself, most often. Whatever it has drawn is written together with how far the batch is, so
//! that whoever takes over begins there.

mod draw;
mod end;
mod list;
mod slice;
mod stretch;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tramite_domain::ids::DocumentBatchId;
use tramite_storage::{ClaimedDocuments, Scope, StoreError};
use uuid::Uuid;

use crate::clock::Clock;
use crate::failure::{code, is_outage};
use crate::guard::guarded;
use crate::pace::{DOCUMENT_FAILURES_MAX, DOCUMENT_LEASE_SECONDS};
use crate::pass::Pass;
use crate::worker::Worker;

use slice::Slice;

/// What draws documents.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    /// How often in a row the work on a batch failed although the database was there.
    failures: Mutex<HashMap<DocumentBatchId, u32>>,
}

/// A batch that was claimed, and under which name: each claim has its own.
#[derive(Debug, Clone, Copy)]
struct Claim {
    documents: ClaimedDocuments,
    holder: Uuid,
}

impl Claim {
    const fn id(&self) -> DocumentBatchId {
        self.documents.id
    }

    const fn scope(&self) -> Scope {
        Scope::of_worker(self.documents.institution)
    }

    /// Renews it; whether it still holds.
    async fn renew(self, worker: &Worker, clock: Clock<'_>) -> Result<bool, StoreError> {
        let system = worker.store.system();
        system.renew_documents(self.documents, self.holder, clock.now(), DOCUMENT_LEASE_SECONDS).await
    }
}

impl Documents {
    /// Notes that the work on a batch failed; how often it did so in a row.
    fn failed(&self, id: DocumentBatchId) -> u32 {
        let mut all = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(id).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// Notes that something of a batch was done, or that it is over.
    fn served(&self, id: DocumentBatchId) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Takes over what was left by a process that was killed, where there is one process alone.
    pub(crate) async fn take_over(&self, worker: &Worker) {
        if let Err(error) = worker.store.system().take_over_documents().await {
            tracing::warn!(code = code(&error), cause = %error, "documents that were left come back by their time");
        }
    }
}

/// Works on the batch that was served the longest ago, for a while.
pub(crate) async fn make(worker: &Worker, documents: &Documents, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let (system, holder) = (worker.store.system(), worker.world.id());
    let claimed = system.claim_documents(clock.now(), holder, DOCUMENT_LEASE_SECONDS).await?;
    let Some(claimed) = claimed else { return Ok(Pass::default()) };
    let claim = Claim { documents: claimed, holder };
    let outcome = guarded(slice::work(worker, claim, clock)).await;
    let outcome = match outcome {
        Ok(Slice { drawn, more }) => {
            documents.served(claim.id());
            Ok(Pass { found: usize::from(more), done: drawn, failed: None })
        }
        Err(error) => given_up(worker, documents, claim, error, clock).await,
    };
    // Where that does not succeed, the claim ends by its time.
    system.release_documents(claimed, holder).await?;
    outcome
}

/// What fails again and again for a reason that does not pass ends its batch: it would be in the way of others.
async fn given_up(
    worker: &Worker,
    documents: &Documents,
    claim: Claim,
    error: StoreError,
    clock: Clock<'_>,
) -> Result<Pass, StoreError> {
    // Somebody else moved it: it was cancelled, or another worker goes on with it.
    if matches!(error, StoreError::Conflict) {
        return Ok(Pass::default());
    }
    if !is_outage(&error) && documents.failed(claim.id()) >= DOCUMENT_FAILURES_MAX {
        tracing::error!(batch = %claim.id(), code = code(&error), cause = %error, "a file of documents was given up");
        end::give_up(worker, claim, clock).await?;
        documents.served(claim.id());
    }
    Err(error)
}
