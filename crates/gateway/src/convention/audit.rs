// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is done by a request that takes no decision is written down.

use tramite_domain::audit::AuditLine;
use tramite_domain::ids::ClientId;
use tramite_storage::Change;

use crate::auth::Operator;
use crate::gateway::Gateway;

/// What a client does now, by the request that is being served.
pub(crate) fn line(gateway: &Gateway, client: ClientId, action: &str, subject: String) -> AuditLine {
    let mut ids = gateway.ids();
    AuditLine::of(&mut gateway.given(&mut ids, Some(client)), action, subject)
}

/// A change by an operator, with its line of the platform's audit trail.
pub(crate) fn audited(gateway: &Gateway, operator: &Operator, action: &str, subject: String) -> Change {
    let line = line(gateway, operator.client.id, action, subject);
    Change { audit: vec![(None, line)], ..Change::default() }
}
