// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who did what: append-only, with pseudonyms in place of personal data.

use crate::ids::{AuditId, ClientId};
use crate::time::Instant;

/// The action of a line that says that operators must look; its reason is a stable code.
pub const OPERATORS_ALERTED: &str = "operators.alerted";

/// One line of the audit trail of an institution, or of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Our id.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who; none for the program itself.
    pub client_id: Option<ClientId>,
    /// What, as a stable dotted name: `debt_position.cancelled`.
    pub action: String,
    /// On what: the kind and id of the resource, never a person.
    pub subject: String,
    /// Why, where the caller gave a reason.
    pub reason: Option<String>,
}
