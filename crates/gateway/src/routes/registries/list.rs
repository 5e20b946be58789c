// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/registries`

use actix_web::get;
use actix_web::web::Data;

use super::view::{RegistryHeadView, RegistryPage};
use crate::auth::Tenant;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists registries
///
/// The registries of the institution, by their codes.
#[utoipa::path(
    tag = "registries",
    operation_id = "list_registries",
    params(Paging),
    responses((status = 200, description = "A page of registries.", body = RegistryPage))
)]
#[get("/v1/registries")]
pub(super) async fn list_registries(gateway: Data<Gateway>, tenant: Tenant, paging: Query<Paging>) -> Answer {
    let page = gateway.store().registry_page(&tenant.scope, &paging.0.request()?).await?;
    let next_cursor = cursor_text(page.next.as_ref());
    let items = page.items.into_iter().map(RegistryHeadView::of).collect();
    Ok(Reply::ok(&RegistryPage { items, next_cursor })?.into_response())
}
