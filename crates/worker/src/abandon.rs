// SPDX-License-Identifier: AGPL-3.0-or-later
//! The positions that an expired session leaves behind (api.md, `on_abandon`).

use tramite_domain::attempt::{ATTEMPT_LOCK_SECONDS, AttemptKind};
use tramite_domain::batch::Batch;
use tramite_domain::debt_position::cancel;
use tramite_domain::ids::{DebtPositionId, InstallmentId};
use tramite_domain::session::{CheckoutSession, ItemSubject, OnAbandon, abandoned};
use tramite_domain::time::Instant;
use tramite_storage::{Payers, Scope, StoreError};

use crate::worker::Worker;

/// What to write so that the positions an expired session made are withdrawn; nothing where it keeps them, or where
/// somebody is paying.
pub(crate) async fn abandon(
    worker: &Worker,
    scope: &Scope,
    session: &CheckoutSession,
    now: Instant,
) -> Result<Batch, StoreError> {
    let mut batch = Batch::new();
    if session.on_abandon != OnAbandon::Cancel {
        return Ok(batch);
    }
    let payers = payers(worker, scope, &installments(session), now).await?;
    for id in abandoned(session, &payers.attempts, &payers.sessions, now) {
        batch.append(withdraw(worker, scope, id, now).await?);
    }
    Ok(batch)
}

async fn withdraw(worker: &Worker, scope: &Scope, id: DebtPositionId, now: Instant) -> Result<Batch, StoreError> {
    let Some(position) = worker.store.position(scope, id).await? else { return Ok(Batch::new()) };
    let all: Vec<InstallmentId> = position.installments().map(|(_, one)| one.id).collect();
    let payers = payers(worker, scope, &all, now).await?;
    let decided = worker.decide(now, |given| cancel(given, &position, payers.activity(), false));
    // Paid, or being paid: then it stays, and that is no failure.
    Ok(decided.map_or_else(|_| Batch::new(), |decided| decided.batch))
}

/// Who may be paying some installments. Only a get keeps an abandoned position: the cart is the session's own, and went with
/// it.
async fn payers(
    worker: &Worker,
    scope: &Scope,
    installments: &[InstallmentId],
    now: Instant,
) -> Result<Payers, StoreError> {
    let mut payers = worker.store.payers(scope, installments, now.plus_seconds(-ATTEMPT_LOCK_SECONDS)).await?;
    payers.attempts.retain(|one| one.kind != AttemptKind::Cart);
    Ok(payers)
}

/// The installments of the institution's own that a session holds.
fn installments(session: &CheckoutSession) -> Vec<InstallmentId> {
    session
        .items
        .iter()
        .filter_map(|item| match &item.subject {
            ItemSubject::Own { installment_id, .. } => Some(*installment_id),
            ItemSubject::Foreign => None,
        })
        .collect()
}
