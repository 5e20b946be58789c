// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sending receipts: at once, later, again.

use std::sync::Arc;
use std::time::Duration;

use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_pagopa::current::Request;

use super::Node;
use super::exchange::Pace;
use super::receipts::{Arrival, Recipient, Record, Status};
use super::transcript::{Run, Step};

/// One sending, with what came of it.
pub(crate) struct Sending {
    pub(crate) id_pa: String,
    pub(crate) station_id: String,
    pub(crate) arrival: Arrival,
    pub(crate) step: Step,
}

impl Node {
    /// Sends a receipt to its recipients and writes down how far it got. `which` chooses among them.
    pub(crate) async fn deliver(&self, receipt_id: &str, which: impl Fn(&Recipient) -> bool) -> Vec<Sending> {
        let Some(record) = self.record(receipt_id) else {
            return Vec::new();
        };
        let mut sendings = Vec::new();
        for recipient in record.recipients.iter().filter(|recipient| which(recipient)) {
            self.update(receipt_id, recipient, |recipient| {
                recipient.attempts = recipient.attempts.saturating_add(1);
                if recipient.status != Status::Notified {
                    recipient.status = Status::NoticeSent;
                }
            });
            let sending = self.send(&record, recipient).await;
            let now = self.world.now();
            self.update(receipt_id, recipient, |recipient| recipient.settle(&sending.arrival, now));
            sendings.push(sending);
        }
        sendings
    }

    /// Sends a receipt to one recipient, and writes nothing down.
    pub(crate) async fn send(&self, record: &Record, recipient: &Recipient) -> Sending {
        let request = Request::Receipt(Box::new(record.addressed(recipient)));
        let exchange = self.call("receipt", &request).await;
        Sending {
            id_pa: recipient.addressee.id_pa.clone(),
            station_id: recipient.addressee.id_station.clone(),
            arrival: Arrival::of(&exchange.result.map(drop)),
            step: exchange.step,
        }
    }

    /// A copy of a receipt and its recipients.
    pub(crate) fn record(&self, receipt_id: &str) -> Option<Record> {
        self.receipts().get(receipt_id).cloned()
    }

    /// The same receipt with another fee: what a provider that corrects itself would send.
    pub(crate) fn altered(record: &Record) -> Record {
        let mut altered = record.clone();
        let fee = altered.message.fee.unwrap_or(Cents::ZERO);
        let cent = Cents::new(1).unwrap_or(Cents::ZERO);
        altered.message.fee = Some(fee.checked_add(cent).unwrap_or(Cents::ZERO));
        altered
    }

    fn update(&self, receipt_id: &str, recipient: &Recipient, change: impl FnOnce(&mut Recipient)) {
        let mut receipts = self.receipts();
        let record = receipts.get_mut(receipt_id);
        let known =
            record.and_then(|record| record.recipients.iter_mut().find(|known| known.addressee == recipient.addressee));
        if let Some(known) = known {
            change(known);
        }
    }

    /// The receipts of which a recipient is chosen, oldest first.
    pub(crate) fn receipts_with(&self, which: impl Fn(&Recipient) -> bool) -> Vec<String> {
        let receipts = self.receipts();
        let chosen = receipts.oldest().filter(|(_, record)| record.recipients.iter().any(&which));
        chosen.map(|(id, _)| id.clone()).collect()
    }

    /// Lets a receipt begin its 48 attempts anew, and a held one its first: what a support ticket does.
    pub(crate) fn restart(&self, receipt_id: &str) {
        if let Some(record) = self.receipts().get_mut(receipt_id) {
            for recipient in record.recipients.iter_mut().filter(|recipient| recipient.status != Status::Notified) {
                recipient.status = Status::NoticePending;
                recipient.attempts = 0;
            }
        }
    }

    /// Keeps the transcript of a delivery that nobody waited for.
    pub(crate) fn note_delivery(&self, receipt_id: &str, sendings: Vec<Sending>) {
        let Some(record) = self.record(receipt_id) else {
            return;
        };
        let failed = sendings.iter().find_map(|sending| sending.arrival.fault());
        let outcome = failed.map_or_else(|| String::from("OK"), |fault| fault.fault_code.clone());
        self.keep(Run {
            id: self.world.id(),
            at: self.world.now().to_string(),
            kind: "receipt",
            creditor_tax_code: record.message.fiscal_code,
            notice_number: record.message.notice_number,
            outcome,
            transcript: sendings.into_iter().map(|sending| sending.step).collect(),
        });
    }

    /// Sends what is due again.
    async fn retry(&self, now: Instant) {
        for receipt_id in self.receipts_with(|recipient| recipient.is_due(now)) {
            let sendings = self.deliver(&receipt_id, |recipient| recipient.is_due(now)).await;
            self.note_delivery(&receipt_id, sendings);
        }
    }
}

/// Sends a receipt after a while, on the runtime the sandbox was made on. `false` where too many are waiting.
pub(crate) fn later(node: &Arc<Node>, receipt_id: String, seconds: u64) -> bool {
    let Ok(place) = Arc::clone(&node.late).try_acquire_owned() else {
        return false;
    };
    let keeper = Arc::clone(node);
    node.runtime.spawn(async move {
        let _place = place;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        let sendings = keeper.deliver(&receipt_id, |recipient| recipient.status == Status::NoticeGenerated).await;
        keeper.note_delivery(&receipt_id, sendings);
    });
    true
}

/// The hourly retry, for as long as somebody holds the Node.
pub(crate) fn keep_retrying(node: &Arc<Node>, pace: Pace) {
    let node_that_may_go = Arc::downgrade(node);
    node.runtime.spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(pace.retry_look_ms)).await;
            let Some(node) = node_that_may_go.upgrade() else {
                return;
            };
            let now = node.world.now();
            node.retry(now).await;
        }
    });
}
