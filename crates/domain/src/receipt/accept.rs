// SPDX-License-Identifier: AGPL-3.0-or-later
//! Taking a receipt in: always kept, and whatever is strange about it is told (rules.md 26 to 33).

use std::collections::{BTreeMap, BTreeSet};

use crate::anomaly::Anomaly;
use crate::attempt::Attempt;
use crate::batch::{Batch, Write};
use crate::debt_position::{DebtPosition, Payment, PaymentChannel};
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::InstallmentId;
use crate::institution::{Institution, InstitutionStatus};
use crate::notice::NoticeNumber;
use crate::recovery::{RECEIPTS_API, tell_the_same};
use crate::session::{CheckoutSession, ItemPayment, item_paid};
use crate::submission::PlaceOfPosition;
use crate::task::{Task, Work};

use super::settle::settle;
use super::unknown::unknown_position;
use super::{Receipt, ReceiptContent, ReceiptMessage, ReceiptOutcome, ReceiptRole, ReceiptSubject, ReceiptVariant};

/// A receipt as it arrived at our door.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What the Node told.
    pub content: ReceiptContent,
    /// `idPA`.
    pub addressee_tax_code: String,
    /// `idStation`.
    pub station_id: String,
    /// The primitive.
    pub primitive: String,
    /// SHA-256 of the peer's public key, where the listener proved one.
    pub peer_fingerprint: Option<String>,
    /// The message as received.
    pub message: ReceiptMessage,
}

/// What is known here about it. The position is that of (receipt.fiscalCode, noticeNumber), never of idPA (rules.md 27).
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The institution it is addressed to.
    pub institution: &'a Institution,
    /// Whether the broker it names is that of the station it names; else it came by a wrong way (rules.md 28).
    pub broker_matches: bool,
    /// The receipt kept under the same key, if any.
    pub kept: Option<&'a Receipt>,
    /// Whether the very bytes that came now are kept beside it already.
    pub variant_kept: bool,
    /// The position of its notice; none for a copy or an unknown notice.
    pub position: Option<&'a DebtPosition>,
    /// Whether the number of an unknown notice, or the creditor reference it implies, was given to another notice or to
    /// a draft since erased. No position can be made for it then, and the receipt stands by itself.
    pub number_taken: bool,
    /// The places that the submission of the position took; none of a position that no form has made.
    pub places: &'a [PlaceOfPosition],
    /// Attempts on the position's installments.
    pub attempts: &'a [Attempt],
    /// Sessions that hold the installment as an unpaid item: all that are live, and some that are over.
    pub sessions: &'a [CheckoutSession],
    /// Whether there are more that are over: they are completed afterwards.
    pub more_sessions: bool,
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// Kept for the first time; answer OK once the batch is committed.
    First {
        /// What to write.
        batch: Batch,
    },
    /// Kept before; answer `PAA_RECEIPT_DUPLICATA` once the batch, which may be empty, is committed.
    Duplicate {
        /// Other bytes under the same key are kept and flagged.
        batch: Batch,
    },
}

/// Takes a receipt in. It cannot be refused: the money is with the PSP (current.md 6).
#[must_use]
pub fn accept(given: &mut Given<'_>, known: Known<'_>, arrival: &Arrival) -> Accepted {
    if let Some(kept) = known.kept {
        return Accepted::Duplicate { batch: again(given, kept, known, arrival) };
    }
    let owner = arrival.content.creditor_tax_code == known.institution.tax_code.as_str();
    let mut receipt = new_receipt(given, known, arrival, owner);
    if !owner || arrival.content.outcome == ReceiptOutcome::Ko {
        if let (true, Some(position)) = (owner, known.position) {
            receipt.position = subject(position, arrival);
        }
        let told = received(given, &receipt);
        let mut batch = Batch::new().with(Write::InsertReceipt(Box::new(receipt)));
        batch.append(told);
        return Accepted::First { batch };
    }
    let mut batch = Batch::new();
    if let Some(position) = known.position {
        let settled = settle(given, known, position, &mut receipt);
        batch.push(Write::InsertReceipt(Box::new(receipt.clone())));
        batch.append(settled);
        batch.append(complete_sessions(given, known.sessions, &receipt));
    } else {
        let unknown = unknown_position(given, known, &mut receipt);
        batch.append(unknown);
        batch.push(Write::InsertReceipt(Box::new(receipt.clone())));
    }
    batch.append(follow_up(given, &receipt, known.more_sessions));
    Accepted::First { batch }
}

/// The same key again: the first stays as it is, other bytes are kept beside it (rules.md 26). They are told once, and anew
/// where somebody has dealt with those that came before.
fn again(given: &mut Given<'_>, kept: &Receipt, known: Known<'_>, arrival: &Arrival) -> Batch {
    // What was forgotten is not kept anew because somebody sends it once more.
    if kept.message.is_forgotten() || kept.message.sha256 == arrival.message.sha256 || known.variant_kept {
        return Batch::new();
    }
    let variant = ReceiptVariant {
        id: given.id(),
        receipt: kept.id,
        station_id: arrival.station_id.clone(),
        primitive: arrival.primitive.clone(),
        peer_fingerprint: arrival.peer_fingerprint.clone(),
        message: arrival.message.clone(),
        received_at: given.now,
    };
    let differs = Anomaly::ReceiptDiffers;
    // What came by two ways never has the same bytes; what is booked may be the same.
    let by_two_ways = (kept.primitive == RECEIPTS_API) != (arrival.primitive == RECEIPTS_API);
    let same = by_two_ways && tell_the_same(&kept.content, &arrival.content);
    let opens = !same && (!kept.anomalies.contains(&differs) || kept.resolutions.contains_key(&differs));
    let kept_beside = Write::InsertReceiptVariant { variant: Box::new(variant), expected: kept.version, opens };
    let mut batch = Batch::new().with(kept_beside);
    if !opens {
        return batch;
    }
    let mut event = anomaly_event(given, kept, EventKind::AnomalyDetected, differs);
    if let Some((position, installment)) = known.position.and_then(|position| paid_by(kept, position)) {
        event.data.version = Some(position.version + 1);
        batch.push(flag(given, position, installment, differs));
    }
    batch.with(Write::InsertEvent(Box::new(event)))
}

/// The installment that a receipt paid; a KO paid none.
fn paid_by<'a>(kept: &Receipt, position: &'a DebtPosition) -> Option<(&'a DebtPosition, InstallmentId)> {
    let subject = kept.position.as_ref().filter(|_| kept.content.outcome == ReceiptOutcome::Ok)?;
    let paid = position.installment(subject.installment_id).is_some_and(|(_, one)| one.payment.is_some());
    (position.id == subject.position_id && paid).then_some((position, subject.installment_id))
}

/// What is found strange about a paid installment later.
fn flag(given: &Given<'_>, position: &DebtPosition, installment: InstallmentId, anomaly: Anomaly) -> Write {
    let mut after = position.clone();
    if let Some(one) = after.installment_mut(installment) {
        one.anomalies.insert(anomaly);
    }
    after.version = position.version + 1;
    after.updated_at = given.now;
    Write::SettleInstallment { position: Box::new(after), expected: position.version, installment }
}

/// What is told of a receipt that pays nothing here: that it came, and whatever is strange about it.
pub(super) fn received(given: &mut Given<'_>, receipt: &Receipt) -> Batch {
    let event = receipt_event(given, receipt, EventKind::ReceiptReceived);
    let strange = anomalies_told(given, &receipt.anomalies, &event.data);
    let mut batch = Batch::new().with(Write::InsertEvent(Box::new(event)));
    batch.append(strange);
    batch
}

/// One event for each strange thing, so that each can be followed by itself until somebody resolves it.
pub(crate) fn anomalies_told(given: &mut Given<'_>, anomalies: &BTreeSet<Anomaly>, data: &EventData) -> Batch {
    let mut batch = Batch::new();
    for anomaly in anomalies {
        let event = Event {
            id: given.id(),
            kind: EventKind::AnomalyDetected,
            at: given.now,
            client_id: None,
            data: EventData { anomalies: BTreeSet::from([*anomaly]), previous_status: None, ..data.clone() },
        };
        batch.push(Write::InsertEvent(Box::new(event)));
    }
    batch
}

/// An event about one strange thing of a receipt.
pub(super) fn anomaly_event(given: &mut Given<'_>, receipt: &Receipt, kind: EventKind, anomaly: Anomaly) -> Event {
    let mut event = receipt_event(given, receipt, kind);
    event.data.anomalies = BTreeSet::from([anomaly]);
    event
}

fn new_receipt(given: &mut Given<'_>, known: Known<'_>, arrival: &Arrival, owner: bool) -> Receipt {
    let content = &arrival.content;
    let mut anomalies = BTreeSet::new();
    let mut flag = |yes: bool, anomaly: Anomaly| {
        if yes {
            anomalies.insert(anomaly);
        }
    };
    flag(content.stand_in, Anomaly::StandIn);
    let own_way = known.broker_matches && known.institution.is_served_by(&arrival.station_id, given.now);
    flag(!own_way, Anomaly::StationMismatch);
    flag(known.institution.status != InstitutionStatus::Active, Anomaly::InstitutionInactive);
    // Without the instant of payment the reception stands for it, and that is told (rules.md 29).
    flag(!content.irregularities.is_empty() || content.paid_at.is_none(), Anomaly::IrregularMessage);
    Receipt {
        id: given.id(),
        content: content.clone(),
        addressee_tax_code: arrival.addressee_tax_code.clone(),
        position: None,
        role: if owner { ReceiptRole::Owner } else { ReceiptRole::Beneficiary },
        paid_at: content.paid_at.unwrap_or(given.now),
        received_at: given.now,
        station_id: arrival.station_id.clone(),
        primitive: arrival.primitive.clone(),
        peer_fingerprint: arrival.peer_fingerprint.clone(),
        anomalies,
        resolutions: BTreeMap::new(),
        version: 1,
        message: arrival.message.clone(),
    }
}

/// The installment of the notice, and what a reader of the receipt is told of its position.
fn subject(position: &DebtPosition, arrival: &Arrival) -> Option<ReceiptSubject> {
    let number: NoticeNumber = arrival.content.notice_number.parse().ok()?;
    let (_, installment) = position.installments().find(|(_, one)| one.notice_number.as_ref() == Some(&number))?;
    Some(subject_of(position, installment.id))
}

pub(super) fn subject_of(position: &DebtPosition, installment_id: InstallmentId) -> ReceiptSubject {
    ReceiptSubject {
        position_id: position.id,
        installment_id,
        service_code: position.service_code.clone(),
        external_id: position.external_id.clone(),
    }
}

/// The payment that a receipt tells.
pub(super) fn payment_of(receipt: &Receipt) -> Payment {
    Payment { paid_at: receipt.paid_at, amount: receipt.content.amount, receipt_id: Some(receipt.id), reference: None }
}

fn complete_sessions(given: &mut Given<'_>, sessions: &[CheckoutSession], receipt: &Receipt) -> Batch {
    let mut batch = Batch::new();
    let Some(subject) = &receipt.position else { return batch };
    let payment =
        ItemPayment { paid_at: receipt.paid_at, amount: receipt.content.amount, receipt_id: Some(receipt.id) };
    for session in sessions {
        batch.append(item_paid(given, session, subject.installment_id, &payment));
    }
    batch
}

/// How long after a receipt its activation is looked for again, in seconds: another process may have answered the get,
/// and writes it a tenth of a second later.
const ACTIVATION_WAIT_SECONDS: i64 = 1;

/// Work that follows: sessions of other institutions that hold the notice, those beyond what one transaction completes,
/// and an alarm where nobody had asked.
fn follow_up(given: &mut Given<'_>, receipt: &Receipt, more_sessions: bool) -> Batch {
    let foreign = Work::SettleForeignItems {
        creditor_tax_code: receipt.content.creditor_tax_code.clone(),
        notice_number: receipt.content.notice_number.clone(),
        amount: receipt.content.amount,
        paid_at: receipt.paid_at,
        marked: false,
    };
    let mut batch = Batch::new().with(Write::InsertTask(Task { id: given.id(), work: foreign, due_at: given.now }));
    if let Some(subject) = receipt.position.as_ref().filter(|_| more_sessions) {
        let work = Work::SettleOwnItems {
            installment_id: subject.installment_id,
            receipt_id: receipt.id,
            amount: receipt.content.amount,
            paid_at: receipt.paid_at,
        };
        batch.push(Write::InsertTask(Task { id: given.id(), work, due_at: given.now }));
    }
    if receipt.anomalies.contains(&Anomaly::NotActivated) {
        let work = Work::CheckActivation { receipt_id: receipt.id };
        let due_at = given.now.plus_seconds(ACTIVATION_WAIT_SECONDS);
        batch.push(Write::InsertTask(Task { id: given.id(), work, due_at }));
    }
    batch
}

/// An event about a receipt by itself.
pub(super) fn receipt_event(given: &mut Given<'_>, receipt: &Receipt, kind: EventKind) -> Event {
    let subject = receipt.position.as_ref();
    Event {
        id: given.id(),
        kind,
        at: given.now,
        client_id: None,
        data: EventData {
            service_code: subject.and_then(|one| one.service_code.clone()),
            external_id: subject.and_then(|one| one.external_id.clone()),
            debt_position_id: subject.map(|one| one.position_id),
            installment_id: subject.map(|one| one.installment_id),
            iuv: Some(receipt.content.iuv.clone()),
            notice_number: Some(receipt.content.notice_number.clone()),
            amount: Some(receipt.content.amount),
            paid_at: (receipt.content.outcome == ReceiptOutcome::Ok).then_some(receipt.paid_at),
            channel: (kind == EventKind::InstallmentPaid).then(|| PaymentChannel::Pagopa.name().to_owned()),
            receipt_id: Some(receipt.id),
            status: Some(receipt.content.outcome.name().to_owned()),
            anomalies: receipt.anomalies.clone(),
            ..EventData::default()
        },
    }
}
