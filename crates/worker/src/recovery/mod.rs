// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts that never came are asked for: one question after the other, ten in any hour of all processes together.

mod keep;
mod question;

use tramite_domain::recovery::{CALLS_PER_HOUR, CALLS_SECONDS, Outcome, ReceiptRecovery, settled};
use tramite_domain::time::Instant;
use tramite_pagopa::checkout::Unavailable;
use tramite_pagopa::receipts::{ReceiptsClient, ReceiptsFailure};
use tramite_storage::{ClaimedRecovery, Scope, StoreError};

use crate::clock::Clock;
use crate::failure::{code, is_outage};
use crate::job::Job;
use crate::pace::RECOVERY_LEASE_SECONDS;
use crate::pass::Pass;
use crate::worker::Worker;

/// Asks what may be asked now.
pub(crate) async fn recover(worker: &Worker, api: &ReceiptsClient, clock: Clock<'_>) -> Result<Pass, StoreError> {
    let mut pass = Pass::default();
    for _ in 0..CALLS_PER_HOUR {
        let system = worker.store.system();
        let call = worker.world.id();
        let Some(claim) = system.claim_recovery(clock.now(), call, RECOVERY_LEASE_SECONDS).await? else { break };
        pass.found = pass.found.saturating_add(1);
        let outcome = one(worker, api, claim, clock).await;
        if !pass.count(Job::Recoveries, outcome) {
            break;
        }
    }
    Ok(pass)
}

/// One question, and what came of it.
async fn one(
    worker: &Worker,
    api: &ReceiptsClient,
    claim: ClaimedRecovery,
    clock: Clock<'_>,
) -> Result<bool, StoreError> {
    let scope = Scope::of_worker(claim.institution);
    let Some(recovery) = worker.store.recovery(&scope, claim.id).await? else { return Ok(false) };
    let Some(institution) = worker.store.system().institution(claim.institution).await? else { return Ok(false) };
    // The Node may have sent it meanwhile: then there is nothing to ask.
    let mut outcome = keep::here_already(worker, &scope, &recovery).await?.map(Outcome::Recovered);
    if outcome.is_none() {
        let answered = question::ask(worker, api, &scope, &institution, &recovery, clock).await?;
        outcome = Some(match answered {
            Ok(bytes) => match keep::take(worker, &scope, &institution, &recovery, bytes, clock).await {
                // Kept and settled in one transaction.
                Ok(None) => return Ok(true),
                Ok(Some(outcome)) => outcome,
                Err(error) => not_kept(&recovery, error)?,
            },
            Err(failure) => of_failure(worker, &failure, clock.now()).await?,
        });
    }
    let Some(outcome) = outcome else { return Ok(false) };
    worker.store.commit(&scope, settled(&recovery, &outcome, clock.now())).await?;
    Ok(true)
}

/// An answer that cannot be stored for a reason that does not pass is asked for again, and not without end: each question is one of
/// ten. Where the database is away or somebody was faster, nothing is settled.
fn not_kept(recovery: &ReceiptRecovery, error: StoreError) -> Result<Outcome, StoreError> {
    if is_outage(&error) || matches!(error, StoreError::Conflict) {
        return Err(error);
    }
    tracing::error!(recovery = %recovery.id, code = code(&error), cause = %error, "a recovered receipt could not be kept");
    Ok(Outcome::Again { code: "not_kept", after_seconds: None })
}

/// What a failure means for the question, and for all others.
async fn of_failure(worker: &Worker, failure: &ReceiptsFailure, now: Instant) -> Result<Outcome, StoreError> {
    let (code, after_seconds) = match failure {
        ReceiptsFailure::NotFound => return Ok(Outcome::NotFound),
        ReceiptsFailure::Refused(_) => return Ok(Outcome::Failed("refused")),
        ReceiptsFailure::TooLong => return Ok(Outcome::Failed("unreadable")),
        ReceiptsFailure::Unavailable(Unavailable::TooManyRequests { retry_after_seconds }) => {
            let told = retry_after_seconds.and_then(|seconds| i64::try_from(seconds).ok());
            ("too_many_requests", Some(told.unwrap_or(CALLS_SECONDS).clamp(1, CALLS_SECONDS)))
        }
        // Somebody must look at the key; until then every question would count for nothing.
        ReceiptsFailure::Unavailable(Unavailable::KeyRefused(_)) => ("key_refused", Some(CALLS_SECONDS)),
        ReceiptsFailure::Unavailable(_) => ("unavailable", None),
    };
    if let Some(seconds) = after_seconds {
        worker.store.system().rest_recoveries(now.plus_seconds(seconds)).await?;
    }
    tracing::warn!(code, cause = %failure, "a receipt could not be asked for");
    Ok(Outcome::Again { code, after_seconds })
}
