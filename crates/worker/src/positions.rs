// SPDX-License-Identifier: AGPL-3.0-or-later
//! Positions that the clock moved: scheduled ones open, others expire (rules.md 9).

use tramite_domain::debt_position::clock_moved;
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::job::Job;
use crate::pace::TRANSITIONS_MAX;
use crate::pass::Pass;
use crate::worker::Worker;

/// Tells the state of every position whose transition is due.
pub(crate) async fn tell(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let due = worker.store.system().position_transitions_due(now, TRANSITIONS_MAX).await?;
    let mut pass = Pass { found: due.len(), ..Pass::default() };
    for (institution, id) in due {
        let outcome = tell_one(worker, institution, id, now).await;
        if !pass.count(Job::Positions, outcome) {
            break;
        }
    }
    Ok(pass)
}

async fn tell_one(
    worker: &Worker,
    institution: InstitutionId,
    id: DebtPositionId,
    now: Instant,
) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(institution);
    let Some(position) = worker.store.position(&scope, id).await? else { return Ok(false) };
    let batch = worker.decide(now, |given| clock_moved(given, &position));
    if batch.is_empty() {
        return Ok(false);
    }
    worker.store.commit(&scope, batch).await?;
    Ok(true)
}
