// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sessions that the clock moved: expired, unresolved, failed (rules.md, table S).

use tramite_domain::ids::SessionId;
use tramite_domain::session::{clock_moved, session_status};
use tramite_storage::{Due, Scope, StoreError, is_still_writable};

use crate::abandon::abandon;
use crate::clock::Clock;
use crate::due::tell_all;
use crate::job::Job;
use crate::pace::TRANSITIONS_MAX;
use crate::pass::Pass;
use crate::worker::Worker;

/// Tells the state of every session whose transition is due, and withdraws what an expired one leaves behind.
pub(crate) async fn tell(worker: &Worker, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let until = clock.now();
    let system = &worker.store.system();
    tell_all(
        Job::Sessions,
        |after| Box::pin(system.session_transitions_due(until, after, TRANSITIONS_MAX)),
        |due| Box::pin(tell_one(worker, clock, due)),
    )
    .await
}

async fn tell_one(worker: &Worker, clock: Clock<'_>, due: Due<SessionId>) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(due.institution);
    let Some(session) = worker.store.session(&scope, due.id).await? else { return Ok(false) };
    let now = clock.now();
    // Another worker may have told it since it was found due: then there is nothing left to do.
    if session_status(&session, now) == session.told_status {
        return Ok(false);
    }
    let mut batch = worker.decide(now, |given| clock_moved(given, &session));
    if batch.is_empty() {
        return Ok(false);
    }
    // Session and positions stand or fall together: a payment that comes in between makes a conflict, and all is
    // looked at again.
    batch.append(abandon(worker, &scope, &session, now).await?);
    // Who took too long looks again in the next pass.
    if !is_still_writable(now, clock.now()) {
        return Err(StoreError::Busy);
    }
    worker.store.commit(&scope, batch).await?;
    Ok(true)
}
