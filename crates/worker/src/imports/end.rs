// SPDX-License-Identifier: AGPL-3.0-or-later
//! How an import ends: with its last row, with a wrong one where none may be, because its file cannot be read, or because its client
//! may load nothing any more.

use tramite_documents::sheet::SheetError;
use tramite_domain::batch::Batch;
use tramite_domain::import::{Import, ImportFailure, Rights, abort, fail, finish, rights};
use tramite_domain::institution::Institution;
use tramite_storage::{Scope, StoreError};

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
    pub(super) async fn fail(&self, import: &Import, error: &SheetError) -> Result<Option<Import>, StoreError> {
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

/// Why an import is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// Its work fails for a reason that does not pass.
    Defect,
    /// The database has not taken one position for long, although that alone was asked of it.
    Stuck,
}

/// An import whose work leads to nothing any more: what was loaded stays.
pub(super) async fn give_up(worker: &Worker, claim: Claim, why: GivenUp, clock: Clock<'_>) -> Result<(), StoreError> {
    let scope = claim.scope();
    let found = worker.store.import(&scope, claim.id()).await?;
    let Some(import) = found.filter(|import| !import.status.is_final()) else { return Ok(()) };
    let failure = match why {
        GivenUp::Defect => failure("internal_error", "something is wrong on our side, and was written down"),
        GivenUp::Stuck => failure("database_too_slow", "the database took too long for one position, again and again"),
    };
    stop(worker, &scope, &import, failure, clock).await
}

/// What an import may do by now, asked of the store each time: no row is loaded for long on the word of a token that has ended. None
/// where it may do nothing any more: it is over then, and what was loaded stays.
pub(super) async fn still_allowed(
    worker: &Worker,
    scope: &Scope,
    import: &Import,
    institution: &Institution,
    clock: Clock<'_>,
) -> Result<Option<Rights>, StoreError> {
    let client = worker.store.system().client_for_token(import.created_by).await?;
    match rights(import, client.as_ref(), institution, clock.now()) {
        Ok(rights) => Ok(Some(rights)),
        Err(failure) => stop(worker, scope, import, failure, clock).await.map(|()| None),
    }
}

async fn stop(
    worker: &Worker,
    scope: &Scope,
    import: &Import,
    failure: ImportFailure,
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    let (after, batch) = worker.decide(clock.now(), |given| fail(given, import, failure));
    match worker.store.commit(scope, batch).await {
        Ok(()) => told(&after),
        // It was cancelled in this very moment, or another worker goes on with it.
        Err(StoreError::Conflict) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

fn failure_of(error: &SheetError) -> ImportFailure {
    match error {
        SheetError::File(fault) => {
            let (line, column) = (fault.line, fault.column.clone());
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
