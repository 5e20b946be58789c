// SPDX-License-Identifier: AGPL-3.0-or-later
//! Upkeep: partitions for the months to come, and records, lines of the journal and events whose time has passed.

use tramite_domain::client_limits::quota_day;
use tramite_domain::event_feed::events_kept_from;
use tramite_domain::journal::kept_from;
use tramite_domain::time::Instant;
use tramite_domain::webhook::RETENTION_DAYS;
use tramite_storage::StoreError;

use crate::pace::{
    DOCUMENT_FILE_ROUNDS_MAX, EVENTS_MAX, EXPIRED_RECORDS_MAX, IMPORT_FILE_ROUNDS_MAX, JOURNAL_LINES_MAX,
    OLD_DELIVERIES_MAX, PARTITION_MONTHS, USED_TOKENS_MAX,
};
use crate::pass::Pass;
use crate::worker::Worker;

const DAY_HOURS: i64 = 24;
/// How long what was sent of a file is kept that never became an import, in hours.
const UNCLAIMED_FILE_HOURS: i64 = 24;
/// How much longer than they last tokens of one use are kept, in hours: the clock of whoever is shown one may be behind ours, or
/// jump back.
const USED_TOKENS_HOURS: i64 = 2;

/// Makes the next partitions, and removes expired idempotency records, what journal and feed need no longer keep, deliveries
/// of webhooks whose time is over, tokens of one use that have ended, files of imports and of documents that need not be kept, and what was counted
/// of quotas before yesterday.
pub(crate) async fn keep(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let system = worker.store.system();
    system.make_partitions(PARTITION_MONTHS).await?;
    let gone = system.forget_idempotency(now, EXPIRED_RECORDS_MAX).await?;
    let ended = system.end_journal(kept_from(now, worker.settings.journal_months), JOURNAL_LINES_MAX).await?;
    if ended > 0 {
        tracing::info!(ended, "the journal's oldest lines went");
    }
    let events_from = events_kept_from(now, worker.settings.journal_months);
    let told_before = now.plus_hours(-RETENTION_DAYS * DAY_HOURS);
    let deliveries = system.forget_deliveries(told_before, events_from, OLD_DELIVERIES_MAX).await?;
    let tokens = system.forget_used_tokens(now.plus_hours(-USED_TOKENS_HOURS), USED_TOKENS_MAX).await?;
    system.forget_usage(quota_day(now.plus_hours(-DAY_HOURS))).await?;
    let told = system.end_events(events_from, EVENTS_MAX).await?;
    if told > 0 {
        tracing::info!(told, "the oldest events went");
    }
    let files = end_import_files(worker, now).await?;
    let documents = end_document_files(worker, now).await?;
    let gone = gone.max(files).max(documents).max(ended).max(told).max(deliveries).max(tokens);
    Ok(Pass { found: gone, done: gone, failed: None })
}

/// Ends files of imports whose time is over, with what became of their rows, and what was sent and never became an import; a stretch in
/// each transaction.
async fn end_import_files(worker: &Worker, now: Instant) -> Result<usize, StoreError> {
    let sent_before = now.plus_hours(-UNCLAIMED_FILE_HOURS);
    let mut gone = 0_usize;
    for _ in 0..IMPORT_FILE_ROUNDS_MAX {
        let ended = worker.store.system().end_import_files(now, sent_before, EXPIRED_RECORDS_MAX).await?;
        gone = gone.saturating_add(ended);
        if ended == 0 {
            return Ok(gone);
        }
    }
    // More is left: another pass follows at once.
    Ok(gone.max(EXPIRED_RECORDS_MAX))
}

/// Ends files of documents whose time is over, with what became of their debt positions; a stretch in each transaction.
async fn end_document_files(worker: &Worker, now: Instant) -> Result<usize, StoreError> {
    let mut gone = 0_usize;
    for _ in 0..DOCUMENT_FILE_ROUNDS_MAX {
        let ended = worker.store.system().end_document_files(now, EXPIRED_RECORDS_MAX).await?;
        gone = gone.saturating_add(ended);
        if ended == 0 {
            return Ok(gone);
        }
    }
    // More is left: another pass follows at once.
    Ok(gone.max(EXPIRED_RECORDS_MAX))
}
