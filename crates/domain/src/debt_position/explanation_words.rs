// SPDX-License-Identifier: AGPL-3.0-or-later
//! The sentences of an explanation. Each is read by a helpdesk to a citizen on the telephone: it says what is so, since
//! when, and what may be done. Days and hours are those of Italy.

use chrono::{NaiveTime, Timelike};

use crate::anomaly::Anomaly;
use crate::ids::{ClientId, SessionId};
use crate::session::CheckoutSession;
use crate::time::Instant;

use super::explanation::KnownReceipt;
use super::{
    DebtPosition, Installment, InstallmentStatus, Payment, PaymentOption, PositionStatus, StatusFacts, amount_due,
    expiry, installment_status,
};

/// What was begun.
#[derive(Clone, Copy)]
pub(super) enum Begun {
    /// A payment at some provider.
    Payment,
    /// A session, which the reader may see or not.
    Session(Option<SessionId>),
}

/// The words for a position at an instant.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) position: &'a DebtPosition,
    pub(super) status: PositionStatus,
    pub(super) now: Instant,
}

/// A day and an hour in Italy.
fn day_and_hour(at: Instant) -> String {
    at.rome_datetime().format("%Y-%m-%d at %H:%M").to_string()
}

/// The last moment before an end: the day alone where it ends with the day.
fn end(at: Instant) -> String {
    let local = at.rome_datetime();
    if local.time().with_nanosecond(0) == Some(NaiveTime::MIN) {
        format!("at the end of {}", at.plus_seconds(-1).rome_date())
    } else {
        format!("on {}", day_and_hour(at))
    }
}

fn session(id: Option<SessionId>) -> String {
    id.map_or_else(|| "A checkout session of another client".to_owned(), |id| format!("Checkout session {id}"))
}

fn names(strange: &[Anomaly]) -> String {
    let mut names: Vec<&str> = strange.iter().map(|one| one.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

impl Words<'_> {
    pub(super) fn draft(&self) -> String {
        "Draft: nobody can pay it until it is published.".to_owned()
    }

    pub(super) fn scheduled(&self) -> String {
        let from =
            self.position.valid_from.map_or_else(|| "later".to_owned(), |at| format!("from {}", day_and_hour(at)));
        format!("Published but payable only {from}.")
    }

    pub(super) fn cancelled(&self, by: Option<ClientId>) -> String {
        let single = self.position.installments().filter_map(|(_, one)| one.cancelled_at).max();
        let when =
            self.position.cancelled_at.or(single).map_or_else(String::new, |at| format!(" on {}", day_and_hour(at)));
        let who = by.map_or_else(String::new, |client| format!(" by client {client}"));
        format!("Cancelled{when}{who}: it can be paid only if it is reopened.")
    }

    pub(super) fn expired(&self) -> String {
        let ended = StatusFacts::of(self.position).ends_at.map_or_else(String::new, |at| format!(" {}", end(at)));
        format!("Expired{ended}: give it a later due date.")
    }

    /// The installments of a partially paid position that wait for money, with the option each belongs to.
    fn unpaid(&self, wanted: InstallmentStatus) -> impl Iterator<Item = (&PaymentOption, &Installment)> {
        let is = move |(option, one): &(&PaymentOption, &Installment)| {
            installment_status(self.position, option, one, self.now) == wanted
        };
        self.position.installments().filter(is)
    }

    fn counted(&self) -> String {
        let paid = self.position.installments().filter(|(_, one)| one.payment.is_some()).count();
        let left = self.unpaid(InstallmentStatus::Open).count() + self.unpaid(InstallmentStatus::Expired).count();
        format!("{paid} of {} installments paid", paid + left)
    }

    pub(super) fn partly_expired(&self) -> String {
        let next =
            self.unpaid(InstallmentStatus::Expired).min_by_key(|(option, one)| expiry(self.position, option, one));
        let what = next.map_or_else(String::new, |(option, one)| {
            let ended = expiry(self.position, option, one).map_or_else(String::new, |at| format!(" {}", end(at)));
            format!("; installment {} expired{ended}", one.reference)
        });
        format!("{}{what}: give what is left a later due date.", self.counted())
    }

    pub(super) fn next_installment(&self) -> String {
        // Without a date it is due after all that have one.
        let date = |one: &Installment| (one.due_date.is_none(), one.due_date);
        let next = self.unpaid(InstallmentStatus::Open).map(|(_, one)| one).min_by_key(|one| date(one));
        let what = next.map_or_else(String::new, |one| {
            let due = one.due_date.map_or_else(String::new, |day| format!(", due on {day},"));
            // What only its institution's own system knows is not guessed at.
            let known = !self.position.is_to_be_asked(one.id);
            let amount = known.then(|| format!(" of EUR {}", amount_due(self.position, one, self.now).amount));
            format!("; installment {}{}{due} is next", one.reference, amount.unwrap_or_default())
        });
        format!("{}{what}.", self.counted())
    }

    /// What happened meanwhile to a position that may still be paid by what was begun.
    fn meanwhile(&self) -> &'static str {
        match self.status {
            PositionStatus::Cancelled => " It was cancelled meanwhile; a receipt that comes is kept and flagged.",
            PositionStatus::Expired => " It has expired meanwhile; a receipt that comes is kept.",
            _ => "",
        }
    }

    pub(super) fn running(&self, begun: Instant, held: Instant) -> String {
        let (at, until) = (day_and_hour(begun), day_and_hour(held));
        let meanwhile = self.meanwhile();
        format!("A payment was begun on {at} and may be running until {until}.{meanwhile}")
    }

    pub(super) fn processing(&self, id: Option<SessionId>, since: Instant, last: Instant) -> String {
        let (who, since, last) = (session(id), day_and_hour(since), day_and_hour(last));
        let meanwhile = self.meanwhile();
        format!("{who} is processing since {since}; its receipt may come until {last}.{meanwhile}")
    }

    pub(super) fn awaited(&self, begun: Begun, at: Instant, last: Instant) -> String {
        let (at, last, meanwhile) = (day_and_hour(at), day_and_hour(last), self.meanwhile());
        let what = match begun {
            Begun::Payment => format!("A payment was begun on {at}"),
            Begun::Session(id) => format!("{} began a payment on {at}", session(id)),
        };
        format!("{what} and no receipt came; the Node may deliver one until {last}.{meanwhile}")
    }

    pub(super) fn refused(&self, refusal: &KnownReceipt) -> String {
        let (id, at) = (&refusal.receipt_id, day_and_hour(refusal.received_at));
        format!("Open: the last payment failed, as receipt {id} of {at} says; it can be paid again.")
    }

    pub(super) fn never_paid(&self, begun: Instant) -> String {
        let at = day_and_hour(begun);
        format!(
            "Open: a payment was begun on {at} and never completed; no receipt will come, and it can be paid again."
        )
    }

    pub(super) fn at_checkout(&self, id: Option<SessionId>, minted: Instant) -> String {
        let (who, at) = (session(id), day_and_hour(minted));
        format!("{who} sent the payer to Checkout on {at}; no payment was begun there yet.")
    }

    pub(super) fn session_open(&self, id: Option<SessionId>, open: &CheckoutSession) -> String {
        let (who, made, ends) = (session(id), day_and_hour(open.created_at), day_and_hour(open.expires_at));
        format!("{who} was made on {made} and its address was not opened yet; it ends on {ends}.")
    }

    pub(super) fn looked_up(&self, at: Instant) -> String {
        format!("Open: it was looked up last on {} and nobody has begun to pay it.{}", day_and_hour(at), self.overdue())
    }

    pub(super) fn nobody_asked(&self) -> String {
        format!("Open: nobody has asked for it yet.{}", self.overdue())
    }

    /// A due date that has passed and ended nothing.
    fn overdue(&self) -> String {
        let dates = self.unpaid(InstallmentStatus::Open).filter_map(|(_, one)| one.due_date);
        let passed = dates.filter(|day| Instant::end_of_rome_day(*day) <= self.now).min();
        passed.map_or_else(String::new, |day| format!(" Its due date, {day}, has passed; it can still be paid."))
    }

    pub(super) fn paid(
        payment: &Payment,
        receipt: Option<&KnownReceipt>,
        reported: Option<Instant>,
        strange: &[Anomaly],
    ) -> String {
        let paid = day_and_hour(payment.paid_at);
        let proof = match (receipt, payment.receipt_id) {
            (Some(kept), _) => format!("Paid; receipt {} of {}", kept.receipt_id, day_and_hour(kept.received_at)),
            (None, Some(_)) => format!("Paid on {paid}"),
            (None, None) => format!("Paid outside of pagoPA on {paid}"),
        };
        let report =
            reported.map_or_else(String::new, |at| format!(", reported by the provider on {}", day_and_hour(at)));
        let look = if strange.is_empty() { String::new() } else { format!("; look at: {}", names(strange)) };
        format!("{proof}{report}{look}.")
    }
}
