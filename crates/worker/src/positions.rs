// SPDX-License-Identifier: AGPL-3.0-or-later
//! Positions that the clock moved: scheduled ones open, others expire (rules.md 9).

use tramite_domain::debt_position::clock_moved;
use tramite_domain::ids::DebtPositionId;
use tramite_storage::{Due, Scope, StoreError};

use crate::clock::Clock;
use crate::due::tell_all;
use crate::job::Job;
use crate::pace::TRANSITIONS_MAX;
use crate::pass::Pass;
use crate::worker::Worker;

/// Tells the state of every position whose transition is due.
pub(crate) async fn tell(worker: &Worker, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let until = clock.now();
    let system = &worker.store.system();
    tell_all(
        Job::Positions,
        |after| Box::pin(system.position_transitions_due(until, after, TRANSITIONS_MAX)),
        |due| Box::pin(tell_one(worker, clock, due)),
    )
    .await
}

async fn tell_one(worker: &Worker, clock: Clock<'_>, due: Due<DebtPositionId>) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(due.institution);
    let Some(position) = worker.store.position(&scope, due.id).await? else { return Ok(false) };
    let batch = worker.decide(clock.now(), |given| clock_moved(given, &position));
    if batch.is_empty() {
        return Ok(false);
    }
    worker.store.commit(&scope, batch).await?;
    Ok(true)
}
