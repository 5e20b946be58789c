// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of an import.

use data_encoding::HEXLOWER;
use serde::Serialize;
use tramite_domain::import::{Counts, FileEncoding, Import, ImportFailure, ImportFile, ImportPhase, ImportStatus};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::convention::Etag;
use crate::words;

/// The longest sentence that is told of a file, in characters (a full stop may follow), and the longest name out of it.
pub(super) use tramite_domain::import::{COLUMN_CHARS_MAX as NAME_CHARS_MAX, DETAIL_CHARS_MAX};

/// A file of debt positions that is loaded, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Import, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e40", "status": "running", "is_final": false, "phase": "loading",
    "file": {
        "file_name": "tari-2026.csv", "format": "csv", "layout": "tramite", "encoding": "windows-1252", "bytes": 1834211,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "service_code": "TARI", "publish": true, "dry_run": false, "on_error": "skip", "rows_total": 12000,
    "counts": {
        "read": 6000, "loaded": 5900, "updated": 80, "unchanged": 10, "cancelled": 3, "rejected": 7, "skipped": 0,
    },
    "rows_per_second": 3000, "estimated_end_at": "2026-09-01T08:30:06Z", "created_at": "2026-09-01T08:30:00Z",
    "started_at": "2026-09-01T08:30:02Z", "updated_at": "2026-09-01T08:30:04Z",
}))]
pub(super) struct ImportView {
    #[schema(value_type = words::Id)]
    id: String,
    #[schema(value_type = words::ImportStatus)]
    status: &'static str,
    /// Whether nothing more will come of it.
    is_final: bool,
    /// What it is at; of one that is over, what it was at last.
    #[schema(value_type = words::ImportPhase)]
    phase: &'static str,
    file: ImportFileView,
    /// The service of rows that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<String>,
    /// Whether debt positions are published at once, where a row does not say it.
    publish: bool,
    /// Whether nothing is loaded: the rows tell what would be.
    dry_run: bool,
    #[schema(value_type = words::OnError)]
    on_error: &'static str,
    /// Why nothing, or nothing more, was loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<ImportFailureView>,
    /// Rows of the file without its header, once they are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RowCount>)]
    rows_total: Option<u64>,
    counts: ImportCountsView,
    /// How many rows it goes through in a second, on average; one that is checked before it is loaded counts twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RowCount>)]
    rows_per_second: Option<u64>,
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

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportFile)]
pub(super) struct ImportFileView {
    /// Its name as the sender had it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FileName>)]
    file_name: Option<String>,
    #[schema(value_type = words::FileFormat)]
    format: &'static str,
    #[schema(value_type = words::FileLayout)]
    layout: &'static str,
    /// How the characters of a CSV were read, once that is known. A file that is partly UTF-8 and partly not is loaded in neither way: it
    /// fails with `mixed_encoding`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FileEncoding>)]
    encoding: Option<&'static str>,
    #[schema(value_type = words::FileBytes)]
    bytes: u64,
    #[schema(value_type = words::Sha256Hex)]
    sha256: String,
    /// Until when it is kept, once the import is over: so long reports are made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    kept_until: Option<Instant>,
}

/// Why a file cannot be read, or is loaded no further.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportFailure)]
pub(super) struct ImportFailureView {
    #[schema(value_type = words::StableCode)]
    code: String,
    #[schema(value_type = words::Sentence)]
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::LineNumber>)]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ColumnName>)]
    column: Option<String>,
}

/// How many rows came to what. While an import only checks, these are the rows that would.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportCounts)]
pub(super) struct ImportCountsView {
    /// Rows that were read.
    #[schema(value_type = words::RowCount)]
    read: u64,
    /// Rows of new debt positions.
    #[schema(value_type = words::RowCount)]
    loaded: u64,
    /// Rows that gave a debt position new terms.
    #[schema(value_type = words::RowCount)]
    updated: u64,
    /// Rows that said what was there already.
    #[schema(value_type = words::RowCount)]
    unchanged: u64,
    /// Rows that cancelled something.
    #[schema(value_type = words::RowCount)]
    cancelled: u64,
    /// Rows that are wrong.
    #[schema(value_type = words::RowCount)]
    rejected: u64,
    /// Rows that are right, beside a wrong one of the same debt position.
    #[schema(value_type = words::RowCount)]
    skipped: u64,
}

impl ImportView {
    /// The import as it is now.
    pub(super) fn of(import: &Import) -> Self {
        Self {
            id: import.id.to_string(),
            status: import.status.name(),
            is_final: import.status.is_final(),
            phase: import.phase.name(),
            file: ImportFileView::of(&import.file, import.file_encoding),
            service_code: import.service_code.as_ref().map(ToString::to_string),
            publish: import.publish,
            dry_run: import.dry_run,
            on_error: import.on_error.name(),
            failure: import.failure.as_ref().map(ImportFailureView::of),
            rows_total: import.rows_total,
            counts: ImportCountsView::of(import.counts),
            rows_per_second: import.rows_per_second(),
            estimated_end_at: estimated_end(import),
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
            updated_at: import.updated_at,
        }
    }
}

impl ImportFileView {
    fn of(file: &ImportFile, encoding: Option<FileEncoding>) -> Self {
        Self {
            file_name: file.name.clone(),
            format: file.format.name(),
            layout: file.layout.name(),
            encoding: encoding.map(FileEncoding::name),
            bytes: file.bytes,
            sha256: HEXLOWER.encode(&file.sha256),
            kept_until: file.kept_until,
        }
    }
}

impl ImportFailureView {
    fn of(failure: &ImportFailure) -> Self {
        Self {
            code: failure.code.clone(),
            detail: visible(&failure.detail, DETAIL_CHARS_MAX).unwrap_or_else(|| failure.code.clone()),
            line: failure.line,
            column: failure.column.as_deref().and_then(|name| visible(name, NAME_CHARS_MAX)),
        }
    }
}

impl ImportCountsView {
    fn of(counts: Counts) -> Self {
        let Counts { read, loaded, updated, unchanged, cancelled, rejected, skipped } = counts;
        Self { read, loaded, updated, unchanged, cancelled, rejected, skipped }
    }
}

/// A text of a file within the bounds of the contract: on one line, and not too long; none where nothing of it can be shown.
pub(super) fn visible(text: &str, chars_max: usize) -> Option<String> {
    let shown: String = text.chars().filter(|letter| !letter.is_control()).take(chars_max).collect();
    (!shown.is_empty()).then_some(shown)
}

/// When it is over if it goes on as fast as so far; unknown before there is a speed. What is checked to be loaded is read twice.
fn estimated_end(import: &Import) -> Option<Instant> {
    if import.status != ImportStatus::Running {
        return None;
    }
    let total = import.rows_total?;
    let again = if import.phase == ImportPhase::Checking && import.is_checked_first() { total } else { 0 };
    let left = total.saturating_sub(import.counts.read).saturating_add(again);
    let seconds = left.checked_div(import.rows_per_second()?.max(1))?;
    Some(import.updated_at.plus_seconds(i64::try_from(seconds).ok()?))
}

/// The entity tag of an import.
pub(super) fn etag_of(import: &Import) -> Etag {
    Etag::of(import.version, import.status.name())
}
