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
        // Why there is none is told as long as a file would be kept.
        let after = DocumentBatch { failure: Some(failure), ..kept(batch, given.now) };
        return ended(given, batch, after, BatchStatus::Failed);
    }
    let after = kept(&DocumentBatch { file, ..batch.clone() }, given.now);
    let (after, writes) = ended(given, batch, after, BatchStatus::Completed);
    (after, writes.with(Write::ConfirmSlips { batch: batch.id }))
}

/// There will be no file.
pub fn fail(given: &mut Given<'_>, batch: &DocumentBatch, failure: BatchFailure) -> (DocumentBatch, Batch) {
    let after = DocumentBatch { failure: Some(failure), ..given_up(batch, given.now) };
    let (after, writes) = ended(given, batch, after, BatchStatus::Failed);
    (after, writes.with(Write::ThawSlips { batch: batch.id }))
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
    let thawed = Write::ThawSlips { batch: batch.id };
    Ok((after, writes.with(thawed).with(Write::InsertAudit(line))))
}

/// Its client needs its file no more: one that is not over is cancelled, and what is kept of it goes with the next upkeep. Nothing
/// happens where it went before.
///
/// # Errors
/// None that a state of it could give.
pub fn remove(given: &mut Given<'_>, batch: &DocumentBatch) -> Result<Batch, Refusal> {
    if !batch.status.is_final() {
        return cancel(given, batch).map(|(_, writes)| writes);
    }
    if batch.file.kept_until.is_none_or(|until| until <= given.now) {
        return Ok(Batch::new());
    }
    let (_, writes) = written(batch, given_up(batch, given.now), given.now);
    let line = AuditLine::of(given, "document_batch.removed", format!("document batch {}", batch.id));
    Ok(writes.with(Write::InsertAudit(line)))
}

/// So long its file is kept, and what became of its debt positions.
fn kept(batch: &DocumentBatch, now: Instant) -> DocumentBatch {
    let kept_until = Some(now.plus_seconds(KEPT_DAYS * 86_400));
    let file = BatchFile { kept_until, mark: None, ..batch.file.clone() };
    DocumentBatch { file, ..batch.clone() }
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
