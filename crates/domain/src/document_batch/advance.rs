// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a file of documents goes on, and how it ends.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::refusal::Refusal;
use crate::time::Instant;

use super::{BatchDocument, BatchFailure, BatchFile, BatchStatus, DocumentBatch, DocumentOutcome, KEPT_DAYS};

/// What a stretch of a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drawn {
    /// What became of its debt positions.
    pub documents: Vec<BatchDocument>,
    /// The file as it is with them.
    pub file: BatchFile,
}

/// It begins, or goes on after a crash.
#[must_use]
pub fn begin(batch: &DocumentBatch, now: Instant) -> (DocumentBatch, Batch) {
    let started_at = batch.started_at.or(Some(now));
    written(batch, DocumentBatch { status: BatchStatus::Running, started_at, ..batch.clone() }, now)
}

/// A stretch is done: its part of the file is kept with it.
#[must_use]
pub fn advance(batch: &DocumentBatch, drawn: Drawn, now: Instant) -> (DocumentBatch, Batch) {
    let count = |outcome| {
        let those = drawn.documents.iter().filter(|one| one.outcome == outcome).count();
        u32::try_from(those).unwrap_or(u32::MAX)
    };
    let after = DocumentBatch {
        drawn: batch.drawn.saturating_add(count(DocumentOutcome::Drawn)),
        skipped: batch.skipped.saturating_add(count(DocumentOutcome::Skipped)),
        file: drawn.file,
        ..batch.clone()
    };
    let (after, writes) = written(batch, after, now);
    let told = Write::TellBatchDocuments { batch: after.id, documents: drawn.documents };
    (after, writes.with(told))
}

/// All debt positions are done. Where there was no document of any there is no file; else its last part is kept with it.
pub fn finish(given: &mut Given<'_>, batch: &DocumentBatch, file: BatchFile) -> (DocumentBatch, Batch) {
    if batch.drawn == 0 {
        let failure = BatchFailure {
            code: "no_documents".to_owned(),
            detail: "there is no document of any of the debt positions".to_owned(),
        };
        return fail(given, batch, failure);
    }
    let kept_until = Some(given.now.plus_seconds(KEPT_DAYS * 86_400));
    let after = DocumentBatch { file: BatchFile { kept_until, ..file }, ..batch.clone() };
    ended(given, batch, after, BatchStatus::Completed)
}

/// There will be no file.
pub fn fail(given: &mut Given<'_>, batch: &DocumentBatch, failure: BatchFailure) -> (DocumentBatch, Batch) {
    let after = DocumentBatch { failure: Some(failure), ..given_up(batch, given.now) };
    ended(given, batch, after, BatchStatus::Failed)
}

/// Its client stops it.
///
/// # Errors
/// `DocumentBatchState` when it is over.
pub fn cancel(given: &mut Given<'_>, batch: &DocumentBatch) -> Result<(DocumentBatch, Batch), Refusal> {
    if batch.status == BatchStatus::Cancelled {
        return Ok((batch.clone(), Batch::new()));
    }
    if batch.status.is_final() {
        return Err(Refusal::DocumentBatchState { status: batch.status });
    }
    let after = given_up(batch, given.now);
    let (after, writes) = ended(given, batch, after, BatchStatus::Cancelled);
    let line = AuditLine::of(given, "document_batch.cancelled", format!("document batch {}", batch.id));
    Ok((after, writes.with(Write::InsertAudit(line))))
}

/// What was written of the file need not be kept.
fn given_up(batch: &DocumentBatch, now: Instant) -> DocumentBatch {
    let file = BatchFile { kept_until: Some(now), mark: None, ..batch.file.clone() };
    DocumentBatch { file, ..batch.clone() }
}

fn ended(
    given: &mut Given<'_>,
    batch: &DocumentBatch,
    after: DocumentBatch,
    status: BatchStatus,
) -> (DocumentBatch, Batch) {
    let after = DocumentBatch { status, finished_at: Some(given.now), ..after };
    let (after, writes) = written(batch, after, given.now);
    let event = Event {
        id: given.id(),
        kind: EventKind::DocumentBatchFinished,
        at: given.now,
        // Files of documents belong to the client that asked for them.
        client_id: Some(batch.created_by),
        data: EventData {
            document_batch_id: Some(batch.id),
            status: Some(status.name().to_owned()),
            previous_status: Some(batch.status.name().to_owned()),
            ..EventData::default()
        },
    };
    (after, writes.with(Write::InsertEvent(Box::new(event))))
}

fn written(before: &DocumentBatch, after: DocumentBatch, now: Instant) -> (DocumentBatch, Batch) {
    let after = DocumentBatch { version: before.version.saturating_add(1), updated_at: now, ..after };
    let write = Write::UpdateDocumentBatch { batch: Box::new(after.clone()), expected: before.version };
    (after, Batch::new().with(write))
}
