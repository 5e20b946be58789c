// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/registries`

use actix_web::get;
use actix_web::web::Data;

use super::view::{RegistryHeadView, RegistryList};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::gateway::Gateway;

/// Lists registries
///
/// The registries of the institution, by their codes. There are fifty at most, so that they are all in one answer.
#[utoipa::path(
    tag = "registries",
    operation_id = "list_registries",
    responses((status = 200, description = "The registries.", body = RegistryList))
)]
#[get("/v1/registries")]
pub(super) async fn list_registries(gateway: Data<Gateway>, tenant: Tenant) -> Answer {
    let found = gateway.store().registries(&tenant.scope).await?;
    Ok(Reply::ok(&RegistryList { items: found.into_iter().map(RegistryHeadView::of).collect() })?.into_response())
}
