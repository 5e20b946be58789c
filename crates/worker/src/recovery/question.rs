// SPDX-License-Identifier: AGPL-3.0-or-later
//! The question and its answer, with their two lines in the journal.

use tramite_domain::batch::{Batch, Write};
use tramite_domain::institution::Institution;
use tramite_domain::journal::{Direction, JournalEntry, NODE};
use tramite_domain::notice::NoticeNumber;
use tramite_domain::recovery::ReceiptRecovery;
use tramite_domain::time::Instant;
use tramite_pagopa::receipts::{ReceiptsClient, ReceiptsFailure, content};
use tramite_storage::{Scope, StoreError};

use crate::clock::Clock;
use crate::worker::Worker;

/// The operation of the receipts API, as its description calls it and as the journal names it.
const OPERATION: &str = "getOrganizationReceiptIuvIur";
/// Who calls: a question is bound to no station.
const CALLER: &str = "Tramite";

type Answered = Result<Vec<u8>, ReceiptsFailure>;

/// Asks, and writes down what was asked and said, whatever it was.
pub(super) async fn ask(
    worker: &Worker,
    api: &ReceiptsClient,
    scope: &Scope,
    institution: &Institution,
    recovery: &ReceiptRecovery,
    clock: Clock<'_>,
) -> Result<Answered, StoreError> {
    let organization = institution.tax_code.to_string();
    let asked_at = clock.now();
    let answered = api.receipt(&organization, &recovery.iur, &recovery.iuv).await;
    let now = clock.now();
    let address = api.address(&organization, &recovery.iur, &recovery.iuv);
    let address = address.map(|url| format!("GET {url}")).unwrap_or_default();
    let (notice_number, creditor) = answered.as_ref().ok().and_then(|bytes| told_of(recovery, bytes)).unzip();
    // A notice is its creditor's: another's under our own tax code would be taken for ours of the same number.
    let creditor = creditor.unwrap_or_else(|| organization.clone());
    let exchange = worker.world.id();
    let line = |at: Instant, direction: Direction, payload: Vec<u8>| JournalEntry {
        id: worker.world.id().into(),
        exchange,
        at,
        direction,
        operation: OPERATION.to_owned(),
        caller: CALLER.to_owned(),
        callee: NODE.to_owned(),
        creditor_tax_code: Some(creditor.clone()),
        station_id: None,
        notice_number: notice_number.clone(),
        iuv: Some(recovery.iuv.clone()),
        payment_token: Some(recovery.iur.clone()),
        psp_id: None,
        session_id: None,
        outcome: None,
        http_status: None,
        duration_us: None,
        payload,
    };
    let (outcome, http_status, payload) = said(&answered);
    let response = JournalEntry {
        outcome: Some(outcome.to_owned()),
        http_status,
        duration_us: now.datetime().signed_duration_since(asked_at.datetime()).num_microseconds(),
        ..line(now, Direction::Response, payload)
    };
    let lines = [line(asked_at, Direction::Request, address.into_bytes()), response];
    let batch = lines.into_iter().fold(Batch::new(), |all, line| all.with(Write::InsertJournal(Box::new(line))));
    worker.store.commit(scope, batch).await?;
    Ok(answered)
}

/// The notice that the answer tells, and whose it is, where it is an answer to this question: by them the lines are found by whoever
/// looks for the messages of a person, and exist for who is confined to its service.
fn told_of(recovery: &ReceiptRecovery, bytes: &[u8]) -> Option<(String, String)> {
    let told = content(bytes).ok().filter(|told| told.receipt_id == recovery.iur && told.iuv == recovery.iuv)?;
    let number: NoticeNumber = told.notice_number.parse().ok()?;
    Some((number.to_string(), told.creditor_tax_code))
}

fn said(answered: &Answered) -> (&'static str, Option<u16>, Vec<u8>) {
    match answered {
        Ok(bytes) => ("OK", Some(200), bytes.clone()),
        Err(failure @ ReceiptsFailure::NotFound) => ("KO", Some(404), failure.to_string().into_bytes()),
        Err(failure @ ReceiptsFailure::Refused(status)) => ("KO", Some(*status), failure.to_string().into_bytes()),
        Err(failure) => ("UNAVAILABLE", None, failure.to_string().into_bytes()),
    }
}
