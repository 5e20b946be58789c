// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/services`

use actix_web::get;
use actix_web::web::Data;

use super::view::{ServicePage, ServiceView};
use crate::auth::Tenant;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists services
///
/// The services of the institution that exist for this caller.
#[utoipa::path(
    tag = "services",
    operation_id = "list_services",
    params(Paging),
    responses((status = 200, description = "A page of services.", body = ServicePage))
)]
#[get("/v1/services")]
pub(super) async fn list_services(gateway: Data<Gateway>, tenant: Tenant, paging: Query<Paging>) -> Answer {
    let page = gateway.store().services(&tenant.scope, &paging.0.request()?).await?;
    let items = page.items.iter().map(ServiceView::of).collect();
    Ok(Reply::ok(&ServicePage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
