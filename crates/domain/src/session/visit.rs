// SPDX-License-Identifier: AGPL-3.0-or-later
//! A citizen opens the session's address (rules.md 35).

use crate::debt_position::{DebtPosition, InstallmentStatus, installment_status};
use crate::ids::InstallmentId;
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
        /// What is due now, per item in order.
        due: Vec<Due>,
    },
}

/// What is due for one item now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its installment, where it is the institution's own.
    pub installment_id: Option<InstallmentId>,
    /// Cents.
    pub amount: Cents,
}

/// Decides a visit. `positions` are the positions of the session's own items.
#[must_use]
pub fn visit(session: &CheckoutSession, positions: &[DebtPosition], now: Instant) -> Visit {
    match session_status(session, now) {
        SessionStatus::Completed => return Visit::Paid,
        SessionStatus::Processing | SessionStatus::Unresolved => return Visit::Running,
        SessionStatus::Open | SessionStatus::Redirected => {}
        _ => return Visit::Over,
    }
    // The address mints nothing after its term, even while the session lives on because somebody is paying.
    if session.expires_at <= now {
        return Visit::Over;
    }
    let mut due = Vec::with_capacity(session.items.len());
    for item in session.items.iter().filter(|item| item.paid.is_none()) {
        match &item.subject {
            ItemSubject::Foreign => due.push(Due { installment_id: None, amount: item.amount }),
            ItemSubject::Own { position_id, installment_id, .. } => {
                let Some(amount) = payable(positions, *position_id, *installment_id, now) else { return Visit::Over };
                due.push(Due { installment_id: Some(*installment_id), amount });
            }
        }
    }
    if let Some(cart) = &session.cart {
        let fresh = now < cart.minted_at.plus_seconds(CART_REUSE_SECONDS);
        if fresh && cart.amount == Cents::sum(due.iter().map(|one| one.amount)).ok() {
            return Visit::Cart { location: cart.location.clone() };
        }
    }
    Visit::Mint { due }
}

fn payable(
    positions: &[DebtPosition],
    position: crate::ids::DebtPositionId,
    installment: InstallmentId,
    now: Instant,
) -> Option<Cents> {
    let position = positions.iter().find(|one| one.id == position)?;
    let (option, installment) = position.installment(installment)?;
    let open = installment_status(position, option, installment, now) == InstallmentStatus::Open;
    open.then_some(installment.amount)
}
