// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen opens the session's address (rules.md 35).

use crate::debt_position::{DebtPosition, InstallmentStatus, amount_due, installment_status};
use crate::ids::{DebtPositionId, InstallmentId};
use crate::money::Cents;
use crate::time::Instant;

use super::{CheckoutSession, ItemSubject, SessionStatus, session_status};

/// A cart older than this is not used again, in seconds: it lives ten minutes, and the citizen needs some of them.
pub const CART_REUSE_SECONDS: i64 = 480;

/// What a visit leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    /// Everything is paid: straight back.
    Paid,
    /// The session is over, or an item can no longer be paid: say so.
    Over,
    /// A payment may be running: say so, and look again.
    Running,
    /// The last cart still lives: go there.
    Cart {
        /// Checkout's address.
        location: String,
    },
    /// A cart must be minted.
    Mint {
        /// What is due now, of the items that are.
        due: Vec<Due>,
    },
}

/// What is due for one item now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its place among the items of the session.
    pub place: usize,
    /// Its installment, where it is the institution's own.
    pub installment_id: Option<InstallmentId>,
    /// Cents.
    pub amount: Cents,
}

/// What a position says of one item now.
enum Payable {
    Due(Cents),
    Paid,
    No,
}

/// Decides a visit. `positions` are the positions of the session's own items.
#[must_use]
pub fn visit(session: &CheckoutSession, positions: &[DebtPosition], now: Instant) -> Visit {
    match session_status(session, now) {
        SessionStatus::Completed => return Visit::Paid,
        // A card that was declined leaves the session processing, for the Node may still hold its token; the citizen
        // may try again all the same, as often as the address lives (rules.md 35).
        SessionStatus::Processing | SessionStatus::Unresolved
            if !(session.last_try_failed() && now < session.expires_at) =>
        {
            return Visit::Running;
        }
        status if status.is_closed() => return Visit::Over,
        _ => {}
    }
    let mut due = Vec::with_capacity(session.items.len());
    for (place, item) in session.items.iter().enumerate().filter(|(_, item)| item.paid.is_none()) {
        let (installment_id, payable) = match &item.subject {
            ItemSubject::Foreign => (None, Payable::Due(item.amount)),
            ItemSubject::Own { position_id, installment_id, .. } => {
                (Some(*installment_id), payable(positions, *position_id, *installment_id, now))
            }
        };
        match payable {
            Payable::Due(amount) => due.push(Due { place, installment_id, amount }),
            Payable::Paid => {}
            Payable::No => return Visit::Over,
        }
    }
    if due.is_empty() {
        return Visit::Paid;
    }
    // The address mints nothing after its term, even while the session lives on because somebody is paying.
    if session.expires_at <= now {
        return Visit::Over;
    }
    if let Some(cart) = &session.cart {
        let fresh = now < cart.minted_at.plus_seconds(CART_REUSE_SECONDS);
        if fresh && cart.amount == Cents::sum(due.iter().map(|one| one.amount)).ok() {
            return Visit::Cart { location: cart.location.clone() };
        }
    }
    Visit::Mint { due }
}

fn payable(positions: &[DebtPosition], position: DebtPositionId, installment: InstallmentId, now: Instant) -> Payable {
    let found = positions.iter().find(|one| one.id == position);
    let found = found.and_then(|position| Some((position, position.installment(installment)?)));
    let Some((position, (option, installment))) = found else { return Payable::No };
    match installment_status(position, option, installment, now) {
        InstallmentStatus::Open => Payable::Due(amount_due(position, installment, now).amount),
        InstallmentStatus::Paid | InstallmentStatus::Reported => Payable::Paid,
        _ => Payable::No,
    }
}
