// SPDX-License-Identifier: AGPL-3.0-or-later
//! A receipt beyond the limits of what is read: its money is real, so its bytes are kept as they are, the Node is told
//! to come again, and the operators are alarmed (rules.md 28).

use tramite_domain::audit::{AuditLine, OPERATORS_ALERTED};
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use tramite_storage::{RawMessage, StoreError};

use super::deadline::Deadline;
use super::door::Soap;
use super::message::Inbound;

/// Why it was not taken, and what the operators are told.
const REASON: &str = "receipt_beyond_limits";

/// Keeps the bytes and raises the alarm. When that fails nothing is lost: the answer brings the receipt back.
pub(crate) async fn keep(
    soap: &Soap,
    deadline: Deadline,
    institution: Option<InstitutionId>,
    inbound: &Inbound,
    now: Instant,
) {
    match deadline.within(write(soap, institution, inbound, now)).await {
        Some(Ok(true)) => tracing::warn!(code = REASON, "operators must look: a receipt was kept raw"),
        Some(Ok(false)) => tracing::info!(code = REASON, "a receipt that was kept raw came again"),
        Some(Err(error)) => tracing::error!(code = REASON, cause = %error, "a receipt could not be kept"),
        None => tracing::error!(code = REASON, "a receipt could not be kept in time"),
    }
}

/// Whether the message was new: only then there is an alarm.
async fn write(
    soap: &Soap,
    institution: Option<InstitutionId>,
    inbound: &Inbound,
    now: Instant,
) -> Result<bool, StoreError> {
    let id = soap.world().id();
    let message = RawMessage {
        id,
        institution,
        received_at: now,
        reason: REASON.to_owned(),
        peer_fingerprint: inbound.peer.as_ref().map(|peer| peer.fingerprint.clone()),
        bytes: inbound.bytes.clone(),
    };
    let line = AuditLine {
        id: id.into(),
        at: now,
        client_id: None,
        action: OPERATORS_ALERTED.to_owned(),
        subject: format!("raw_message {id}"),
        reason: Some(REASON.to_owned()),
    };
    soap.store().system().keep_raw(message, line).await
}
