// SPDX-License-Identifier: AGPL-3.0-or-later
//! The work on one batch for a while: stretch after stretch, and the end of the file after the last one.

use std::time::{Duration, Instant};

use tramite_domain::document_batch::{BatchStatus, DocumentBatch, begin};
use tramite_storage::StoreError;

use super::draw::Ground;
use super::end::finish;
use super::stretch::stretch;
use super::{Claim, Documents};
use crate::clock::Clock;
use crate::pace::DOCUMENT_SECONDS_MAX;
use crate::worker::Worker;

/// What a slice of work came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Slice {
    /// Debt positions that are done.
    pub(super) drawn: usize,
    /// Whether more is to be done with the batch.
    pub(super) more: bool,
}

/// Works on a claimed batch until it is over, or its time. The claim is renewed with each stretch; whoever has lost it all the same
/// writes nothing, for the version was raised.
pub(super) async fn work(
    worker: &Worker,
    documents: &Documents,
    claim: Claim,
    clock: Clock<'_>,
) -> Result<Slice, StoreError> {
    let (scope, begun) = (claim.scope(), Instant::now());
    let found = worker.store.document_batch(&scope, claim.id()).await?;
    let Some(mut batch) = found.filter(|batch| !batch.status.is_final()) else { return Ok(Slice::default()) };
    if batch.status == BatchStatus::Queued {
        batch = begun_with(worker, claim, &batch, clock).await?;
    }
    let ground = Ground::read(worker, &scope).await?;
    let mut drawn = 0_usize;
    while batch.done() < batch.total {
        if !claim.renew(worker, clock).await? {
            return Ok(Slice { drawn, more: false });
        }
        if begun.elapsed() >= Duration::from_secs(DOCUMENT_SECONDS_MAX) {
            return Ok(Slice { drawn, more: true });
        }
        let before = batch.done();
        batch = stretch(worker, claim, &ground, batch, clock).await?;
        documents.served(claim.id());
        if batch.status.is_final() {
            return Ok(Slice { drawn, more: false });
        }
        drawn = drawn.saturating_add(usize::try_from(batch.done().saturating_sub(before)).unwrap_or(0));
    }
    finish(worker, claim, &batch, clock).await?;
    Ok(Slice { drawn, more: false })
}

async fn begun_with(
    worker: &Worker,
    claim: Claim,
    batch: &DocumentBatch,
    clock: Clock<'_>,
) -> Result<DocumentBatch, StoreError> {
    let (after, writes) = begin(batch, clock.now());
    worker.store.commit(&claim.scope(), writes).await?;
    Ok(after)
}
