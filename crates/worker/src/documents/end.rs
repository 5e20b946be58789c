// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a batch of documents ends: with the last bytes of its file, or because it leads to nothing.

use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tramite_documents::DocumentError;
use tramite_documents::gather::{self, Whole};
use tramite_domain::document_batch::{
    BatchFailure, BatchFile, BatchForm, BatchKind, DocumentBatch, fail, finish as finished,
};
use tramite_storage::{DocumentPart, StoreError};

use super::Claim;
use super::list::{self, list};
use super::stretch::{defect, form_of, gathered};
use crate::clock::Clock;
use crate::worker::Worker;

/// The language of the title of a file.
const LANGUAGE: &str = "it";

/// What keeps the end of a file from being written.
enum Unended {
    Store(StoreError),
    Document(DocumentError),
}

impl From<StoreError> for Unended {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<DocumentError> for Unended {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

/// Writes the end of the file; where there is no document of any debt position, there is no file.
pub(super) async fn finish(
    worker: &Worker,
    claim: Claim,
    batch: &DocumentBatch,
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    let (scope, at) = (claim.scope(), clock.now());
    if batch.drawn == 0 {
        let (after, writes) = worker.decide(at, |given| finished(given, batch, batch.file.clone()));
        worker.store.commit(&scope, writes).await?;
        told(&after);
        return Ok(());
    }
    // What is written has the row that a claim is renewed in: only what comes before it is done beside that.
    let bytes = match claim.beside(worker, clock, ending(worker, claim, batch)).await {
        Ok(bytes) => bytes,
        Err(Unended::Document(error)) if error.is_too_large() => {
            return too_large(worker, claim, batch, clock).await.map(drop);
        }
        Err(Unended::Document(error)) => return Err(defect(error)),
        Err(Unended::Store(error)) => return Err(error),
    };
    let file = BatchFile {
        parts: batch.file.parts.saturating_add(1),
        bytes: batch.file.bytes.saturating_add(u64::try_from(bytes.len()).map_err(defect)?),
        mark: None,
        ..batch.file.clone()
    };
    let part = DocumentPart { batch: batch.id, place: batch.file.parts, bytes, index: Vec::new(), at };
    let (after, writes) = worker.decide(at, |given| finished(given, batch, file));
    worker.store.commit_document_part(&scope, writes, &part).await?;
    told(&after);
    Ok(())
}

async fn ending(worker: &Worker, claim: Claim, batch: &DocumentBatch) -> Result<Vec<u8>, Unended> {
    let scope = claim.scope();
    let added = match batch.form {
        BatchForm::Zip => Some(list(worker, &scope, batch).await?),
        BatchForm::Pdf => None,
    };
    let (store, runtime, before) = (worker.store.clone(), Handle::current(), gathered(batch)?);
    let (id, parts, form, kind, written_at) =
        (batch.id, batch.file.parts, form_of(batch.form), batch.kind, batch.created_at);
    let ended = spawn_blocking(move || {
        let index = |place: u32| {
            let found = runtime.block_on(store.document_index(&scope, id, place)).map_err(Unended::Store)?;
            found.ok_or_else(|| Unended::Store(StoreError::Failed("a part of a file of documents is missing".into())))
        };
        let added = added.as_deref().map(|bytes| (list::NAME, bytes));
        let whole = Whole { title: title(kind), language: LANGUAGE, written_at, added };
        gather::ending(form, &before, (0..parts).map(index), &whole)
    });
    ended.await.map_err(|broken| Unended::Store(defect(broken)))?
}

/// How one PDF of all documents is called.
const fn title(kind: BatchKind) -> &'static str {
    match kind {
        BatchKind::Notice => "Avvisi di pagamento",
        BatchKind::Receipt => "Quietanze di pagamento",
    }
}

/// A batch whose documents no file holds.
pub(super) async fn too_large(
    worker: &Worker,
    claim: Claim,
    batch: &DocumentBatch,
    clock: Clock<'_>,
) -> Result<DocumentBatch, StoreError> {
    let detail = "the documents are too large for one file: ask for fewer debt positions at a time";
    failed(worker, claim, batch, ("file_too_large", detail), clock).await
}

/// A batch whose work leads to nothing any more.
pub(super) async fn give_up(worker: &Worker, claim: Claim, clock: Clock<'_>) -> Result<(), StoreError> {
    let found = worker.store.document_batch(&claim.scope(), claim.id()).await?;
    let Some(batch) = found.filter(|batch| !batch.status.is_final()) else { return Ok(()) };
    let detail = "something is wrong on our side, and was written down";
    match failed(worker, claim, &batch, ("internal_error", detail), clock).await {
        // It was cancelled in this very moment, or another worker goes on with it.
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn failed(
    worker: &Worker,
    claim: Claim,
    batch: &DocumentBatch,
    (code, detail): (&str, &str),
    clock: Clock<'_>,
) -> Result<DocumentBatch, StoreError> {
    let failure = BatchFailure { code: code.to_owned(), detail: detail.to_owned() };
    let (after, writes) = worker.decide(clock.now(), |given| fail(given, batch, failure));
    worker.store.commit(&claim.scope(), writes).await?;
    told(&after);
    Ok(after)
}

fn told(batch: &DocumentBatch) {
    let (status, documents, skipped) = (batch.status.name(), batch.drawn, batch.skipped);
    tracing::info!(batch = %batch.id, status, documents, skipped, bytes = batch.file.bytes, "a file of documents is over");
}
