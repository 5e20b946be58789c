// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt completes the sessions that its own transaction left out: those that were over already (rules.md 38).

use tramite_domain::batch::{Batch, Write};
use tramite_domain::given::Given;
use tramite_domain::ids::{InstallmentId, InstitutionId};
use tramite_domain::session::{ItemPayment, item_paid};
use tramite_domain::task::{Task, Work};
use tramite_storage::{Scope, StoreError, Waiting};

use crate::clock::Clock;
use crate::pace::{CONFLICT_TRIES, SESSIONS_OVER_MAX};
use crate::worker::Worker;

/// A payment of one of the institution's own installments.
pub(crate) struct Paid {
    /// The installment.
    pub(crate) installment_id: InstallmentId,
    /// The payment that each session's item is told.
    pub(crate) payment: ItemPayment,
}

/// Completes some of the sessions; where more are left, another task goes on with them. A session that was completed is
/// not found again, so doing this twice changes nothing.
pub(crate) async fn settle(
    worker: &Worker,
    institution: InstitutionId,
    paid: &Paid,
    work: &Work,
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    let scope = Scope::of_worker(institution);
    let mut tries = 0;
    loop {
        let waiting = worker.store.sessions_waiting(&scope, paid.installment_id, SESSIONS_OVER_MAX).await?;
        let batch = worker.decide(clock.now(), |given| complete(given, &waiting, paid, work));
        if batch.is_empty() {
            return Ok(());
        }
        tries += 1;
        match worker.store.commit(&scope, batch).await {
            Err(StoreError::Conflict) if tries < CONFLICT_TRIES => {}
            outcome => return outcome,
        }
    }
}

fn complete(given: &mut Given<'_>, waiting: &Waiting, paid: &Paid, work: &Work) -> Batch {
    let mut batch = Batch::new();
    for session in &waiting.sessions {
        batch.append(item_paid(given, session, paid.installment_id, &paid.payment));
    }
    if waiting.more && !batch.is_empty() {
        batch.push(Write::InsertTask(Task { id: given.id(), work: work.clone(), due_at: given.now }));
    }
    batch
}
