// SPDX-License-Identifier: AGPL-3.0-or-later
//! How an import ends: with its last row, with a wrong one where none may be, or because its file cannot be read.

use tramite_documents::sheet::SheetError;
use tramite_domain::batch::Batch;
use tramite_domain::import::{Import, ImportFailure, abort, fail, finish};
use tramite_storage::StoreError;

use super::Claim;
use super::decide::Work;
use crate::clock::Clock;
use crate::worker::Worker;

impl Work<'_> {
    /// Every row of its phase is done. The import as it is then: over, or about to load what was checked; none where somebody else
    /// has moved it.
    pub(super) async fn finish(&self, import: &Import) -> Result<Option<Import>, StoreError> {
        let decided = self.worker.decide(self.clock.now(), |given| finish(given, import));
        self.ended(decided).await
    }

    /// So many rows are wrong where none may be that the others need not be looked at.
    pub(super) async fn abort(&self, import: &Import) -> Result<Option<Import>, StoreError> {
        let decided = self.worker.decide(self.clock.now(), |given| abort(given, import));
        self.ended(decided).await
    }

    /// The file cannot be read, or no further.
    pub(super) async fn fail(&self, import: &Import, error: SheetError) -> Result<Option<Import>, StoreError> {
        let failure = failure_of(error);
        let decided = self.worker.decide(self.clock.now(), |given| fail(given, import, failure));
        self.ended(decided).await
    }

    async fn ended(&self, (after, batch): (Import, Batch)) -> Result<Option<Import>, StoreError> {
        if !self.step(batch).await? {
            return Ok(None);
        }
        if after.status.is_final() {
            told(&after);
        }
        Ok(Some(after))
    }
}

/// An import whose work fails for a reason that does not pass: what was loaded stays.
pub(super) async fn give_up(worker: &Worker, claim: Claim, clock: Clock<'_>) -> Result<(), StoreError> {
    let scope = claim.scope();
    let found = worker.store.import(&scope, claim.id()).await?;
    let Some(import) = found.filter(|import| !import.status.is_final()) else { return Ok(()) };
    let failure = failure("internal_error", "something is wrong on our side, and was written down");
    let (after, batch) = worker.decide(clock.now(), |given| fail(given, &import, failure));
    match worker.store.commit(&scope, batch).await {
        Ok(()) => told(&after),
        // It was cancelled in this very moment, or another worker goes on with it.
        Err(StoreError::Conflict) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn failure_of(error: SheetError) -> ImportFailure {
    match error {
        SheetError::File(fault) => {
            let (line, column) = (fault.line, fault.column);
            ImportFailure { line, column, ..failure(fault.code, &fault.detail) }
        }
        // The store gave all that it has: what is missing is not there.
        SheetError::Io(_) => failure("file_incomplete", "the file ends where more of it is expected"),
    }
}

fn failure(code: &str, detail: &str) -> ImportFailure {
    ImportFailure { code: code.to_owned(), detail: detail.to_owned(), line: None, column: None }
}

fn told(import: &Import) {
    let (status, read, rejected) = (import.status.name(), import.counts.read, import.counts.rejected);
    let code = import.failure.as_ref().map(|failure| failure.code.as_str());
    tracing::info!(import = %import.id, status, code, rows = read, rejected, "an import is over");
}
