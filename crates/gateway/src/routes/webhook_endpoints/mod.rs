// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where clients are told of events: of one institution, or of all that let them act, as their token says.

mod add;
mod deliveries;
mod end;
mod holder;
mod input;
mod list;
mod redeliver;
mod replace;
mod secret;
mod show;
mod test;
mod view;

use tramite_domain::access::ApiScope;
use tramite_domain::webhook::WebhookEndpoint;

use crate::api::Api;
use crate::convention::Etag;
use crate::problem::Code;

/// Mounts the routes.
pub(super) fn mount(api: &mut Api<'_, '_>) {
    let write = ApiScope::WebhooksWrite;
    api.tenant(list::list_webhook_endpoints, write);
    api.tenant(add::add_webhook_endpoint, write).idempotent().etag().refuses(&[Code::WebhookEndpointsFull]);
    api.tenant(show::show_webhook_endpoint, write).etag();
    api.tenant(replace::replace_webhook_endpoint, write).etag().conditional();
    api.tenant(end::end_webhook_endpoint, write).conditional();
    api.tenant(secret::add_webhook_secret, write).idempotent();
    api.tenant(test::test_webhook_endpoint, write).idempotent();
    api.tenant(deliveries::list_webhook_deliveries, write);
    api.tenant(redeliver::redeliver_webhook_events, write).idempotent();
}

/// The version of an endpoint.
fn etag(endpoint: &WebhookEndpoint) -> Etag {
    Etag::of(endpoint.version, endpoint.status.name())
}
