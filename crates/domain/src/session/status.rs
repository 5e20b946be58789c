// SPDX-License-Identifier: AGPL-3.0-or-later
//! From stored facts and the clock to the state of a session (rules.md, table S).

use crate::attempt::ATTEMPT_LOCK_SECONDS;
use crate::time::Instant;

use super::{CheckoutSession, SessionStatus};

/// How long the Node redelivers a receipt (sla.md 1: hourly, 48 times); after it no receipt will come.
pub const REDELIVERY_WINDOW_SECONDS: i64 = 48 * 3_600;

/// The state at an instant. The rules are ordered: the first that holds decides.
#[must_use]
pub fn session_status(session: &CheckoutSession, now: Instant) -> SessionStatus {
    let paid = session.items.iter().filter(|item| item.paid.is_some()).count();
    if paid > 0 && paid == session.items.len() {
        return SessionStatus::Completed;
    }
    let unpaid = unpaid_status(session, now);
    // Some of it is paid: once nothing runs any more, the session is over with that part.
    if paid > 0 && (unpaid.is_closed() || unpaid == SessionStatus::Unresolved) {
        return SessionStatus::PartiallyCompleted;
    }
    unpaid
}

fn unpaid_status(session: &CheckoutSession, now: Instant) -> SessionStatus {
    if session.cancelled_at.is_some() {
        return SessionStatus::Cancelled;
    }
    if let Some(since) = session.processing_since {
        return if now < since.plus_seconds(ATTEMPT_LOCK_SECONDS) {
            SessionStatus::Processing
        } else if now < since.plus_seconds(REDELIVERY_WINDOW_SECONDS) {
            SessionStatus::Unresolved
        } else {
            SessionStatus::Failed
        };
    }
    if expiry(session) <= now {
        SessionStatus::Expired
    } else if session.cart.is_some() {
        SessionStatus::Redirected
    } else {
        SessionStatus::Open
    }
}

/// When nobody will pay it any more: its own term, but not within half an hour of the Node's last question.
fn expiry(session: &CheckoutSession) -> Instant {
    match session.last_get_at {
        Some(at) => session.expires_at.max(at.plus_seconds(ATTEMPT_LOCK_SECONDS)),
        None => session.expires_at,
    }
}

/// The first instant after `now` at which the clock alone changes the state; none when it never will.
#[must_use]
pub fn next_transition(session: &CheckoutSession, now: Instant) -> Option<Instant> {
    let status = session_status(session, now);
    if matches!(status, SessionStatus::Completed | SessionStatus::Cancelled | SessionStatus::Failed) {
        return None;
    }
    let running = session
        .processing_since
        .into_iter()
        .flat_map(|since| [since.plus_seconds(ATTEMPT_LOCK_SECONDS), since.plus_seconds(REDELIVERY_WINDOW_SECONDS)]);
    let waiting = session.processing_since.is_none().then(|| expiry(session));
    running.chain(waiting).filter(|at| *at > now).min()
}

impl CheckoutSession {
    /// Until when a running payment of this session keeps its items busy for others (api.md `if_busy`).
    #[must_use]
    pub fn busy_until(&self, now: Instant) -> Option<Instant> {
        match session_status(self, now) {
            SessionStatus::Redirected => Some(expiry(self)),
            _ => self.processing_until(now),
        }
    }

    /// Until when the payment runs, if it does.
    #[must_use]
    pub fn processing_until(&self, now: Instant) -> Option<Instant> {
        let since = self.processing_since.filter(|_| session_status(self, now) == SessionStatus::Processing)?;
        Some(since.plus_seconds(ATTEMPT_LOCK_SECONDS))
    }
}
