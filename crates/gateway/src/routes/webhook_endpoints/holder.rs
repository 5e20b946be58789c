// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whose endpoints a request is about, and what is written down with a change of them.

use tramite_domain::access::ApiScope;
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::{InstitutionId, WebhookEndpointId};
use tramite_domain::webhook::WebhookEndpoint;
use tramite_storage::{TestEvent, WebhookChange, WebhookDoor};

use crate::auth::Holder;
use crate::convention::line;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};

/// The way to the endpoints of the caller.
pub(super) fn door(gateway: &Gateway, holder: &Holder) -> Result<WebhookDoor, Problem> {
    match holder {
        Holder::Tenant(tenant) => {
            gateway.store().webhooks(&tenant.scope).ok_or_else(|| Problem::new(Code::InsufficientScope))
        }
        Holder::ForAll(client) => Ok(gateway.store().system().webhooks(client.client.id)),
    }
}

/// The endpoint of that id, if it is one of the caller's.
pub(super) async fn load(door: &WebhookDoor, id: WebhookEndpointId) -> Result<WebhookEndpoint, Problem> {
    door.show(id).await?.or_not_found()
}

/// A change with its line in the trail of the institution. Where an endpoint is told of all institutions that let the client
/// act, each of them finds the line, and the platform does.
pub(super) fn audited(
    gateway: &Gateway,
    holder: &Holder,
    action: &str,
    id: WebhookEndpointId,
    reason: Option<String>,
) -> WebhookChange {
    let line = || {
        let line = line(gateway, holder.client_id(), action, format!("webhook_endpoint/{id}"));
        AuditLine { reason: reason.clone(), ..line }
    };
    let mut audit = vec![(None, line())];
    audit.extend(told(gateway, holder).into_iter().map(|institution| (Some(institution), line())));
    WebhookChange { audit, record: None }
}

fn told(gateway: &Gateway, holder: &Holder) -> Vec<InstitutionId> {
    let Holder::ForAll(for_all) = holder else { return Vec::new() };
    let now = gateway.now();
    let gives = |scopes: &std::collections::BTreeSet<ApiScope>| scopes.contains(&ApiScope::WebhooksWrite);
    let live = for_all.client.delegations.iter().filter(|one| one.live_at(now) && gives(&one.scopes));
    live.map(|one| one.institution_id).collect()
}

/// A test event, now.
pub(super) fn test_event(gateway: &Gateway) -> TestEvent {
    TestEvent { id: gateway.world().id().into(), at: gateway.now() }
}
