// SPDX-License-Identifier: AGPL-3.0-or-later
//! Its client withdraws a session.

use crate::audit::SESSION_CANCELLED;
use crate::batch::Batch;
use crate::given::Given;
use crate::refusal::Refusal;

use super::progress::changed;
use super::{CheckoutSession, SessionStatus, session_status};

/// Cancels a session that nobody is paying; a cancelled one again is the same and writes nothing.
///
/// # Errors
/// `SessionState` while it is processing or unresolved, and when it is over otherwise.
pub fn cancel(given: &mut Given<'_>, session: &CheckoutSession) -> Result<Batch, Refusal> {
    match session_status(session, given.now) {
        SessionStatus::Cancelled => Ok(Batch::new()),
        SessionStatus::Open | SessionStatus::Redirected => {
            let after = CheckoutSession { cancelled_at: Some(given.now), ..session.clone() };
            Ok(changed(given, session, after).audited(given, SESSION_CANCELLED, session.audit_subject()))
        }
        status => Err(Refusal::SessionState { status }),
    }
}
