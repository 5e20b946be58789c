// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/webhook-endpoints/{id}/deliveries`

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::event::EventKind;
use tramite_domain::ids::WebhookEndpointId;
use tramite_domain::webhook::DeliveryStatus;
use tramite_storage::DeliveryFilter;
use utoipa::IntoParams;

use super::holder::{door, load};
use super::view::{DeliveryPage, DeliveryView};
use crate::auth::Holder;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryParameters {
    /// Only those that stand there.
    #[param(value_type = Option<words::WebhookDeliveryStatus>)]
    status: Option<String>,
    /// Only those of events of this type.
    #[serde(rename = "type")]
    #[param(value_type = Option<words::DeliveredType>)]
    kind: Option<String>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// Lists deliveries to a webhook endpoint
///
/// The newest events first, each with where it stands, how often it was tried and what came of it. They are kept for thirty
/// days.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "list_webhook_deliveries",
    params(("id" = words::Id, Path, description = "The id of the endpoint."), DeliveryParameters),
    responses((status = 200, description = "A page of deliveries.", body = DeliveryPage))
)]
#[get("/v1/webhook-endpoints/{id}/deliveries")]
pub(super) async fn list_webhook_deliveries(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    parameters: Query<DeliveryParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = DeliveryFilter {
        status: asked.status.as_deref().and_then(DeliveryStatus::named),
        kind: asked.kind.as_deref().and_then(EventKind::named),
    };
    let door = door(&gateway, &holder)?;
    let endpoint = load(&door, *id).await?;
    let page = door.deliveries(endpoint.id, filter, &request).await?;
    let items = page.items.iter().map(DeliveryView::of).collect();
    Ok(Reply::ok(&DeliveryPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
