// SPDX-License-Identifier: AGPL-3.0-or-later
//! A creditor's receipt completes the sessions of other institutions that hold its notice as an item (rules.md 37).

use tramite_domain::ids::{InstitutionId, SessionId};
use tramite_domain::money::Cents;
use tramite_domain::notice::NoticeNumber;
use tramite_domain::session::{ItemPayment, foreign_item_paid, foreign_item_released};
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

/// What is done to the items.
#[derive(Clone, Copy)]
enum Deed {
    Settle,
    Release,
}

/// Whether the payment that the institution marked still stands with these facts: a mark can be taken back.
pub(crate) async fn stands(worker: &Worker, paid: &Paid<'_>) -> Result<bool, StoreError> {
    let Ok(number) = paid.notice_number.parse::<NoticeNumber>() else { return Ok(false) };
    let Some(creditor) = worker.store.system().served(paid.creditor_tax_code).await? else { return Ok(false) };
    let position = worker.store.position_by_notice(&Scope::of_worker(creditor.id), &number).await?;
    let same = position.as_ref().and_then(|position| {
        let (_, one) = position.installments().find(|(_, one)| one.notice_number == Some(number))?;
        one.payment.as_ref().map(|payment| payment.amount == paid.amount && payment.paid_at == paid.paid_at)
    });
    Ok(same.unwrap_or(false))
}

/// Releases the item in every session that holds it as paid with these facts, unless they stand again.
pub(crate) async fn release(worker: &Worker, paid: &Paid<'_>, clock: Clock<'_>) -> Result<(), StoreError> {
    if stands(worker, paid).await? {
        return Ok(());
    }
    let system = worker.store.system();
    let holders = system.sessions_with_paid_foreign_item(paid.creditor_tax_code, paid.notice_number).await?;
    for (institution, session) in holders {
        change_one(worker, institution, session, paid, (Deed::Release, clock)).await?;
    }
    Ok(())
}

/// Settles the item in every session that holds it, each under the scope of its own institution. An item that is paid
/// already stays as it is, so doing this twice changes nothing.
pub(crate) async fn settle(worker: &Worker, paid: &Paid<'_>, clock: Clock<'_>) -> Result<(), StoreError> {
    let system = worker.store.system();
    let holders = system.sessions_with_foreign_item(paid.creditor_tax_code, paid.notice_number).await?;
    for (institution, session) in holders {
        change_one(worker, institution, session, paid, (Deed::Settle, clock)).await?;
    }
    Ok(())
}

async fn change_one(
    worker: &Worker,
    institution: InstitutionId,
    id: SessionId,
    paid: &Paid<'_>,
    (deed, clock): (Deed, Clock<'_>),
) -> Result<(), StoreError> {
    let scope = Scope::of_worker(institution);
    let payment = ItemPayment { paid_at: paid.paid_at, amount: paid.amount, receipt_id: None };
    let mut tries = 0;
    loop {
        let Some(session) = worker.store.session(&scope, id).await? else { return Ok(()) };
        let (creditor, notice) = (paid.creditor_tax_code, paid.notice_number);
        let batch = worker.decide(clock.now(), |given| match deed {
            Deed::Settle => foreign_item_paid(given, &session, creditor, notice, &payment),
            Deed::Release => foreign_item_released(given, &session, creditor, notice, &payment),
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
