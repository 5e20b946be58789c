// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt that could not be taken, for it is beyond the limits of what is read, or for a failure that does not pass:
//! its money is real, so its bytes are kept as they are, the Node is told to come again, and the operators are alarmed
//! (rules.md 28).

use tramite_domain::audit::{AuditLine, OPERATORS_ALERTED};
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use tramite_storage::{RawMessage, StoreError};

use super::deadline::Deadline;
use super::door::Soap;

/// It is larger, deeper or longer than what is read.
pub(crate) const BEYOND_LIMITS: &str = "receipt_beyond_limits";
/// It was read, and deciding or committing it failed for a reason that the next delivery will not change.
pub(crate) const NOT_COMMITTED: &str = "receipt_not_committed";

/// A receipt that was not taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Untaken<'a> {
    /// Why, as the operators are told.
    pub(crate) reason: &'static str,
    /// Whom it was for, where that is known.
    pub(crate) institution: Option<InstitutionId>,
    /// When it came.
    pub(crate) at: Instant,
    /// Who brought it, where the listener proved it.
    pub(crate) peer: Option<&'a str>,
}

/// Keeps the bytes and raises the alarm. When that fails nothing is lost: the answer brings the receipt back.
pub(crate) async fn keep(soap: &Soap, deadline: Deadline, untaken: Untaken<'_>, bytes: &[u8]) {
    let code = untaken.reason;
    match deadline.within(write(soap, untaken, bytes)).await {
        Some(Ok(true)) => tracing::error!(code, "operators must look: a receipt was kept raw"),
        Some(Ok(false)) => tracing::info!(code, "a receipt that was kept raw came again"),
        Some(Err(error)) => tracing::error!(code, cause = %error, "a receipt could not be kept"),
        None => tracing::error!(code, "a receipt could not be kept in time"),
    }
}

/// Whether the message was new: only then there is an alarm.
async fn write(soap: &Soap, untaken: Untaken<'_>, bytes: &[u8]) -> Result<bool, StoreError> {
    let Untaken { reason, institution, at, peer } = untaken;
    let id = soap.world().id();
    let message = RawMessage {
        id: id.into(),
        institution,
        received_at: at,
        reason: reason.to_owned(),
        peer_fingerprint: peer.map(str::to_owned),
        bytes: bytes.to_vec(),
    };
    let line = AuditLine {
        id: id.into(),
        at,
        client_id: None,
        request_id: None,
        action: OPERATORS_ALERTED.to_owned(),
        subject: format!("raw_message {id}"),
        reason: Some(reason.to_owned()),
    };
    soap.store().system().keep_raw(message, line).await
}
