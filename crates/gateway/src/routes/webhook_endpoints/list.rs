// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/webhook-endpoints`

use actix_web::get;
use actix_web::web::Data;

use super::holder::door;
use super::view::{EndpointPage, EndpointView};
use crate::auth::Holder;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists webhook endpoints
///
/// Those of the asking client, the newest first: of the institution of its token, or those that are told of all its delegations.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "list_webhook_endpoints",
    params(Paging),
    responses((status = 200, description = "The endpoints.", body = EndpointPage))
)]
#[get("/v1/webhook-endpoints")]
pub(super) async fn list_webhook_endpoints(gateway: Data<Gateway>, holder: Holder, paging: Query<Paging>) -> Answer {
    let request = paging.0.request()?;
    let page = door(&gateway, &holder)?.pages(&request).await?;
    let items = page.items.iter().map(EndpointView::of).collect();
    Ok(Reply::ok(&EndpointPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
