// SPDX-License-Identifier: AGPL-3.0-or-later
//! Erasing what names a person, as far as the law allows now, and saying of the rest why it stays and until when.

use serde::{Deserialize, Serialize};

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::debt_position::DebtPosition;
use crate::event::{Event, EventData, EventKind};
use crate::given::Given;
use crate::ids::{DebtPositionId, ReceiptRowId, SessionId, SubmissionId};
use crate::named::named;
use crate::receipt::Receipt;
use crate::session::CheckoutSession;
use crate::submission::{KeptSubmission, Lapse};
use crate::time::Instant;

use super::verdict::{Occasion, Terms, Verdict, of_position, of_receipt, of_session};

/// Things that are changed in one transaction at most.
const CHANGED_AT_ONCE_MAX: usize = 200;
/// Things of which it is told why they stay, at most.
const KEPT_TOLD_MAX: usize = 1_000;

/// How much was erased: no personal data, and enough for whoever keeps a copy to look at it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Debt positions that went, but for their numbers.
    pub debt_positions: u32,
    /// Debt positions whose debtor went; amounts, dates and numbers stayed.
    pub debt_positions_pseudonymised: u32,
    /// Debt positions of which only e-mail and address went.
    pub debt_positions_reduced: u32,
    /// Checkout sessions whose payer went.
    pub checkout_sessions: u32,
    /// Receipts whose persons and message went; amounts, dates and numbers stayed.
    pub receipts: u32,
    /// Submissions of which what was entered went.
    #[serde(default)]
    pub submissions: u32,
}

/// Why something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReasonKept {
    /// Somebody may pay it now or later: withdraw it first, where it is owed no longer.
    Payable,
    /// It ended a short while ago, and a receipt may be on its way.
    PaymentMayArrive,
    /// The law asks for it.
    Accounting,
}

named!(ReasonKept { Payable = "payable", PaymentMayArrive = "payment_may_arrive", Accounting = "accounting" });

/// What stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptThing {
    /// A debt position.
    Position(DebtPositionId),
    /// A checkout session.
    Session(SessionId),
    /// A receipt.
    Receipt(ReceiptRowId),
    /// A submission.
    Submission(SubmissionId),
}

/// That something stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// What.
    pub thing: KeptThing,
    /// Why.
    pub why: ReasonKept,
    /// Until when, where that is known.
    pub until: Option<Instant>,
}

/// An erasure that is being decided, thing by thing.
#[derive(Debug)]
pub struct Erasure {
    terms: Terms,
    batch: Batch,
    changed: usize,
    /// How much goes.
    pub erased: Erased,
    /// What stays, and why.
    pub kept: Vec<Kept>,
    /// Whether more stays than is told.
    pub more_kept: bool,
}

impl Erasure {
    /// Begins one.
    #[must_use]
    pub const fn begin(terms: Terms) -> Self {
        let erased = Erased {
            debt_positions: 0,
            debt_positions_pseudonymised: 0,
            debt_positions_reduced: 0,
            checkout_sessions: 0,
            receipts: 0,
            submissions: 0,
        };
        Self { terms, batch: Batch::new(), changed: 0, erased, kept: Vec::new(), more_kept: false }
    }

    /// Whether it changes as much as one transaction may: the rest is another one's.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.changed >= CHANGED_AT_ONCE_MAX
    }

    /// How many things change.
    #[must_use]
    pub const fn changed(&self) -> usize {
        self.changed
    }

    /// When it is judged.
    #[must_use]
    pub const fn judged_at(&self) -> Instant {
        self.terms.now
    }

    /// A debt position of the person.
    pub fn position(&mut self, position: &DebtPosition) {
        let (id, expected, at) = (position.id, position.version, self.terms.now);
        match of_position(position, &self.terms) {
            Verdict::Erase => {
                self.change(Write::ErasePosition { id, expected, at });
                count(&mut self.erased.debt_positions);
            }
            Verdict::Pseudonymise => {
                self.change(Write::ForgetDebtor { id, expected, whole: true, at });
                count(&mut self.erased.debt_positions_pseudonymised);
            }
            Verdict::Reduce { until } => {
                if self.terms.occasion == Occasion::Request && is_reachable(position) {
                    self.change(Write::ForgetDebtor { id, expected, whole: false, at });
                    count(&mut self.erased.debt_positions_reduced);
                }
                self.keep(KeptThing::Position(id), ReasonKept::Accounting, Some(until));
            }
            Verdict::Keep { why, until } => self.keep(KeptThing::Position(id), why, until),
        }
    }

    /// A checkout session in which the person pays or is asked to.
    pub fn session(&mut self, session: &CheckoutSession) {
        match of_session(session, &self.terms) {
            Verdict::Erase | Verdict::Pseudonymise => {
                if !names_somebody(session) {
                    return;
                }
                self.change(Write::ForgetPayer {
                    session: session.id,
                    positions: session.own_positions().collect(),
                    expected: session.version,
                    at: self.terms.now,
                });
                count(&mut self.erased.checkout_sessions);
            }
            Verdict::Reduce { .. } => {}
            Verdict::Keep { why, until } => self.keep(KeptThing::Session(session.id), why, until),
        }
    }

    /// A receipt of the person's debt, or of their payment.
    pub fn receipt(&mut self, receipt: &Receipt) {
        match of_receipt(receipt, &self.terms) {
            Verdict::Erase | Verdict::Pseudonymise => {
                self.change(Write::ForgetReceipt {
                    receipt: receipt.id,
                    position: receipt.position.as_ref().map(|subject| subject.position_id),
                    expected: receipt.version,
                    at: self.terms.now,
                });
                count(&mut self.erased.receipts);
            }
            Verdict::Reduce { .. } => {}
            Verdict::Keep { why, until } => self.keep(KeptThing::Receipt(receipt.id), why, until),
        }
    }

    /// A submission that names the person, with the debt position that stands for it: what was entered goes unless that may still be paid,
    /// and at once where there is none.
    pub fn submission(&mut self, kept: &KeptSubmission, position: Option<&DebtPosition>) {
        if kept.entered.is_none() {
            return;
        }
        match position.map_or(Verdict::Erase, |position| of_position(position, &self.terms)) {
            // What was entered is no accounting: the debt position is.
            Verdict::Erase | Verdict::Pseudonymise | Verdict::Reduce { .. } => {
                self.change(Write::ForgetSubmission { id: kept.id });
                count(&mut self.erased.submissions);
            }
            Verdict::Keep { why, until } => self.keep(KeptThing::Submission(kept.id), why, until),
        }
    }

    /// A submission of a hosted page whose time is over, with its debt position and the sessions in which that, and nothing else, was to
    /// be paid: where nobody has paid, all of it goes.
    pub fn lapsed(
        &mut self,
        (kept, verdict): (&KeptSubmission, Lapse),
        position: Option<&DebtPosition>,
        sessions: &[CheckoutSession],
    ) {
        let until = match verdict {
            Lapse::Stays => None,
            Lapse::Later(at) => Some(at),
            Lapse::Goes => return self.gone(kept, position, sessions),
        };
        self.batch.push(Write::PutOffSubmission { id: kept.id, until });
    }

    /// The sessions of a lapsed submission of which there are too many for one transaction: the rest, and the submission, are another's.
    pub fn lapsed_sessions(&mut self, sessions: &[CheckoutSession]) {
        sessions.iter().for_each(|session| self.session(session));
    }

    fn gone(&mut self, kept: &KeptSubmission, position: Option<&DebtPosition>, sessions: &[CheckoutSession]) {
        self.lapsed_sessions(sessions);
        match position.filter(|_| !kept.found) {
            // What was entered goes with it.
            Some(position) => {
                let (id, expected) = (position.id, position.version);
                self.change(Write::ErasePosition { id, expected, at: self.terms.now });
                count(&mut self.erased.debt_positions);
            }
            None => {
                self.batch.push(Write::PutOffSubmission { id: kept.id, until: None });
                // It may have been emptied on request.
                if kept.entered.is_none() {
                    return;
                }
                self.change(Write::ForgetSubmission { id: kept.id });
            }
        }
        count(&mut self.erased.submissions);
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.batch.is_empty()
    }

    /// What is to be written: all that goes, one event where something does, and who asked for it and why. `subject` is a
    /// pseudonym.
    pub fn finish(&mut self, given: &mut Given<'_>, asked: Option<(String, String)>) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        if self.changed > 0 {
            let event = Event {
                id: given.id(),
                kind: EventKind::PersonalDataErased,
                at: given.now,
                client_id: None,
                data: EventData { erased: Some(self.erased), ..EventData::default() },
            };
            batch.push(Write::InsertEvent(Box::new(event)));
        }
        if let Some((subject, reason)) = asked {
            batch.push(Write::InsertAudit(AuditLine::of(given, "person.erased", subject).because(reason)));
        }
        batch
    }

    fn change(&mut self, write: Write) {
        self.batch.push(write);
        self.changed = self.changed.saturating_add(1);
    }

    fn keep(&mut self, thing: KeptThing, why: ReasonKept, until: Option<Instant>) {
        if self.kept.len() < KEPT_TOLD_MAX {
            self.kept.push(Kept { thing, why, until });
        } else {
            self.more_kept = true;
        }
    }
}

fn count(number: &mut u32) {
    *number = number.saturating_add(1);
}

fn is_reachable(position: &DebtPosition) -> bool {
    position.debtor.email.is_some() || position.debtor.address.is_some()
}

/// Whether a session names somebody: what a caller wrote freely may as well.
#[must_use]
pub fn names_somebody(session: &CheckoutSession) -> bool {
    session.payer.is_some() || session.state.is_some() || !session.metadata.is_empty()
}
