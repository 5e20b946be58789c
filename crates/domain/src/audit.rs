// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who did what: append-only, with pseudonyms in place of personal data.

use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ids::{AuditId, ClientId, RequestId};
use crate::time::Instant;

/// The action of a line that says that operators must look; its reason is a stable code.
pub const OPERATORS_ALERTED: &str = "operators.alerted";

/// What is done to positions and sessions every day. Their events tell the same, so that a timeline leaves these lines out, and of
/// the indexes of the trail only that of time has them.
pub const EVERYDAY_ACTIONS: [&str; 6] =
    [POSITION_CREATED, POSITION_REPLACED, POSITION_PUBLISHED, POSITION_CANCELLED, SESSION_CREATED, SESSION_CANCELLED];
pub(crate) const POSITION_CREATED: &str = "debt_position.created";
pub(crate) const POSITION_REPLACED: &str = "debt_position.replaced";
pub(crate) const POSITION_PUBLISHED: &str = "debt_position.published";
pub(crate) const POSITION_CANCELLED: &str = "debt_position.cancelled";
pub(crate) const POSITION_REMOVED: &str = "debt_position.removed";
pub(crate) const SESSION_CREATED: &str = "checkout_session.created";
pub(crate) const SESSION_CANCELLED: &str = "checkout_session.cancelled";

/// One line of the audit trail of an institution, or of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Our id.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who; none for the program itself.
    pub client_id: Option<ClientId>,
    /// By which request, the `Request-Id` of its answer; none for the program itself.
    pub request_id: Option<RequestId>,
    /// What, as a stable dotted name: `debt_position.cancelled`.
    pub action: String,
    /// On what: the kind and id of the resource, never a person.
    pub subject: String,
    /// Why, where the caller gave a reason.
    pub reason: Option<String>,
}

impl AuditLine {
    /// What is done now, by whoever asks.
    pub fn of(given: &mut Given<'_>, action: impl Into<String>, subject: String) -> Self {
        Self {
            id: given.id(),
            at: given.now,
            client_id: given.client_id,
            request_id: given.request_id,
            action: action.into(),
            subject,
            reason: None,
        }
    }

    /// With the reason that the caller gave.
    #[must_use]
    pub fn because(self, reason: String) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

impl Batch {
    /// The same with a line of the audit trail, where somebody asked for it: what the Node and the clock do is told by events and
    /// by the journal.
    #[must_use]
    pub(crate) fn audited(self, given: &mut Given<'_>, action: &str, subject: String) -> Self {
        if given.client_id.is_none() {
            return self;
        }
        let line = AuditLine::of(given, action, subject);
        self.with(Write::InsertAudit(line))
    }
}
