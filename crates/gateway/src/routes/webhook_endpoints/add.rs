// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/webhook-endpoints`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::webhook::{ENDPOINTS_MAX, define_endpoint};
use tramite_outbound::secret_text;
use tramite_storage::WebhookChange;

use super::etag;
use super::holder::{audited, door, test_event};
use super::input::EndpointBody;
use super::view::{AddedEndpointView, EndpointView};
use crate::auth::Holder;
use crate::convention::{Answer, Reply, once_by_holder};
use crate::extract::{Body, IdempotencyKey};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Registers a webhook endpoint
///
/// It is told of what happens from now on, as soon as a test event, which is sent at once, got its 2xx. The secret that signs
/// stands in this answer and nowhere else. With a token of one institution it is told of that one; with a client token of all
/// that let the client act. At most ten each.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "add_webhook_endpoint",
    request_body = EndpointBody,
    responses((status = 201, description = "The endpoint was registered.", body = AddedEndpointView))
)]
#[post("/v1/webhook-endpoints")]
pub(super) async fn add_webhook_endpoint(
    gateway: Data<Gateway>,
    holder: Holder,
    key: IdempotencyKey,
    body: Body<EndpointBody>,
) -> Answer {
    once_by_holder(&gateway, &holder, &key, body.fingerprint(), async |record| {
        let input = body.valid()?.input(gateway.callbacks().towards());
        let door = door(&gateway, &holder)?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(holder.client_id()));
        let endpoint = define_endpoint(&mut given, holder.client_id(), input)?;
        if door.list().await?.len() >= ENDPOINTS_MAX {
            return Err(Problem::new(Code::WebhookEndpointsFull));
        }
        let secret = door.new_secret()?;
        let view = |secret: Option<String>| AddedEndpointView {
            endpoint: EndpointView::of(&endpoint),
            secret_shown: secret.is_none(),
            secret,
        };
        let shown = view(Some(secret_text(&secret).expose().clone()));
        let reply = Reply::created(&shown, format!("/v1/webhook-endpoints/{}", endpoint.id))?
            .etag(&etag(&endpoint))
            .kept_as(&view(None))?;
        let change = audited(&gateway, &holder, "webhook_endpoint.added", endpoint.id, None);
        let change = WebhookChange { record: Some(record.of(&reply)), ..change };
        door.insert(endpoint.clone(), secret, test_event(&gateway), change).await?;
        Ok(reply)
    })
    .await
}
