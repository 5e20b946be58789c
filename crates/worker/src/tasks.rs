// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outbox: work that follows a commit, each under a scope of its own. A task is claimed for a while; whoever dies
//! with it leaves it to the next, so every kind of work may be done twice without harm.

use tramite_domain::session::ItemPayment;
use tramite_domain::task::Work;
use tramite_storage::{ClaimedTask, StoreError};

use crate::clock::Clock;
use crate::failure::{code, is_outage};
use crate::guard::guarded;
use crate::job::Job;
use crate::pace::{FOREIGN_AGAIN_SECONDS, TASK_LEASE_SECONDS, TASKS_MAX, task_wait_seconds};
use crate::pass::Pass;
use crate::worker::Worker;
use crate::{activation, foreign, waiting};

/// What stands beside a task that was done once and will be done once more.
const LOOKS_AGAIN: &str = "looks_again";

/// Claims what is due and does it.
pub(crate) async fn work(worker: &Worker, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let claimed = worker.store.system().claim_tasks(clock.now(), TASKS_MAX, TASK_LEASE_SECONDS).await?;
    let mut pass = Pass { found: claimed.len(), ..Pass::default() };
    for claim in &claimed {
        match guarded(work_one(worker, claim, clock)).await {
            Ok(()) if looks_again(claim) => {
                let due_at = clock.now().plus_seconds(FOREIGN_AGAIN_SECONDS);
                let ours = worker.store.system().retry_task(claim, due_at, LOOKS_AGAIN).await?;
                pass.done = pass.done.saturating_add(usize::from(ours));
                told_if_lost(claim, ours);
            }
            Ok(()) => {
                let ours = worker.store.system().finish_task(claim).await?;
                pass.done = pass.done.saturating_add(usize::from(ours));
                told_if_lost(claim, ours);
            }
            // The database is away: the lease brings the task back by itself.
            Err(error) if is_outage(&error) => return Err(error),
            Err(error) => {
                put_off(worker, claim, clock, &error).await?;
                pass.failed = Some(error);
            }
        }
    }
    Ok(pass)
}

/// A session that was being made while the receipt came holds the notice a moment later, and one that was being settled while
/// its mark was taken back is settled a moment later: one more look finds it.
fn looks_again(claim: &ClaimedTask) -> bool {
    let crossing = matches!(claim.task.work, Work::SettleForeignItems { .. } | Work::ReleaseForeignItems { .. });
    claim.attempts == 1 && crossing
}

async fn work_one(worker: &Worker, claim: &ClaimedTask, clock: Clock<'_>) -> Result<(), StoreError> {
    match &claim.task.work {
        Work::SettleForeignItems { creditor_tax_code, notice_number, amount, paid_at, marked } => {
            let item = foreign::Paid { creditor_tax_code, notice_number, amount: *amount, paid_at: *paid_at };
            if *marked && !foreign::stands(worker, &item).await? {
                return Ok(());
            }
            foreign::settle(worker, &item, clock).await
        }
        Work::ReleaseForeignItems { creditor_tax_code, notice_number, amount, paid_at } => {
            let item = foreign::Paid { creditor_tax_code, notice_number, amount: *amount, paid_at: *paid_at };
            foreign::release(worker, &item, clock).await
        }
        Work::SettleOwnItems { installment_id, receipt_id, amount, paid_at } => {
            let payment = ItemPayment { paid_at: *paid_at, amount: *amount, receipt_id: Some(*receipt_id) };
            let paid = waiting::Paid { installment_id: *installment_id, payment };
            waiting::settle(worker, claim.institution, &paid, &claim.task.work, clock).await
        }
        Work::CheckActivation { receipt_id } => {
            activation::check(worker, claim.task.id, claim.institution, *receipt_id, clock.now()).await
        }
    }
}

/// A task that failed is tried again later, ever more seldom.
async fn put_off(worker: &Worker, claim: &ClaimedTask, clock: Clock<'_>, error: &StoreError) -> Result<(), StoreError> {
    let failures = claim.attempts.max(1);
    let (work, code) = (claim.task.work.name(), code(error));
    tracing::error!(task = %claim.task.id, work, code, failures, cause = %error, "a task failed");
    let due_at = clock.now().plus_seconds(task_wait_seconds(failures));
    let ours = worker.store.system().retry_task(claim, due_at, code).await?;
    told_if_lost(claim, ours);
    Ok(())
}

/// The claim's time passed and somebody else has the task now: what becomes of it is theirs to say.
fn told_if_lost(claim: &ClaimedTask, ours: bool) {
    if !ours {
        tracing::warn!(job = Job::Tasks.name(), task = %claim.task.id, "a task was claimed by another worker meanwhile");
    }
}
