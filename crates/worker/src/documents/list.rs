// SPDX-License-Identifier: AGPL-3.0-or-later
//! The list of an archive: what became of each debt position, for whoever has to find a document in it.

use tramite_documents::{Cell, csv};
use tramite_domain::document_batch::{BatchDocument, DocumentBatch};
use tramite_storage::{DocumentFilter, Scope, StoreError};

use super::stretch::defect;
use crate::pace::DOCUMENTS_LISTED_AT_ONCE;
use crate::worker::Worker;

/// Its name.
pub(super) const NAME: &str = "index.csv";
const COLUMNS: [&str; 5] = ["file_name", "debt_position_id", "status", "code", "pages"];

/// The list as CSV.
pub(super) async fn list(worker: &Worker, scope: &Scope, batch: &DocumentBatch) -> Result<Vec<u8>, StoreError> {
    let mut rows = Vec::new();
    let mut from_place = 0;
    loop {
        let filter = DocumentFilter { outcome: None, from_place, limit: DOCUMENTS_LISTED_AT_ONCE };
        let found = worker.store.batch_documents(scope, batch.id, filter).await?;
        let Some(last) = found.last() else { break };
        from_place = last.place.saturating_add(1);
        rows.extend(found.iter().map(row));
    }
    csv(&COLUMNS, &rows).map_err(defect)
}

fn row(one: &BatchDocument) -> Vec<Cell> {
    vec![
        Cell::maybe(one.file_name.as_deref()),
        Cell::text(&one.debt_position_id.to_string()),
        Cell::text(one.outcome.name()),
        Cell::maybe(one.code.as_deref()),
        Cell::number(one.pages.map(i64::from)),
    ]
}
