// SPDX-License-Identifier: AGPL-3.0-or-later
//! Upkeep: partitions for the months to come, and records whose time has passed.

use tramite_domain::time::Instant;
use tramite_storage::StoreError;

use crate::pace::{EXPIRED_RECORDS_MAX, PARTITION_MONTHS};
use crate::pass::Pass;
use crate::worker::Worker;

/// Makes the next partitions and removes expired idempotency records.
pub(crate) async fn keep(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let system = worker.store.system();
    system.make_partitions(PARTITION_MONTHS).await?;
    let gone = system.forget_idempotency(now, EXPIRED_RECORDS_MAX).await?;
    Ok(Pass { found: gone, done: gone, failed: None })
}
