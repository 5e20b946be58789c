// SPDX-License-Identifier: AGPL-3.0-or-later
//! `DELETE /v1/webhook-endpoints/{id}`

use actix_web::delete;
use actix_web::web::Data;
use tramite_domain::ids::WebhookEndpointId;

use super::etag;
use super::holder::{audited, door, load};
use crate::auth::Holder;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Ends a webhook endpoint
///
/// It is told of nothing more; its secrets are gone at once, and what waited for it goes nowhere.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "end_webhook_endpoint",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    responses((status = 204, description = "The endpoint has ended."))
)]
#[delete("/v1/webhook-endpoints/{id}")]
pub(super) async fn end_webhook_endpoint(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    preconditions: Preconditions,
) -> Answer {
    let door = door(&gateway, &holder)?;
    settle(&preconditions, async || {
        let present = load(&door, *id).await?;
        preconditions.check(Some(&etag(&present)))?;
        let change = audited(&gateway, &holder, "webhook_endpoint.ended", present.id, None);
        Ok(door.end(&present, gateway.now(), change).await?)
    })
    .await?;
    Ok(Reply::none().into_response())
}
