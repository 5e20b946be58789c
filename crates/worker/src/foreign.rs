// SPDX-License-Identifier: AGPL-3.0-or-later
//! A creditor's receipt completes the sessions of other institutions that hold its notice as an item (rules.md 37).

use tramite_domain::ids::{InstitutionId, SessionId};
use tramite_domain::money::Cents;
use tramite_domain::session::{ItemPayment, foreign_item_paid};
use tramite_domain::time::Instant;
use tramite_storage::{Scope, StoreError};

use crate::clock::Clock;
use crate::pace::CONFLICT_TRIES;
use crate::worker::Worker;

/// A notice that was paid.
pub(crate) struct Paid<'a> {
    /// The creditor on the notice.
    pub(crate) creditor_tax_code: &'a str,
    /// The notice.
    pub(crate) notice_number: &'a str,
    /// What was paid.
    pub(crate) amount: Cents,
    /// When.
    pub(crate) paid_at: Instant,
}

/// Settles the item in every session that holds it, each under the scope of its own institution. An item that is paid
/// already stays as it is, so doing this twice changes nothing.
pub(crate) async fn settle(worker: &Worker, paid: &Paid<'_>, clock: Clock<'_>) -> Result<(), StoreError> {
    let system = worker.store.system();
    let holders = system.sessions_with_foreign_item(paid.creditor_tax_code, paid.notice_number).await?;
    for (institution, session) in holders {
        settle_one(worker, institution, session, paid, clock).await?;
    }
    Ok(())
}

async fn settle_one(
    worker: &Worker,
    institution: InstitutionId,
    id: SessionId,
    paid: &Paid<'_>,
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    let scope = Scope::of_worker(institution);
    let payment = ItemPayment { paid_at: paid.paid_at, amount: paid.amount, receipt_id: None };
    let mut tries = 0;
    loop {
        let Some(session) = worker.store.session(&scope, id).await? else { return Ok(()) };
        let batch = worker.decide(clock.now(), |given| {
            foreign_item_paid(given, &session, paid.creditor_tax_code, paid.notice_number, &payment)
        });
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
