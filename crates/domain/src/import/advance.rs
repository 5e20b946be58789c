// SPDX-License-Identifier: AGPL-3.0-or-later
//! How an import goes on, and how it ends.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::refusal::Refusal;
use crate::time::Instant;

use super::{
    Counts, FILE_KEPT_DAYS, FileEncoding, Import, ImportFailure, ImportPhase, ImportRow, ImportStatus, RowOutcome,
};

/// What a part of a file came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// Groups of rows in it.
    pub groups: u64,
    /// What became of its rows.
    pub rows: Vec<ImportRow>,
}

/// It begins, or goes on after a crash, with what was found out about its file.
#[must_use]
pub fn begin(import: &Import, rows_total: u64, encoding: Option<FileEncoding>, now: Instant) -> (Import, Batch) {
    let after = Import {
        status: ImportStatus::Running,
        rows_total: Some(rows_total),
        file_encoding: encoding,
        started_at: import.started_at.or(Some(now)),
        ..import.clone()
    };
    written(import, after, now)
}

/// A part is done. Its rows are kept with it: those that are right stay untold while an import only checks for what it would
/// then load.
#[must_use]
pub fn advance(import: &Import, progress: Progress, now: Instant) -> (Import, Batch) {
    let mut counts = import.counts;
    for row in &progress.rows {
        counts.add(row.outcome);
    }
    let only_wrong = import.phase == ImportPhase::Checking && import.is_checked_first();
    let rows: Vec<ImportRow> = progress
        .rows
        .into_iter()
        .filter(|row| !only_wrong || matches!(row.outcome, RowOutcome::Rejected | RowOutcome::Skipped))
        .collect();
    let after = Import { counts, groups_done: import.groups_done.saturating_add(progress.groups), ..import.clone() };
    let (after, mut batch) = written(import, after, now);
    if !rows.is_empty() {
        batch.push(Write::InsertImportRows { import: after.id, rows });
    }
    (after, batch)
}

/// Every row of the phase is done: it is over, or what was checked is loaded now.
pub fn finish(given: &mut Given<'_>, import: &Import) -> (Import, Batch) {
    if import.phase == ImportPhase::Checking && import.is_checked_first() {
        if import.counts.rejected > 0 {
            return ended(given, import, ImportStatus::Aborted, None);
        }
        let after = Import { phase: ImportPhase::Loading, counts: Counts::default(), groups_done: 0, ..import.clone() };
        return written(import, after, given.now);
    }
    ended(given, import, ImportStatus::Completed, None)
}

/// The file cannot be read, or is loaded no further. What was loaded stays.
pub fn fail(given: &mut Given<'_>, import: &Import, failure: ImportFailure) -> (Import, Batch) {
    ended(given, import, ImportStatus::Failed, Some(failure))
}

/// A row is wrong where none may be, found while the rows were checked: the others need not be looked at.
pub fn abort(given: &mut Given<'_>, import: &Import) -> (Import, Batch) {
    ended(given, import, ImportStatus::Aborted, None)
}

/// The institution stops it. What was loaded stays.
///
/// # Errors
/// `ImportState` when it is over.
pub fn cancel(given: &mut Given<'_>, import: &Import) -> Result<(Import, Batch), Refusal> {
    if import.status == ImportStatus::Cancelled {
        return Ok((import.clone(), Batch::new()));
    }
    if import.status.is_final() {
        return Err(Refusal::ImportState { status: import.status });
    }
    let (after, batch) = ended(given, import, ImportStatus::Cancelled, None);
    let line = AuditLine::of(given, "import.cancelled", format!("import {}", import.id));
    Ok((after, batch.with(Write::InsertAudit(line))))
}

fn ended(
    given: &mut Given<'_>,
    import: &Import,
    status: ImportStatus,
    failure: Option<ImportFailure>,
) -> (Import, Batch) {
    let mut after = Import { status, failure, finished_at: Some(given.now), ..import.clone() };
    after.file.kept_until = Some(given.now.plus_seconds(FILE_KEPT_DAYS * 86_400));
    let (after, batch) = written(import, after, given.now);
    let event = Event {
        id: given.id(),
        kind: EventKind::ImportFinished,
        at: given.now,
        // Imports belong to the client that made them.
        client_id: Some(import.created_by),
        data: EventData {
            service_code: import.service_code.clone(),
            import_id: Some(import.id),
            status: Some(status.name().to_owned()),
            previous_status: Some(import.status.name().to_owned()),
            ..EventData::default()
        },
    };
    (after, batch.with(Write::InsertEvent(Box::new(event))))
}

fn written(before: &Import, after: Import, now: Instant) -> (Import, Batch) {
    let after = Import { version: before.version.saturating_add(1), updated_at: now, ..after };
    let batch = Batch::new().with(Write::UpdateImport { import: Box::new(after.clone()), expected: before.version });
    (after, batch)
}

impl Counts {
    /// One more row that came to something.
    pub fn add(&mut self, outcome: RowOutcome) {
        self.read = self.read.saturating_add(1);
        let place = match outcome {
            RowOutcome::Loaded => &mut self.loaded,
            RowOutcome::Updated => &mut self.updated,
            RowOutcome::Unchanged => &mut self.unchanged,
            RowOutcome::Cancelled => &mut self.cancelled,
            RowOutcome::Rejected => &mut self.rejected,
            RowOutcome::Skipped => &mut self.skipped,
        };
        *place = place.saturating_add(1);
    }
}
