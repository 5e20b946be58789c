// SPDX-License-Identifier: AGPL-3.0-or-later
//! Endpoints of webhooks.

use tramite_domain::ids::ClientId;
use tramite_domain::webhook::{EndpointStatus, WebhookEndpoint};
use tramite_storage::TestEvent;

use crate::support::{id, now};

pub(crate) fn webhook_endpoint(client: ClientId) -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(),
        client_id: client,
        url: "https://gestionale.example.it/tramite".to_owned(),
        description: None,
        event_types: None,
        status: EndpointStatus::Pending,
        disabled_reason: None,
        failing_since: None,
        secret_created_at: now(),
        former_secret: false,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

pub(crate) fn test_event() -> TestEvent {
    TestEvent { id: id(), at: now() }
}
