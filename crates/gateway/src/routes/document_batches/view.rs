// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a batch of documents.

use serde::Serialize;
use tramite_domain::document_batch::{BatchFailure, BatchKind, BatchStatus, DocumentBatch};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::convention::Etag;
use crate::words;

/// Documents of many debt positions that are made into one file, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentBatch, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e50", "status": "running", "is_final": false, "kind": "notice", "format": "pdf",
    "language": "it", "import_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40",
    "counts": {"total": 4000, "drawn": 1990, "skipped": 10}, "documents_per_second": 50,
    "estimated_end_at": "2026-09-01T08:31:22Z", "created_at": "2026-09-01T08:30:00Z",
    "started_at": "2026-09-01T08:30:02Z", "updated_at": "2026-09-01T08:30:42Z",
}))]
pub(super) struct DocumentBatchView {
    #[schema(value_type = words::Id)]
    id: String,
    #[schema(value_type = words::DocumentBatchStatus)]
    status: &'static str,
    /// Whether nothing more will come of it.
    is_final: bool,
    #[schema(value_type = words::DocumentKind)]
    kind: &'static str,
    #[schema(value_type = words::DocumentForm)]
    format: &'static str,
    /// The languages of the notices; receipts have none to choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::NoticeLanguage>)]
    language: Option<&'static str>,
    /// The import whose debt positions they are, where it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    import_id: Option<String>,
    counts: DocumentCountsView,
    /// Why there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<DocumentFailureView>,
    /// The file, once it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<DocumentFileView>,
    /// How fast it is, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RowCount>)]
    documents_per_second: Option<u64>,
    /// When it will be over at this speed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    estimated_end_at: Option<Instant>,
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    started_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    finished_at: Option<Instant>,
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// How many debt positions came to what.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentCounts)]
pub(super) struct DocumentCountsView {
    /// Those that were named.
    #[schema(value_type = words::ItemCount)]
    total: u32,
    /// Those of which a document is in the file.
    #[schema(value_type = words::ItemCount)]
    drawn: u32,
    /// Those of which there is none.
    #[schema(value_type = words::ItemCount)]
    skipped: u32,
}

/// Why there is no file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentFailure)]
pub(super) struct DocumentFailureView {
    #[schema(value_type = words::StableCode)]
    code: String,
    #[schema(value_type = words::Sentence)]
    detail: String,
}

/// A file of documents.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DocumentFile)]
pub(super) struct DocumentFileView {
    #[schema(value_type = words::GatheredBytes)]
    bytes: u64,
    /// How many pages the documents have.
    #[schema(value_type = words::ItemCount)]
    pages: u32,
    /// Until when it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    kept_until: Option<Instant>,
}

impl DocumentBatchView {
    /// The batch as it is now.
    pub(super) fn of(batch: &DocumentBatch) -> Self {
        // Once it has gone nothing says until when it is kept.
        let file = &batch.file;
        let done = batch.status == BatchStatus::Completed && file.kept_until.is_some();
        Self {
            id: batch.id.to_string(),
            status: batch.status.name(),
            is_final: batch.status.is_final(),
            kind: batch.kind.name(),
            format: batch.form.name(),
            language: (batch.kind == BatchKind::Notice).then(|| batch.language.name()),
            import_id: batch.import_id.map(|id| id.to_string()),
            counts: DocumentCountsView { total: batch.total, drawn: batch.drawn, skipped: batch.skipped },
            failure: batch.failure.as_ref().map(DocumentFailureView::of),
            file: done.then_some(DocumentFileView {
                bytes: file.bytes,
                pages: file.pages,
                kept_until: file.kept_until,
            }),
            documents_per_second: batch.per_second(),
            estimated_end_at: estimated_end(batch),
            created_at: batch.created_at,
            started_at: batch.started_at,
            finished_at: batch.finished_at,
            updated_at: batch.updated_at,
        }
    }
}

impl DocumentFailureView {
    fn of(failure: &BatchFailure) -> Self {
        Self { code: failure.code.clone(), detail: failure.detail.clone() }
    }
}

/// When it is over if it goes on as fast as so far; unknown before there is a speed.
fn estimated_end(batch: &DocumentBatch) -> Option<Instant> {
    if batch.status != BatchStatus::Running {
        return None;
    }
    let left = u64::from(batch.total.saturating_sub(batch.done()));
    let seconds = left.checked_div(batch.per_second()?.max(1))?;
    Some(batch.updated_at.plus_seconds(i64::try_from(seconds).ok()?))
}

/// The entity tag of a batch.
pub(super) fn etag_of(batch: &DocumentBatch) -> Etag {
    Etag::of(batch.version, batch.status.name())
}
