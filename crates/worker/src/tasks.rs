// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox: work that follows a commit, each under a scope of its own. A task is claimed for a while; whoever dies
//! with it leaves it to the next, so every kind of work may be done twice without harm.

use tramite_domain::session::ItemPayment;
use tramite_domain::task::Work;
use tramite_domain::time::Instant;
use tramite_storage::{ClaimedTask, StoreError};

use crate::failure::{code, is_outage};
use crate::pace::{TASK_LEASE_SECONDS, TASKS_MAX, task_wait_seconds};
use crate::pass::Pass;
use crate::worker::Worker;
use crate::{activation, alarm, foreign, waiting};

/// Claims what is due and does it.
pub(crate) async fn work(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let claimed = worker.store.system().claim_tasks(now, TASKS_MAX, TASK_LEASE_SECONDS).await?;
    let mut pass = Pass { found: claimed.len(), ..Pass::default() };
    for claim in claimed {
        match work_one(worker, &claim, now).await {
            Ok(()) => {
                worker.store.system().finish_task(claim.institution, claim.task.id).await?;
                pass.done = pass.done.saturating_add(1);
            }
            // The database is away: the lease brings the task back by itself.
            Err(error) if is_outage(&error) => return Err(error),
            Err(error) => {
                put_off(worker, &claim, now, &error).await?;
                pass.failed = Some(error);
            }
        }
    }
    Ok(pass)
}

async fn work_one(worker: &Worker, claim: &ClaimedTask, now: Instant) -> Result<(), StoreError> {
    match &claim.task.work {
        Work::SettleForeignItems { creditor_tax_code, notice_number, amount, paid_at } => {
            let item = foreign::Paid { creditor_tax_code, notice_number, amount: *amount, paid_at: *paid_at };
            foreign::settle(worker, &item, now).await
        }
        Work::SettleOwnItems { installment_id, receipt_id, amount, paid_at } => {
            let payment = ItemPayment { paid_at: *paid_at, amount: *amount, receipt_id: Some(*receipt_id) };
            let paid = waiting::Paid { installment_id: *installment_id, payment };
            waiting::settle(worker, claim.institution, &paid, &claim.task.work, now).await
        }
        Work::CheckActivation { receipt_id } => {
            activation::check(worker, claim.task.id, claim.institution, *receipt_id, now).await
        }
        Work::AlertOperators { code, subject } => alarm::raise(worker, claim.task.id, code, subject, now).await,
    }
}

/// A task that failed is tried again later, ever more seldom.
async fn put_off(worker: &Worker, claim: &ClaimedTask, now: Instant, error: &StoreError) -> Result<(), StoreError> {
    let failures = claim.attempts.max(1);
    let (work, code) = (claim.task.work.name(), code(error));
    tracing::error!(task = %claim.task.id, work, code, failures, cause = %error, "a task failed");
    let due_at = now.plus_seconds(task_wait_seconds(failures));
    worker.store.system().retry_task(claim.institution, claim.task.id, due_at, code).await
}
