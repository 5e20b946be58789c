// SPDX-License-Identifier: AGPL-3.0-or-later
//! What operators do is written down.

use tramite_domain::audit::AuditLine;
use tramite_domain::ids::AuditId;
use tramite_storage::Change;

use crate::auth::Operator;
use crate::frame::current_request;
use crate::gateway::Gateway;

/// A change by an operator, with its line of the platform's audit trail.
pub(crate) fn audited(gateway: &Gateway, operator: &Operator, action: &str, subject: String) -> Change {
    let line = AuditLine {
        id: AuditId::new(gateway.world().id()),
        at: gateway.now(),
        client_id: Some(operator.client.id),
        request_id: current_request(),
        action: action.to_owned(),
        subject,
        reason: None,
    };
    Change { audit: vec![(None, line)], ..Change::default() }
}
