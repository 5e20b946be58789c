// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/webhook-endpoints/{id}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::ids::WebhookEndpointId;
use tramite_domain::webhook::replace_endpoint;

use super::etag;
use super::holder::{audited, door, load, test_event};
use super::input::EndpointBody;
use super::view::EndpointView;
use crate::auth::Holder;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Replaces a webhook endpoint
///
/// At another address it is pending again, and a test event is sent there at once. Secrets stay as they are.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "replace_webhook_endpoint",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    request_body = EndpointBody,
    responses((status = 200, description = "The endpoint as it is now.", body = EndpointView))
)]
#[put("/v1/webhook-endpoints/{id}")]
pub(super) async fn replace_webhook_endpoint(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    preconditions: Preconditions,
    body: Body<EndpointBody>,
) -> Answer {
    let door = door(&gateway, &holder)?;
    let reply = settle(&preconditions, async || {
        let present = load(&door, *id).await?;
        let input = body.valid()?.input(gateway.callbacks().towards());
        preconditions.check(Some(&etag(&present)))?;
        let mut ids = gateway.ids();
        let given = gateway.given(&mut ids, Some(holder.client_id()));
        let wanted = replace_endpoint(&given, &present, input)?;
        let test = (wanted.url != present.url).then(|| test_event(&gateway));
        let change = audited(&gateway, &holder, "webhook_endpoint.replaced", present.id, None);
        door.update(wanted.clone(), present.version, test, change).await?;
        Ok(Reply::ok(&EndpointView::of(&wanted))?.etag(&etag(&wanted)))
    })
    .await?;
    Ok(reply.into_response())
}
