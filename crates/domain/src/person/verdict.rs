// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of one thing that names a person: the law of accounting, and what somebody may still pay, come before the wish
//! to be forgotten.

use crate::debt_position::{
    DebtPosition, InstallmentStatus, PositionStatus, StatusFacts, installment_status, position_status,
};
use crate::receipt::Receipt;
use crate::session::{CheckoutSession, session_status};
use crate::time::Instant;

use super::erase::ReasonKept;
use super::retention::{accounting_until, receipt_until};

/// Why it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The person asked for it, and the institution agrees.
    Request,
    /// Time has passed.
    Time,
}

/// By what it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Why it is looked at.
    pub occasion: Occasion,
    /// For how many years accounting is kept.
    pub years: u8,
    /// What was a session before this instant is needed no longer, whatever became of it.
    pub sessions_from: Instant,
    /// When it is judged.
    pub now: Instant,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It goes, but for its numbers.
    Erase,
    /// Amounts, dates and numbers stay; whom it was about goes.
    Pseudonymise,
    /// It stays, but for how to reach the person.
    Reduce {
        /// Until when it stays so.
        until: Instant,
    },
    /// It stays as it is.
    Keep {
        /// Why.
        why: ReasonKept,
        /// Until when, where that is known.
        until: Option<Instant>,
    },
}

/// A debt position.
#[must_use]
pub fn of_position(position: &DebtPosition, terms: &Terms) -> Verdict {
    let facts = StatusFacts::of(position);
    match position_status(position, terms.now) {
        PositionStatus::Open | PositionStatus::Scheduled => {
            Verdict::Keep { why: ReasonKept::Payable, until: facts.ends_at }
        }
        PositionStatus::Draft if terms.occasion == Occasion::Request => Verdict::Erase,
        PositionStatus::Draft => unpaid(position.updated_at, terms),
        PositionStatus::Cancelled => unpaid(withdrawn_at(position), terms),
        PositionStatus::Expired => unpaid(facts.ends_at.unwrap_or(position.updated_at), terms),
        PositionStatus::PartiallyPaid | PositionStatus::Paid | PositionStatus::Reported => {
            if let Some(why) = still_payable(position, terms.now) {
                return why;
            }
            let paid = position.installments().filter_map(|(_, one)| one.payment.as_ref()).map(|one| one.paid_at);
            let until = accounting_until(paid.max().unwrap_or(position.updated_at), terms.years);
            if until <= terms.now { Verdict::Pseudonymise } else { Verdict::Reduce { until } }
        }
    }
}

/// A receipt is accounting, whatever it tells, and stays whole as it came: it is the proof.
#[must_use]
pub fn of_receipt(receipt: &Receipt, terms: &Terms) -> Verdict {
    let until = accounting_until(receipt.paid_at, terms.years);
    if until <= terms.now {
        Verdict::Pseudonymise
    } else {
        Verdict::Keep { why: ReasonKept::Accounting, until: Some(until) }
    }
}

/// A checkout session: who pays is needed until it is over, and then only to answer for it.
#[must_use]
pub fn of_session(session: &CheckoutSession, terms: &Terms) -> Verdict {
    let running = !session_status(session, terms.now).is_closed();
    let wanted = terms.occasion == Occasion::Request || session.created_at < terms.sessions_from;
    if running || !wanted {
        return Verdict::Keep { why: ReasonKept::Payable, until: running.then_some(session.expires_at) };
    }
    Verdict::Erase
}

/// What ended without money: a receipt may be late, and after years nobody asks for it any more.
fn unpaid(ended_at: Instant, terms: &Terms) -> Verdict {
    let until = match terms.occasion {
        Occasion::Request => receipt_until(ended_at),
        Occasion::Time => accounting_until(ended_at, terms.years),
    };
    if until <= terms.now {
        Verdict::Erase
    } else {
        Verdict::Keep { why: ReasonKept::PaymentMayArrive, until: Some(until) }
    }
}

fn withdrawn_at(position: &DebtPosition) -> Instant {
    let each = position.installments().filter_map(|(_, one)| one.cancelled_at).max();
    position.cancelled_at.or(each).unwrap_or(position.updated_at)
}

/// Of what is paid in part the rest may still be payable.
fn still_payable(position: &DebtPosition, now: Instant) -> Option<Verdict> {
    let open = position.installments().any(|(option, one)| {
        matches!(installment_status(position, option, one, now), InstallmentStatus::Open | InstallmentStatus::Scheduled)
    });
    let until = StatusFacts::of(position).ends_at;
    open.then_some(Verdict::Keep { why: ReasonKept::Payable, until })
}
