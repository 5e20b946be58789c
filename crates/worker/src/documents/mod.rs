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
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;
use tramite_domain::ids::DocumentBatchId;
use tramite_storage::{ClaimedDocuments, Scope, StoreError};
use uuid::Uuid;

use crate::clock::Clock;
use crate::failure::{code, is_outage};
use crate::guard::guarded;
use crate::pace::{DOCUMENT_LEASE_SECONDS, DOCUMENT_RENEW_SECONDS, DOCUMENT_TRIES_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

use slice::Slice;

/// What draws documents.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    /// How often the work on a batch began since something of it was done.
    vain: Mutex<HashMap<DocumentBatchId, u32>>,
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

    /// Renews it as long as some work lasts. Where that does not succeed the work goes on: whoever has lost the claim writes nothing.
    async fn beside<T>(self, worker: &Worker, clock: Clock<'_>, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            match timeout(Duration::from_secs(DOCUMENT_RENEW_SECONDS), work.as_mut()).await {
                Ok(done) => return done,
                Err(_) => {
                    if let Err(error) = self.renew(worker, clock).await {
                        tracing::warn!(code = code(&error), cause = %error, "a claim of documents is not renewed");
                    }
                }
            }
        }
    }
}

impl Documents {
    /// Notes that the work on a batch begins; how often it did so since something of it was done. Who breaks off, or is dropped by
    /// the time of its pass, can note nothing afterwards.
    fn begun(&self, id: DocumentBatchId) -> u32 {
        let mut all = self.vain.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(id).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// Notes that something of a batch was done, that it is over, or that its work could not go on for no fault of its own.
    fn served(&self, id: DocumentBatchId) {
        self.vain.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
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
    let outcome = if documents.begun(claim.id()) > DOCUMENT_TRIES_MAX {
        documents.served(claim.id());
        tracing::error!(batch = %claim.id(), "a file of documents was given up: its work leads to nothing");
        end::give_up(worker, claim, clock).await.map(|()| Pass::default())
    } else {
        guarded(slice::work(worker, documents, claim, clock)).await.map(|Slice { drawn, more }| {
            documents.served(claim.id());
            Pass { found: usize::from(more), done: drawn, failed: None }
        })
    };
    let outcome = match outcome {
        // Somebody else moved it: it was cancelled, or another worker goes on with it.
        Err(StoreError::Conflict) => Ok(Pass::default()),
        Err(error) if is_outage(&error) => {
            documents.served(claim.id());
            Err(error)
        }
        other => other,
    };
    // Where that does not succeed, the claim ends by its time.
    system.release_documents(claimed, holder).await?;
    outcome
}
