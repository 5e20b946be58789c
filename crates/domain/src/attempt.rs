// SPDX-License-Identifier: AGPL-3.0-or-later
//! Attempts to pay an installment: what makes it busy for half an hour (rules.md 11, api.md `if_busy`).

use serde::{Deserialize, Serialize};

use crate::ids::{AttemptId, InstallmentId, SessionId};
use crate::money::Cents;
use crate::named::named;
use crate::time::Instant;

/// How long the Node may hold a payment token (sla.md 1): so long an attempt keeps its installment busy.
pub const ATTEMPT_LOCK_SECONDS: i64 = 1_800;

/// How far before a payment an attempt may lie to count as its activation, in seconds: a week. A token lives half an
/// hour, but the clocks of others are not ours.
pub const ACTIVATION_SECONDS_MAX: i64 = 7 * 24 * 3_600;

/// Somebody tries to pay an installment. One row per (installment, kind, reference, amount): the last time is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Our id.
    pub id: AttemptId,
    /// The installment.
    pub installment_id: InstallmentId,
    /// How.
    pub kind: AttemptKind,
    /// The cart's or the request's reference; empty when the Node gave none.
    pub reference: String,
    /// The session that minted the cart.
    pub session_id: Option<SessionId>,
    /// What was due when it was asked; honoured for half an hour (rules.md 22).
    pub amount: Cents,
    /// When it was seen last.
    pub at: Instant,
}

/// How somebody tries to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// A Checkout cart was minted.
    Cart,
    /// The Node asked for the payment.
    Get,
    /// A request of payment of the legacy interface.
    Rpt,
}

named!(AttemptKind { Cart = "cart", Get = "get", Rpt = "rpt" });

impl Attempt {
    /// Until when it keeps its installment busy.
    #[must_use]
    pub fn locked_until(&self) -> Instant {
        self.at.plus_seconds(ATTEMPT_LOCK_SECONDS)
    }
}
