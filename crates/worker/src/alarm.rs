// SPDX-License-Identifier: AGPL-3.0-or-later
//! Operators must look: a line in the platform's audit trail and one in the log, for whatever watches it.

use tramite_domain::audit::{AuditLine, OPERATORS_ALERTED};
use tramite_domain::ids::{AuditId, TaskId};
use tramite_domain::time::Instant;
use tramite_storage::StoreError;

use crate::worker::Worker;

/// Raises an alarm. The line has the task's own id: a second time it is there already.
pub(crate) async fn raise(
    worker: &Worker,
    task: TaskId,
    code: &str,
    subject: &str,
    now: Instant,
) -> Result<(), StoreError> {
    tracing::warn!(code, subject, "operators must look");
    let line = AuditLine {
        id: AuditId::new(task.uuid()),
        at: now,
        client_id: None,
        request_id: None,
        action: OPERATORS_ALERTED.to_owned(),
        subject: subject.to_owned(),
        reason: Some(code.to_owned()),
    };
    match worker.store.system().audit(None, line).await {
        Err(StoreError::Duplicate(_)) => Ok(()),
        outcome => outcome,
    }
}
