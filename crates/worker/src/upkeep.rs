// SPDX-License-Identifier: AGPL-3.0-or-later
//! Upkeep: partitions for the months to come, and records and lines of the journal whose time has passed.

use tramite_domain::journal::kept_from;
use tramite_domain::time::Instant;
use tramite_storage::StoreError;

use crate::pace::{EXPIRED_RECORDS_MAX, JOURNAL_LINES_MAX, PARTITION_MONTHS};
use crate::pass::Pass;
use crate::worker::Worker;

/// Makes the next partitions, and removes expired idempotency records and what the journal need no longer keep.
pub(crate) async fn keep(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let system = worker.store.system();
    system.make_partitions(PARTITION_MONTHS).await?;
    let gone = system.forget_idempotency(now, EXPIRED_RECORDS_MAX).await?;
    let ended = system.end_journal(kept_from(now, worker.settings.journal_months), JOURNAL_LINES_MAX).await?;
    if ended > 0 {
        tracing::info!(ended, "the journal's oldest lines went");
    }
    let gone = gone.max(ended);
    Ok(Pass { found: gone, done: gone, failed: None })
}
