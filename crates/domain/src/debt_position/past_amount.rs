// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was due for an installment before its terms were changed: a citizen may have been asked for it a moment earlier, and
//! the receipt comes later still (rules.md 30).

use serde::{Deserialize, Serialize};

use crate::attempt::{ACTIVATION_SECONDS_MAX, ATTEMPT_LOCK_SECONDS};
use crate::money::Cents;
use crate::time::Instant;

/// Most amounts that are remembered of an installment, beside the one that is due: the youngest. A payment of an amount beyond
/// them is booked like any other and flagged `amount_mismatch`, unless an attempt shows that it was asked for.
pub const PAST_AMOUNTS_MAX: usize = 16;

/// How long an amount is remembered at least after it was changed, in seconds: the half hour for which it is honoured, and a week
/// for the receipt. The Node delivers one for two days (rules.md 33).
pub const PAST_AMOUNT_SECONDS: i64 = ATTEMPT_LOCK_SECONDS + ACTIVATION_SECONDS_MAX;

/// What was due before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAmount {
    /// What was due.
    pub amount: Cents,
    /// Until when; of an amount that was due more than once, the last time.
    pub until: Instant,
}

/// What is remembered once an amount is due no longer, the youngest first: it, and of what was remembered before the amounts
/// that a receipt may still tell.
pub(super) fn remembered(before: &[PastAmount], amount: Cents, now: Instant) -> Vec<PastAmount> {
    let since = now.plus_seconds(-PAST_AMOUNT_SECONDS);
    let older = before.iter().filter(|past| past.amount != amount && past.until >= since).copied();
    std::iter::once(PastAmount { amount, until: now }).chain(older).take(PAST_AMOUNTS_MAX).collect()
}
