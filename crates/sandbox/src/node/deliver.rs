// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sending receipts: at once, later, again.

use std::sync::Arc;
use std::time::Duration;

use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_pagopa::current::Request;

use super::Node;
use super::clock::Passed;
use super::exchange::Pace;
use super::fault::{NodeFault, Ppt};
use super::receipts::{Arrival, Recipient, Record, Status};
use super::transcript::{Run, Step};

/// One sending, with what came of it.
#[derive(Clone)]
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

    /// When something is due next.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let late = self.waiting().first().map(|(due, _)| *due);
        let now = self.world.now();
        let receipts = self.receipts();
        let pending = receipts.oldest().flat_map(|(_, record)| &record.recipients).filter(|one| one.is_pending());
        pending.map(|recipient| recipient.next_attempt_at.unwrap_or(now)).chain(late).min()
    }

    /// Sends what is due: receipts that come late, and those that come again.
    pub(super) async fn do_what_is_due(&self, passed: &mut Passed) {
        let now = self.world.now();
        let late: Vec<_> = self.waiting().iter().take_while(|(due, _)| *due <= now).cloned().collect();
        for one in late {
            passed.count(&self.deliver_late(&one).await);
        }
        self.retry(now, passed).await;
    }

    /// Sends what is due again.
    async fn retry(&self, now: Instant, passed: &mut Passed) {
        for receipt_id in self.receipts_with(|recipient| recipient.is_due(now)) {
            let sendings = self.deliver(&receipt_id, |recipient| recipient.is_due(now)).await;
            passed.count(&sendings);
            self.note_delivery(&receipt_id, sendings);
        }
    }

    /// Sends a late receipt, unless somebody else does.
    async fn deliver_late(&self, late: &(Instant, String)) -> Vec<Sending> {
        if !self.waiting().remove(late) {
            return Vec::new();
        }
        let receipt_id = &late.1;
        let sendings = self.deliver(receipt_id, |recipient| recipient.status == Status::NoticeGenerated).await;
        self.note_delivery(receipt_id, sendings.clone());
        sendings
    }

    /// The first sending of a receipt was lost on its way: the Node comes back within the hour.
    pub(crate) fn lose(&self, receipt_id: &str) {
        let now = self.world.now();
        let lost = Arrival::of(&Err(NodeFault::new(Ppt::Unreachable)));
        if let Some(record) = self.receipts().get_mut(receipt_id) {
            for recipient in &mut record.recipients {
                recipient.attempts = recipient.attempts.saturating_add(1);
                recipient.settle(&lost, now);
            }
        }
    }
}

/// Sends a receipt after a while, on the runtime the sandbox was made on. `false` where too many are waiting.
pub(crate) fn later(node: &Arc<Node>, receipt_id: String, seconds: u64) -> bool {
    let Ok(place) = Arc::clone(&node.late).try_acquire_owned() else {
        return false;
    };
    let due = node.world.now().plus_seconds(i64::try_from(seconds).unwrap_or(i64::MAX));
    let late = (due, receipt_id);
    node.waiting().insert(late.clone());
    // Read here: the clock may be put forward before the task has begun.
    let wait = Wait { seconds, begun: tokio::time::Instant::now(), from: node.world.ahead_seconds() };
    let keeper = Arc::clone(node);
    node.runtime.spawn(async move {
        let _place = place;
        wait.out(&keeper).await;
        keeper.deliver_late(&late).await;
    });
    true
}

/// Some seconds of the sandbox's clock.
struct Wait {
    seconds: u64,
    begun: tokio::time::Instant,
    /// How far ahead the clock was then.
    from: i64,
}

impl Wait {
    /// Waits on the machine's clock, less what the sandbox's is put forward in the meantime.
    async fn out(self, node: &Node) {
        let mut moves = node.world.moves();
        loop {
            let skipped = node.world.ahead_seconds().saturating_sub(self.from);
            let left = self.seconds.saturating_sub(u64::try_from(skipped).unwrap_or_default());
            tokio::select! {
                () = tokio::time::sleep_until(self.begun + Duration::from_secs(left)) => return,
                moved = moves.changed() => {
                    if moved.is_err() {
                        return;
                    }
                }
            }
        }
    }
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
            let _turn = node.turn().await;
            let now = node.world.now();
            node.retry(now, &mut Passed::default()).await;
        }
    });
}
