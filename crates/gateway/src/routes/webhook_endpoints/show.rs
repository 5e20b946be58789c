// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/webhook-endpoints/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::WebhookEndpointId;

use super::etag;
use super::holder::{door, load};
use super::view::EndpointView;
use crate::auth::Holder;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::words;

/// Shows a webhook endpoint
///
/// With where it stands; never its secret.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "show_webhook_endpoint",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    responses((status = 200, description = "The endpoint.", body = EndpointView))
)]
#[get("/v1/webhook-endpoints/{id}")]
pub(super) async fn show_webhook_endpoint(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
) -> Answer {
    let endpoint = load(&door(&gateway, &holder)?, *id).await?;
    Ok(Reply::ok(&EndpointView::of(&endpoint))?.etag(&etag(&endpoint)).into_response())
}
