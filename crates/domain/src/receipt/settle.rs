// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt meets its position: it pays, whatever the position's state; what is strange is flagged (rules.md 30, 31).

use std::collections::BTreeSet;

use crate::anomaly::Anomaly;
use crate::attempt::{ATTEMPT_LOCK_SECONDS, Attempt, AttemptKind};
use crate::batch::{Batch, Write};
use crate::debt_position::{
    DebtPosition, Installment, InstallmentStatus, OptionKind, PastAmount, PaymentOption, amount_due, growing,
    installment_status, position_status, transfers_due, was_due_between,
};
use crate::event::EventKind;
use crate::given::Given;
use crate::money::Cents;
use crate::notice::NoticeNumber;
use crate::session::CheckoutSession;
use crate::submission::paid_places;
use crate::time::Instant;

use super::accept::{Known, anomalies_told, payment_of, receipt_event, received, subject_of};
use super::{Receipt, ReceiptContent};

/// Pays the installment of the notice and tells it; a second payment is recorded and changes no state.
pub(super) fn settle(given: &mut Given<'_>, known: Known<'_>, position: &DebtPosition, receipt: &mut Receipt) -> Batch {
    let number: Option<NoticeNumber> = receipt.content.notice_number.parse().ok();
    let found = position.installments().find(|(_, one)| one.notice_number == number);
    let Some((option, installment)) = found else {
        return received(given, receipt);
    };
    receipt.position = Some(subject_of(position, installment.id));
    book(receipt, position, installment);
    receipt.anomalies.extend(strangeness(given.now, known.attempts, position, (option, installment), receipt));
    let (places, over) = paid_places(position, known.places);
    receipt.anomalies.extend(over.then_some(Anomaly::OverCapacity));
    let before = position_status(position, given.now);
    let mut after = position.clone();
    let second = installment.payment.is_some();
    if second {
        receipt.anomalies.insert(Anomaly::DuplicatePayment);
    }
    if let Some(one) = after.installment_mut(installment.id) {
        one.anomalies.extend(receipt.anomalies.iter().copied());
        if !second {
            one.payment = Some(payment_of(receipt));
        }
    }
    after.version = position.version + 1;
    after.updated_at = given.now;
    after.told_status = position_status(&after, given.now);
    let mut event = receipt_event(given, receipt, EventKind::InstallmentPaid);
    event.data.version = Some(after.version);
    event.data.installment_reference = Some(installment.reference.clone());
    event.data.status = Some(after.told_status.name().to_owned());
    event.data.previous_status = (before != after.told_status).then(|| before.name().to_owned());
    if let Some(session) = paying_session(known.sessions, receipt) {
        event.data.session_id = Some(session.id);
        event.data.client_reference = session.client_reference.as_ref().map(|text| text.as_str().to_owned());
        event.data.session_client_id = Some(session.client_id);
    }
    let strange = anomalies_told(given, &receipt.anomalies, &event.data);
    let mut batch = Batch::new().with(Write::SettleInstallment {
        position: Box::new(after),
        expected: position.version,
        installment: installment.id,
    });
    batch.append(places);
    // A second payment pays nothing, but its money is there: it is told as a receipt.
    if second {
        event.kind = EventKind::ReceiptReceived;
        event.data.channel = None;
        event.data.status = Some(receipt.content.outcome.name().to_owned());
    }
    batch.push(Write::InsertEvent(Box::new(event)));
    batch.append(strange);
    batch
}

/// The session in which it was paid: the Node gives the name of its cart back; without one, the only session that sent
/// somebody to pay.
fn paying_session<'a>(sessions: &'a [CheckoutSession], receipt: &Receipt) -> Option<&'a CheckoutSession> {
    let cart = |session: &&CheckoutSession| {
        let named = session.cart.as_ref().map(|cart| cart.reference.as_str());
        named.is_some() && named == receipt.content.payment_note.as_deref()
    };
    let mut sent = sessions.iter().filter(|session| session.cart.is_some());
    let only = || sent.next().filter(|_| sent.next().is_none());
    sessions.iter().find(cart).or_else(only)
}

/// The receipt's shares are booked as the shares of the installment that they pay: with the amount that stands here, or with
/// what was added because it was late, or said when it was asked for. What was added is the difference to the entries. One of
/// another amount pays another share than the one that stands here now.
fn book(receipt: &mut Receipt, position: &DebtPosition, installment: &Installment) {
    let difference = |paid: Cents, stands: Cents| paid.cents().saturating_sub(stands.cents());
    let added = difference(receipt.content.amount, installment.amount);
    let due = transfers_due(position, installment, &amount_due(position, installment, receipt.paid_at));
    // What its institution's own system said is known no more; whichever it was, one share carried the difference.
    let asked = position.amount_callback.as_ref().and_then(|_| growing(position, installment));
    for paid in &mut receipt.content.transfers {
        let Some(share) = installment.transfers.iter().find(|share| share.index == paid.index) else { continue };
        let grown = due.iter().any(|one| one.index == paid.index && one.amount != share.amount);
        let moved = (grown || asked == Some(paid.index)) && difference(paid.amount, share.amount) == added;
        if share.amount == paid.amount || moved {
            paid.accounting.clone_from(&share.accounting);
        }
    }
}

fn strangeness(
    now: Instant,
    attempts: &[Attempt],
    position: &DebtPosition,
    (option, installment): (&PaymentOption, &Installment),
    receipt: &Receipt,
) -> BTreeSet<Anomaly> {
    let mut found = BTreeSet::new();
    let mine = || attempts.iter().filter(|one| one.installment_id == installment.id);
    let since = receipt.paid_at.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let asked = || mine().any(|one| one.at >= since && one.amount == receipt.content.amount);
    // The state that counts is that of the instant of payment, but a receipt from the future is judged by now.
    let at = receipt.paid_at.min(now);
    match installment_status(position, option, installment, at) {
        InstallmentStatus::Open => {}
        InstallmentStatus::Draft | InstallmentStatus::Scheduled => _ = found.insert(Anomaly::DraftPosition),
        InstallmentStatus::Cancelled => {
            found.insert(Anomaly::CancelledPosition);
            // Withdrawn or not: where an alternative was paid too, that is a double payment (I9).
            found.extend(paid_elsewhere(position, option).then_some(Anomaly::DuplicatePayment));
        }
        InstallmentStatus::Paid | InstallmentStatus::Reported => _ = found.insert(Anomaly::DuplicatePayment),
        InstallmentStatus::Superseded => {
            // Two alternatives of one debt were paid: that is a double payment, said so explicitly (I9).
            found.extend([Anomaly::SupersededPosition, Anomaly::DuplicatePayment]);
        }
        InstallmentStatus::Expired => {
            let late = option.kind == OptionKind::Reduced && !past_own_term(position, installment, at);
            if !late {
                found.insert(Anomaly::ExpiredPosition);
            } else if !asked() {
                // Who was told the amount a moment before is not late: the day of notification may have been told since.
                found.insert(Anomaly::LateReduced);
            }
        }
    }
    // Where the institution's own system says what is due, what it said lately is what was told to the Node; where nobody is
    // known to have asked at all, nobody knows what it would have said, and that is told instead.
    let right = if position.amount_callback.is_some() {
        asked() || !mine().any(|one| one.kind != AttemptKind::Cart)
    } else {
        asked() || was_due(now, position, installment, receipt)
    };
    if !right {
        found.insert(Anomaly::AmountMismatch);
    }
    if !receipt.content.stand_in && !mine().any(|one| one.kind != AttemptKind::Cart) {
        found.insert(Anomaly::NotActivated);
    }
    found
}

/// Whether money came for another option of the position.
fn paid_elsewhere(position: &DebtPosition, option: &PaymentOption) -> bool {
    position.installments().any(|(other, one)| other.id != option.id && one.payment.is_some())
}

/// Whether the installment's own dates, apart from the reduced option's term, had passed.
fn past_own_term(position: &DebtPosition, installment: &Installment, at: Instant) -> bool {
    let due = installment.due_date.filter(|_| position.expires_after_due_date).map(Instant::end_of_rome_day);
    installment.expires_at.or(due).is_some_and(|end| end <= at)
}

/// Whether the amount was one that was due between half an hour before the payment and now (rules.md 30).
fn was_due(now: Instant, position: &DebtPosition, installment: &Installment, receipt: &Receipt) -> bool {
    let ReceiptContent { amount, .. } = receipt.content;
    let since = receipt.paid_at.plus_seconds(-ATTEMPT_LOCK_SECONDS);
    let before = |past: &PastAmount| {
        // What was due under the former terms; what is added since then rests on them too.
        let former = Installment { amount: past.amount, ..installment.clone() };
        past.until >= since && was_due_between(position, &former, amount, since, past.until)
    };
    was_due_between(position, installment, amount, since, now) || installment.past_amounts.iter().any(before)
}
