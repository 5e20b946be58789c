// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sessions that the clock moved: expired, unresolved, failed (rules.md, table S).

use futures_util::stream::{self, StreamExt};
use tramite_domain::ids::{InstitutionId, SessionId};
use tramite_domain::session::clock_moved;
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::abandon::abandon;
use crate::job::Job;
use crate::pace::{AT_ONCE_MAX, TRANSITIONS_MAX};
use crate::pass::Pass;
use crate::worker::Worker;

/// Tells the state of every session whose transition is due, and withdraws what an expired one leaves behind.
pub(crate) async fn tell(worker: &Worker, now: Instant) -> Result<Pass, StoreError> {
    let due = worker.store.system().session_transitions_due(now, TRANSITIONS_MAX).await?;
    let mut pass = Pass { found: due.len(), ..Pass::default() };
    let told = due.into_iter().map(|(institution, id)| tell_one(worker, institution, id, now));
    let mut told = stream::iter(told).buffer_unordered(AT_ONCE_MAX);
    while let Some(outcome) = told.next().await {
        if !pass.count(Job::Sessions, outcome) {
            break;
        }
    }
    Ok(pass)
}

async fn tell_one(
    worker: &Worker,
    institution: InstitutionId,
    id: SessionId,
    now: Instant,
) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(institution);
    let Some(session) = worker.store.session(&scope, id).await? else { return Ok(false) };
    let withdrawn = abandon(worker, &scope, &session, now).await?;
    let mut batch = worker.decide(now, |given| clock_moved(given, &session));
    // Session and positions stand or fall together: a payment that comes in between makes a conflict, and all is
    // looked at again.
    batch.append(withdrawn);
    worker.store.commit(&scope, batch).await?;
    Ok(true)
}
