// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the decisions have written: a store in memory that takes their batches as the real one does, and holds the
//! invariants of reliability.md against every write.

use std::collections::{BTreeMap, BTreeSet};

use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::Attempt;
use tramite_domain::batch::{Batch, Write};
use tramite_domain::debt_position::{Activity, DebtPosition};
use tramite_domain::given::Numbers;
use tramite_domain::ids::DebtPositionId;
use tramite_domain::notice::{LocalRange, NoticeNumber, PermutedRange, SegregationCode};
use tramite_domain::receipt::{Receipt, ReceiptOutcome};
use tramite_domain::session::CheckoutSession;

/// The sequence of the institution through its permutation.
pub(crate) struct Sequence {
    range: PermutedRange,
    next: u64,
    given: BTreeSet<String>,
}

impl Sequence {
    fn new(seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_be_bytes());
        Self { range: PermutedRange::new(LocalRange::DEFAULT, &key), next: 0, given: BTreeSet::new() }
    }
}

impl Numbers for Sequence {
    fn next(&mut self) -> Option<NoticeNumber> {
        let number = NoticeNumber::generate(SegregationCode::new(5).unwrap(), self.range.permute(self.next)?);
        self.next += 1;
        let text = number.to_string();
        // I8: the check digits are those of rules.md 2, and no number comes twice, whatever became of the first.
        let (body, check) = text.split_at(16);
        assert_eq!(body.parse::<u64>().unwrap() % 93, check.parse::<u64>().unwrap(), "I8: check digits of {text}");
        assert!(self.given.insert(text), "I8: a number is given twice");
        Some(number)
    }
}

pub(crate) struct Real {
    pub(crate) positions: BTreeMap<DebtPositionId, DebtPosition>,
    pub(crate) sessions: Vec<CheckoutSession>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) receipts: BTreeMap<(String, &'static str), Receipt>,
    pub(crate) numbers: Sequence,
    /// The version that the last event of a position told.
    told: BTreeMap<DebtPositionId, i64>,
}

impl Real {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            positions: BTreeMap::new(),
            sessions: Vec::new(),
            attempts: Vec::new(),
            receipts: BTreeMap::new(),
            numbers: Sequence::new(seed),
            told: BTreeMap::new(),
        }
    }

    /// Attempts and sessions of a position, as a command that may be refused for them reads them.
    pub(crate) fn activity(&self, id: DebtPositionId) -> (Vec<Attempt>, Vec<CheckoutSession>) {
        let position = &self.positions[&id];
        let mine = |one: &Attempt| position.installment(one.installment_id).is_some();
        let holds = |one: &CheckoutSession| position.installments().any(|(_, slip)| one.holds(slip.id));
        (
            self.attempts.iter().filter(|one| mine(one)).cloned().collect(),
            self.sessions.iter().filter(|one| holds(one)).cloned().collect(),
        )
    }

    /// Applies a batch, all of it or a panic.
    pub(crate) fn apply(&mut self, batch: Batch) {
        for write in batch.into_writes() {
            self.write(write);
        }
    }

    fn write(&mut self, write: Write) {
        match write {
            Write::InsertPosition(position) => {
                assert!(self.positions.insert(position.id, *position).is_none(), "a position is there already");
            }
            Write::UpdatePosition { position, expected } => {
                paid_is_final(self.read(position.id, expected, position.version), &position);
                self.positions.insert(position.id, *position);
            }
            Write::TellPosition { position, expected } => {
                let before = self.read(position.id, expected, position.version).clone();
                assert_eq!(*position, told_as(before, &position), "the clock changes what is told and no more");
                self.positions.insert(position.id, *position);
            }
            Write::SettleInstallment { position, expected, installment } => {
                let before = self.read(position.id, expected, position.version).clone();
                paid_is_final(&before, &position);
                let mut only = told_as(before, &position);
                let after = position.installment(installment).unwrap().1;
                let one = only.installment_mut(installment).unwrap();
                one.payment.clone_from(&after.payment);
                one.anomalies.clone_from(&after.anomalies);
                assert_eq!(*position, only, "a receipt changes its installment and no more");
                self.positions.insert(position.id, *position);
            }
            Write::ErasePosition { id, expected, .. } => {
                assert_eq!(self.positions.remove(&id).unwrap().version, expected);
            }
            Write::InsertSession(session) => self.sessions.push(*session),
            Write::UpdateSession { session, expected } => {
                let kept = self.sessions.iter_mut().find(|one| one.id == session.id).unwrap();
                assert_eq!((kept.version, session.version), (expected, expected + 1));
                *kept = *session;
            }
            Write::InsertReceipt(receipt) => {
                let key = (receipt.content.receipt_id.clone(), receipt.content.outcome.name());
                assert!(self.receipts.insert(key, *receipt).is_none(), "I1: a receipt is accepted twice");
            }
            Write::InsertReceiptVariant { variant, expected, opens } => {
                let kept = self.receipts.values_mut().find(|one| one.id == variant.receipt).unwrap();
                assert_eq!((kept.version, opens), (expected, kept.anomalies.insert(Anomaly::ReceiptDiffers)));
                kept.version += i64::from(opens);
            }
            Write::RecordAttempt(attempt) => {
                let key = |one: &Attempt| (one.installment_id, one.kind, one.reference.clone(), one.amount);
                self.attempts.retain(|one| key(one) != key(&attempt));
                self.attempts.push(attempt);
            }
            Write::InsertEvent(event) => {
                if let (Some(id), Some(version)) = (event.data.debt_position_id, event.data.version) {
                    let last = self.told.insert(id, version);
                    assert!(last.is_none_or(|last| last <= version), "events of a position never go back");
                }
            }
            Write::InsertTask(_) | Write::InsertAudit(_) => {}
            other => panic!("a decision about a position writes {other:?}"),
        }
    }

    /// The position as it is kept, at the version that the write expects.
    fn read(&self, id: DebtPositionId, expected: i64, next: i64) -> &DebtPosition {
        let kept = &self.positions[&id];
        assert_eq!((kept.version, next), (expected, expected + 1), "the next version follows the one that was read");
        kept
    }

    /// I1, I2, I9 over everything that is kept.
    pub(crate) fn hold_money(&self) {
        let ok = || self.receipts.values().filter(|one| one.content.outcome == ReceiptOutcome::Ok);
        let by_id: BTreeMap<_, _> = ok().map(|one| (one.id, one)).collect();
        let mut closing = BTreeSet::new();
        let mut booked = 0;
        for position in self.positions.values() {
            let mut ways = BTreeSet::new();
            for (option, one) in position.installments() {
                let Some(payment) = &one.payment else { continue };
                let id = payment.receipt_id.expect("all money came by receipts");
                let receipt = by_id.get(&id).expect("I1: a payment has its receipt");
                assert!(closing.insert(id), "I1: one receipt closes two installments");
                assert_eq!(receipt.content.amount, payment.amount, "I2: what is booked is what was paid");
                assert_eq!(receipt.position.as_ref().map(|one| one.installment_id), Some(one.id));
                booked += payment.amount.cents();
                ways.insert(option.id);
            }
            let double = position.installments().filter(|(_, one)| one.anomalies.contains(&Anomaly::DuplicatePayment));
            let doubled: BTreeSet<_> = double.map(|(option, _)| option.id).collect();
            assert!(ways.len() <= 1 + doubled.len(), "I9: alternatives are paid without a record of it");
        }
        let second: i64 = ok().filter(|one| !closing.contains(&one.id)).map(|one| one.content.amount.cents()).sum();
        let again = ok().filter(|one| !closing.contains(&one.id));
        assert!(
            again.into_iter().all(|one| one.anomalies.contains(&Anomaly::DuplicatePayment)),
            "money without a place"
        );
        let all: i64 = ok().map(|one| one.content.amount.cents()).sum();
        assert_eq!(all, booked + second, "I2: the receipts are what is booked and what was paid twice");
    }
}

pub(crate) fn activity<'a>((attempts, sessions): &'a (Vec<Attempt>, Vec<CheckoutSession>)) -> Activity<'a> {
    Activity { attempts, sessions, places: &[], superseded: false }
}

fn told_as(before: DebtPosition, after: &DebtPosition) -> DebtPosition {
    let (told_status, version, updated_at) = (after.told_status, after.version, after.updated_at);
    DebtPosition { told_status, version, updated_at, ..before }
}

/// I3, and no installment is ever lost nor given another number.
fn paid_is_final(before: &DebtPosition, after: &DebtPosition) {
    for (_, old) in before.installments() {
        let (_, new) = after.installment(old.id).expect("an installment is never removed");
        assert_eq!(old.notice_number, new.notice_number, "I8: a printed number stays with its debt");
        assert!(old.payment.is_none() || old.payment == new.payment, "I3: paid is final");
    }
}
