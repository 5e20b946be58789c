// SPDX-License-Identifier: AGPL-3.0-or-later
//! Positions that the clock moved: scheduled ones open, others expire (rules.md 9).

use futures_util::stream::{self, StreamExt};
use tramite_domain::debt_position::clock_moved;
use tramite_domain::ids::{DebtPositionId, InstitutionId};
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::job::Job;
use crate::pace::{AT_ONCE_MAX, TRANSITIONS_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Tells the state of every position whose transition is due.
pub(crate) async fn tell(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let due = worker.store.system().position_transitions_due(now, TRANSITIONS_MAX).await?;
    let mut pass = Pass { found: due.len(), ..Pass::default() };
    let told = due.into_iter().map(|(institution, id)| tell_one(worker, institution, id, now));
    let mut told = stream::iter(told).buffer_unordered(AT_ONCE_MAX);
    while let Some(outcome) = told.next().await {
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
