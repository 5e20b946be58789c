// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt that was asked for is taken like one that the Node sends: the same decision, the same transaction.

use sha2::{Digest, Sha256};
use tramite_domain::batch::{Batch, Write};
use tramite_domain::ids::ReceiptRowId;
use tramite_domain::institution::Institution;
use tramite_domain::receipt::{Accepted, Arrival, ReceiptContent, ReceiptMessage, ReceiptOutcome, accept};
use tramite_domain::recovery::{Outcome, RECEIPTS_API, ReceiptRecovery, settled};
use tramite_pagopa::receipts::content;
use tramite_storage::{Rule, Scope, StoreError};

use crate::clock::Clock;
use crate::pace::CONFLICT_TRIES;
use crate::worker::Worker;

/// The receipt, where it came in another way meanwhile.
pub(super) async fn here_already(
    worker: &Worker,
    scope: &Scope,
    recovery: &ReceiptRecovery,
) -> Result<Option<ReceiptRowId>, StoreError> {
    for outcome in [ReceiptOutcome::Ok, ReceiptOutcome::Ko] {
        let kept = worker.store.receipt_by_key(scope, &recovery.iur, outcome).await?;
        if let Some(kept) = kept.filter(|kept| kept.content.iuv == recovery.iuv) {
            return Ok(Some(kept.id));
        }
    }
    Ok(None)
}

/// Keeps it, and settles the recovery with it; or says what else is to be settled.
pub(super) async fn take(
    worker: &Worker,
    scope: &Scope,
    institution: &Institution,
    recovery: &ReceiptRecovery,
    bytes: Vec<u8>,
    clock: Clock<'_>,
) -> Result<Option<Outcome>, StoreError> {
    let told = match content(&bytes) {
        Ok(told) => told,
        Err(error) => {
            tracing::error!(recovery = %recovery.id, cause = %error, "an answer of the receipts API cannot be read");
            return Ok(Some(Outcome::Failed("unreadable")));
        }
    };
    if told.receipt_id != recovery.iur || told.iuv != recovery.iuv {
        return Ok(Some(Outcome::Failed("another_receipt")));
    }
    let arrival = arrival(institution, told, bytes, clock);
    let (mut tries, mut number_taken) = (0, false);
    loop {
        tries += 1;
        match once(worker, scope, institution, recovery, &arrival, number_taken, clock).await {
            Ok(()) => return Ok(None),
            // Number or reference of an unknown notice belong to another one: it gets no position of its own.
            Err(StoreError::Duplicate(Rule::Iuv)) if tries < CONFLICT_TRIES => number_taken = true,
            // Somebody was faster: it is looked at anew.
            Err(StoreError::Conflict | StoreError::Duplicate(_)) if tries < CONFLICT_TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

/// As if it had come to the station under which the institution gives its numbers: the API says none.
fn arrival(institution: &Institution, content: ReceiptContent, bytes: Vec<u8>, clock: Clock<'_>) -> Arrival {
    let station = institution.issuing_station(clock.now()).map(|(link, _)| link.station_id.to_string());
    let sha256 = Sha256::digest(&bytes).into();
    Arrival {
        content,
        addressee_tax_code: institution.tax_code.to_string(),
        station_id: station.unwrap_or_default(),
        primitive: RECEIPTS_API.to_owned(),
        peer_fingerprint: None,
        message: ReceiptMessage { bytes, sha256 },
    }
}

async fn once(
    worker: &Worker,
    scope: &Scope,
    institution: &Institution,
    recovery: &ReceiptRecovery,
    arrival: &Arrival,
    number_taken: bool,
    clock: Clock<'_>,
) -> Result<(), StoreError> {
    let now = clock.now();
    let mut found = worker.store.found_of_receipt(scope, institution, arrival, now).await?;
    (found.broker_matches, found.number_taken) = (true, number_taken);
    let accepted = worker.decide(now, |given| accept(given, found.known(institution), arrival));
    let (mut batch, id) = match accepted {
        Accepted::First { batch } => {
            let id = first_kept(&batch);
            (batch, id)
        }
        Accepted::Duplicate { batch } => (batch, found.kept().map(|kept| kept.id)),
    };
    let id = id.ok_or(StoreError::Conflict)?;
    batch.append(settled(recovery, &Outcome::Recovered(id), now));
    worker.store.commit(scope, batch).await
}

fn first_kept(batch: &Batch) -> Option<ReceiptRowId> {
    batch.writes().iter().find_map(|write| match write {
        Write::InsertReceipt(receipt) => Some(receipt.id),
        _ => None,
    })
}
