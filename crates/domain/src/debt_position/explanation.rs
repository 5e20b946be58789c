// SPDX-License-Identifier: AGPL-3.0-or-later
//! "Why is this payment stuck?": what a position waits for, found from what is known of it at an instant.
//!
//! The first thing that holds decides: money that came, money that may be on its way, the state, and what payers did last.

use std::collections::BTreeSet;

use crate::anomaly::Anomaly;
use crate::attempt::{ATTEMPT_LOCK_SECONDS, Attempt, AttemptKind};
use crate::ids::{ClientId, InstallmentId, ReceiptRowId, SessionId};
use crate::named::named;
use crate::receipt::ReceiptOutcome;
use crate::session::{CheckoutSession, REDELIVERY_WINDOW_SECONDS, SessionStatus, session_status};
use crate::time::Instant;

use super::explanation_words::{Begun, Words};
use super::{DebtPosition, InstallmentStatus, PositionStatus, installment_status, position_status};

/// What is known of a position beside itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Circumstances<'a> {
    /// Who tried to pay its installments; the newest of them at least.
    pub attempts: &'a [Attempt],
    /// Sessions that hold one of its installments and are not over.
    pub sessions: &'a [KnownSession<'a>],
    /// Receipts for its notices.
    pub receipts: &'a [KnownReceipt],
    /// When a provider looked one of its notices up last.
    pub looked_up_at: Option<Instant>,
    /// The client that cancelled it.
    pub cancelled_by: Option<ClientId>,
}

/// A session that holds an installment of the position.
#[derive(Debug, Clone, Copy)]
pub struct KnownSession<'a> {
    /// The session.
    pub session: &'a CheckoutSession,
    /// Whether the reader may see it by itself: the id of another client's session is not told.
    pub named: bool,
}

/// As much of a receipt as an explanation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownReceipt {
    /// Our id.
    pub id: ReceiptRowId,
    /// The Node's id.
    pub receipt_id: String,
    /// Whether money was paid.
    pub outcome: ReceiptOutcome,
    /// When it came.
    pub received_at: Instant,
    /// What was strange about it, and dealt with.
    pub resolved: BTreeSet<Anomaly>,
}

/// What a position waits for: a stable code for programs, and one exact sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub waits_for: WaitsFor,
    /// The sentence, in English; days and hours are those of Italy.
    pub sentence: String,
    /// Until when, or from when, where an instant ends the waiting.
    pub until: Option<Instant>,
    /// The session it is about, where the reader may see it.
    pub session_id: Option<SessionId>,
    /// The receipt it is about.
    pub receipt_id: Option<ReceiptRowId>,
}

/// What a position waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitsFor {
    /// To be published.
    Publication,
    /// Its first payable instant.
    Opening,
    /// Anybody: nobody has asked for it.
    Payer,
    /// A payer who looked at it and did not begin.
    PayerWhoLooked,
    /// A payer whose session was made and who did not come.
    PayerOfSession,
    /// A payer who is at Checkout.
    PayerAtCheckout,
    /// A payer whose last try was not paid.
    PayerAgain,
    /// The end of a payment that runs.
    PaymentRunning,
    /// The receipt of a payment that was begun.
    Receipt,
    /// The payment of the next installment.
    NextInstallment,
    /// A later due date.
    LaterDueDate,
    /// To be reopened, if at all.
    Reopening,
    /// Somebody who looks at what is strange about its payment.
    Review,
    /// The PSP's report of the settlement.
    Settlement,
    /// Nothing.
    Nothing,
}

named!(WaitsFor {
    Publication = "publication", Opening = "opening", Payer = "payer", PayerWhoLooked = "payer_who_looked",
    PayerOfSession = "payer_of_session", PayerAtCheckout = "payer_at_checkout", PayerAgain = "payer_again",
    PaymentRunning = "payment_running", Receipt = "receipt", NextInstallment = "next_installment",
    LaterDueDate = "later_due_date", Reopening = "reopening", Review = "review", Settlement = "settlement",
    Nothing = "nothing",
});

/// What the position waits for at an instant.
#[must_use]
pub fn explain(position: &DebtPosition, known: Circumstances<'_>, now: Instant) -> Explanation {
    let status = position_status(position, now);
    if status.is_final() {
        return settled(position, known, status);
    }
    let question = Question { position, known, status, now, words: Words { position, status, now } };
    question.on_its_way().or_else(|| question.by_state()).unwrap_or_else(|| question.payer())
}

/// Paid: what is left is to look at what is strange, or the PSP's report.
fn settled(position: &DebtPosition, known: Circumstances<'_>, status: PositionStatus) -> Explanation {
    let paid = || position.installments().filter_map(|(_, one)| Some((one, one.payment.as_ref()?)));
    // Of several installments the last payment closed the position.
    let Some((last, payment)) = paid().max_by_key(|(_, payment)| payment.paid_at) else {
        return said(WaitsFor::Nothing, "Paid.".to_owned());
    };
    let receipt = payment.receipt_id.and_then(|id| known.receipts.iter().find(|one| one.id == id));
    // What somebody has dealt with waits for nobody; nor does what the institution itself has said of a payment that it told.
    let dealt_with = |anomaly: &Anomaly| known.receipts.iter().any(|one| one.resolved.contains(anomaly));
    let by_receipt = paid().filter(|(one, _)| !one.is_marked() || one.anomalies.contains(&Anomaly::DuplicatePayment));
    let strange: Vec<Anomaly> = by_receipt.flat_map(|(one, _)| one.anomalies.iter().copied()).collect();
    let strange: Vec<Anomaly> = strange.into_iter().filter(|one| !dealt_with(one)).collect();
    let waits_for = match (strange.is_empty(), status) {
        (false, _) => WaitsFor::Review,
        (true, PositionStatus::Paid) if payment.receipt_id.is_some() => WaitsFor::Settlement,
        (true, _) => WaitsFor::Nothing,
    };
    let sentence = Words::paid(payment, receipt, last.reported_at.filter(|_| status.is_final()), &strange);
    Explanation { receipt_id: payment.receipt_id, ..said(waits_for, sentence) }
}

fn said(waits_for: WaitsFor, sentence: String) -> Explanation {
    Explanation { waits_for, sentence, until: None, session_id: None, receipt_id: None }
}

struct Question<'a> {
    position: &'a DebtPosition,
    known: Circumstances<'a>,
    status: PositionStatus,
    now: Instant,
    words: Words<'a>,
}

impl<'a> Question<'a> {
    fn is_unpaid(&self, id: InstallmentId) -> bool {
        self.position.installment(id).is_some_and(|(_, one)| one.payment.is_none())
    }

    /// Sessions that hold an unpaid installment.
    fn sessions(&self) -> impl Iterator<Item = &KnownSession<'a>> {
        let unpaid = |one: &&KnownSession<'_>| {
            self.position.installments().any(|(_, due)| due.payment.is_none() && one.session.holds(due.id))
        };
        self.known.sessions.iter().filter(unpaid)
    }

    /// When the Node asked for a payment last.
    fn begun_at(&self) -> Option<Instant> {
        let asked = self.known.attempts.iter().filter(|one| one.kind != AttemptKind::Cart);
        asked.filter(|one| self.is_unpaid(one.installment_id)).map(|one| one.at).max()
    }

    /// The last receipt that says that nothing was paid, if it came after everything that was begun.
    fn refused(&self) -> Option<&KnownReceipt> {
        let refusals = self.known.receipts.iter().filter(|one| one.outcome == ReceiptOutcome::Ko);
        let last = refusals.max_by_key(|one| one.received_at)?;
        let running = self.sessions().filter_map(|one| one.session.processing_since);
        let begun = running.chain(self.begun_at()).max();
        begun.is_none_or(|begun| begun <= last.received_at).then_some(last)
    }

    /// Money that may be on its way, whatever the state: a receipt is kept in all of them.
    fn on_its_way(&self) -> Option<Explanation> {
        if self.refused().is_some() {
            return None;
        }
        self.session_on_its_way().or_else(|| {
            let at = self.begun_at()?;
            let held = at.plus_seconds(ATTEMPT_LOCK_SECONDS);
            let last = at.plus_seconds(REDELIVERY_WINDOW_SECONDS);
            if self.now < held {
                Some(Explanation { until: Some(held), ..said(WaitsFor::PaymentRunning, self.words.running(at, held)) })
            } else if self.now < last {
                let sentence = self.words.awaited(Begun::Payment, at, last);
                Some(Explanation { until: Some(last), ..said(WaitsFor::Receipt, sentence) })
            } else {
                None
            }
        })
    }

    fn session_on_its_way(&self) -> Option<Explanation> {
        let running = self.sessions().filter_map(|one| Some((one, one.session.processing_since?)));
        let (one, since) = running.max_by_key(|(_, since)| *since)?;
        let session_id = one.named.then_some(one.session.id);
        let last = since.plus_seconds(REDELIVERY_WINDOW_SECONDS);
        let (waits_for, sentence) = match session_status(one.session, self.now) {
            SessionStatus::Processing => (WaitsFor::PaymentRunning, self.words.processing(session_id, since, last)),
            SessionStatus::Unresolved => {
                (WaitsFor::Receipt, self.words.awaited(Begun::Session(session_id), since, last))
            }
            _ => return None,
        };
        Some(Explanation { until: Some(last), session_id, ..said(waits_for, sentence) })
    }

    /// What the state says by itself; nothing where somebody may pay.
    fn by_state(&self) -> Option<Explanation> {
        Some(match self.status {
            PositionStatus::Draft => said(WaitsFor::Publication, self.words.draft()),
            PositionStatus::Scheduled => {
                let until = self.position.valid_from;
                Explanation { until, ..said(WaitsFor::Opening, self.words.scheduled()) }
            }
            PositionStatus::Cancelled => said(WaitsFor::Reopening, self.words.cancelled(self.known.cancelled_by)),
            PositionStatus::Expired => said(WaitsFor::LaterDueDate, self.words.expired()),
            PositionStatus::PartiallyPaid if !self.is_payable() => {
                said(WaitsFor::LaterDueDate, self.words.partly_expired())
            }
            _ => return None,
        })
    }

    fn is_payable(&self) -> bool {
        let open = InstallmentStatus::Open;
        self.position
            .installments()
            .any(|(option, one)| installment_status(self.position, option, one, self.now) == open)
    }

    /// It can be paid, and nothing is on its way: what payers did last.
    fn payer(&self) -> Explanation {
        if let Some(refusal) = self.refused() {
            let sentence = self.words.refused(refusal);
            return Explanation { receipt_id: Some(refusal.id), ..said(WaitsFor::PayerAgain, sentence) };
        }
        if let Some(explanation) = self.payer_of_session() {
            return explanation;
        }
        if let Some(at) = self.begun_at() {
            return said(WaitsFor::PayerAgain, self.words.never_paid(at));
        }
        if self.status == PositionStatus::PartiallyPaid {
            return said(WaitsFor::NextInstallment, self.words.next_installment());
        }
        match self.known.looked_up_at {
            Some(at) => said(WaitsFor::PayerWhoLooked, self.words.looked_up(at)),
            None => said(WaitsFor::Payer, self.words.nobody_asked()),
        }
    }

    fn payer_of_session(&self) -> Option<Explanation> {
        let status = |one: &KnownSession<'_>| session_status(one.session, self.now);
        let live = |one: &&KnownSession<'_>| matches!(status(one), SessionStatus::Redirected | SessionStatus::Open);
        // Who is at Checkout comes before who has not come yet.
        let at_checkout = |one: &&KnownSession<'_>| (status(one) == SessionStatus::Redirected, one.session.created_at);
        let one = self.sessions().filter(live).max_by_key(at_checkout)?;
        let session_id = one.named.then_some(one.session.id);
        let until = Some(one.session.expires_at);
        let minted = one.session.cart.as_ref().filter(|_| status(one) == SessionStatus::Redirected);
        let (waits_for, sentence) = match minted {
            Some(cart) => (WaitsFor::PayerAtCheckout, self.words.at_checkout(session_id, cart.minted_at)),
            None => (WaitsFor::PayerOfSession, self.words.session_open(session_id, one.session)),
        };
        Some(Explanation { until, session_id, ..said(waits_for, sentence) })
    }
}
