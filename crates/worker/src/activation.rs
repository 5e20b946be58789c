// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a receipt that seemed to come without a get had one after all (rules.md 30): the process that answered the
//! get may have written it a moment after another one had taken the receipt.

use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{ACTIVATION_SECONDS_MAX, AttemptKind};
use tramite_domain::ids::{InstitutionId, ReceiptRowId, TaskId};
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::alarm;
use crate::worker::Worker;

/// Raises the alarm, unless a get from before the receipt is found now.
pub(crate) async fn check(
    worker: &Worker,
    task: TaskId,
    institution: InstitutionId,
    receipt: ReceiptRowId,
    now: Instant,
) -> Result<(), StoreError> {
    if was_asked(worker, institution, receipt).await? {
        return Ok(());
    }
    alarm::raise(worker, task, Anomaly::NotActivated.name(), &format!("receipt {receipt}"), now).await
}

async fn was_asked(worker: &Worker, institution: InstitutionId, receipt: ReceiptRowId) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(institution);
    let Some(receipt) = worker.store.receipt(&scope, receipt).await? else { return Ok(false) };
    let Some(subject) = &receipt.position else { return Ok(false) };
    let since = receipt.paid_at.min(receipt.received_at).plus_seconds(-ACTIVATION_SECONDS_MAX);
    let attempts = worker.store.attempts(&scope, &[subject.installment_id], since).await?;
    Ok(attempts.iter().any(|one| one.kind != AttemptKind::Cart && one.at <= receipt.received_at))
}
