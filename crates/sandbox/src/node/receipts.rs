// SPDX-License-Identifier: AGPL-3.0-or-later
//! The receipts of the Node: who gets each, and how far it got.

use serde::{Deserialize, Serialize};
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use tramite_pagopa::current::{Addressee, Outcome, PaaFault, ReceiptMessage, Version};

use super::fault::{FaultView, NodeFault, Ppt};
use crate::bounded::{Bounded, Forgettable};
use crate::limits::{DELIVERY_ATTEMPTS_MAX, DELIVERY_RETRY_MINUTES, RECEIPTS_MAX};

/// How far a receipt got with one recipient (current.md 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    /// Written, not sent yet.
    NoticeGenerated,
    /// Under way.
    NoticeSent,
    /// The recipient has it.
    Notified,
    /// To be sent again within the hour, 48 times.
    NoticePending,
}

/// One recipient of a receipt.
#[derive(Debug, Clone)]
pub(crate) struct Recipient {
    pub(crate) addressee: Addressee,
    pub(crate) version: Version,
    pub(crate) status: Status,
    pub(crate) attempts: u32,
    pub(crate) next_attempt_at: Option<Instant>,
    pub(crate) last_answer: Option<String>,
}

impl Recipient {
    pub(crate) fn new(addressee: Addressee, version: Version) -> Recipient {
        Recipient {
            addressee,
            version,
            status: Status::NoticeGenerated,
            attempts: 0,
            next_attempt_at: None,
            last_answer: None,
        }
    }

    /// Whether the hourly retry takes it.
    pub(crate) fn is_pending(&self) -> bool {
        self.status == Status::NoticePending && self.attempts < DELIVERY_ATTEMPTS_MAX
    }

    /// Whether its hour has come.
    pub(crate) fn is_due(&self, now: Instant) -> bool {
        self.is_pending() && self.next_attempt_at.is_none_or(|at| at <= now)
    }

    /// Writes down what came of an attempt. A receipt that has arrived stays arrived.
    pub(crate) fn settle(&mut self, arrival: &Arrival, now: Instant) {
        self.last_answer = Some(arrival.word());
        if arrival.is_final() {
            self.status = Status::Notified;
            self.next_attempt_at = None;
        } else if self.status != Status::Notified {
            self.status = Status::NoticePending;
            let goes_on = self.attempts < DELIVERY_ATTEMPTS_MAX;
            self.next_attempt_at = goes_on.then(|| now.plus_minutes(DELIVERY_RETRY_MINUTES));
        }
    }
}

/// What came of sending a receipt to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    Accepted,
    /// PAA_RECEIPT_DUPLICATA: it had it already.
    Duplicate,
    /// Every other refusal: the Node comes back.
    Refused(FaultView),
    /// No answer the Node could use: the Node comes back.
    Failed(FaultView),
}

impl Arrival {
    pub(crate) fn of(result: &Result<(), NodeFault>) -> Arrival {
        match result {
            Ok(()) => Arrival::Accepted,
            Err(NodeFault { ppt: Ppt::Creditor, original: Some(fault), .. }) => match fault.known() {
                Some(PaaFault::DuplicateReceipt) => Arrival::Duplicate,
                _ => Arrival::Refused(FaultView::from(&**fault)),
            },
            Err(fault) => Arrival::Failed(fault.view()),
        }
    }

    const fn is_final(&self) -> bool {
        matches!(self, Arrival::Accepted | Arrival::Duplicate)
    }

    /// accepted, duplicate, refused, failed.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Arrival::Accepted => "accepted",
            Arrival::Duplicate => "duplicate",
            Arrival::Refused(_) => "refused",
            Arrival::Failed(_) => "failed",
        }
    }

    pub(crate) const fn fault(&self) -> Option<&FaultView> {
        match self {
            Arrival::Accepted | Arrival::Duplicate => None,
            Arrival::Refused(fault) | Arrival::Failed(fault) => Some(fault),
        }
    }

    /// OK, or the code of the fault.
    fn word(&self) -> String {
        match self {
            Arrival::Accepted => String::from("OK"),
            Arrival::Duplicate => PaaFault::DuplicateReceipt.code().to_owned(),
            Arrival::Refused(fault) | Arrival::Failed(fault) => fault.fault_code.clone(),
        }
    }
}

/// A receipt with its recipients.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) message: ReceiptMessage,
    pub(crate) created_at: Instant,
    pub(crate) recipients: Vec<Recipient>,
}

impl Record {
    /// The message as one recipient gets it.
    pub(crate) fn addressed(&self, recipient: &Recipient) -> ReceiptMessage {
        let mut message = self.message.clone();
        message.addressee = recipient.addressee.clone();
        message.version = recipient.version;
        message
    }

    pub(crate) fn view(&self) -> ReceiptView {
        let message = &self.message;
        ReceiptView {
            receipt_id: message.receipt_id.clone(),
            creditor_tax_code: message.fiscal_code.clone(),
            notice_number: message.notice_number.clone(),
            iuv: message.creditor_reference_id.clone().unwrap_or_default(),
            amount: message.payment_amount,
            outcome: if message.outcome == Outcome::Ok { "OK" } else { "KO" },
            stand_in: message.stand_in.unwrap_or_default(),
            payment_note: message.payment_note.clone(),
            created_at: self.created_at,
            recipients: self.recipients.iter().map(RecipientView::from).collect(),
        }
    }
}

impl Forgettable for Record {
    fn is_over(&self) -> bool {
        self.recipients.iter().all(|recipient| recipient.status == Status::Notified)
    }
}

/// All receipts, by their id.
pub(crate) type Receipts = Bounded<String, Record>;

/// No receipts yet.
pub(crate) fn none() -> Receipts {
    Bounded::new(RECEIPTS_MAX)
}

/// A receipt as JSON shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ReceiptView {
    pub(crate) receipt_id: String,
    pub(crate) creditor_tax_code: String,
    pub(crate) notice_number: String,
    pub(crate) iuv: String,
    /// In cents.
    pub(crate) amount: Cents,
    pub(crate) outcome: &'static str,
    pub(crate) stand_in: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_note: Option<String>,
    pub(crate) created_at: Instant,
    pub(crate) recipients: Vec<RecipientView>,
}

/// A recipient as JSON shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RecipientView {
    pub(crate) id_pa: String,
    pub(crate) station_id: String,
    pub(crate) primitive: &'static str,
    pub(crate) status: Status,
    pub(crate) attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_attempt_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_answer: Option<String>,
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> RecipientView {
        RecipientView {
            id_pa: recipient.addressee.id_pa.clone(),
            station_id: recipient.addressee.id_station.clone(),
            primitive: recipient.version.receipt().operation(),
            status: recipient.status,
            attempts: recipient.attempts,
            next_attempt_at: recipient.next_attempt_at,
            last_answer: recipient.last_answer.clone(),
        }
    }
}
