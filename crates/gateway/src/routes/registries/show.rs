// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/registries/{code}`

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ident::RegistryCode;
use utoipa::IntoParams;

use super::etag;
use super::view::RegistryView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RegistryQuery {
    /// An older version than the present one; the last twenty are kept.
    #[param(value_type = Option<words::FormVersionNumber>)]
    version: Option<u32>,
}

/// Shows a registry
///
/// With all its columns and rows, as they were written.
#[utoipa::path(
    tag = "registries",
    operation_id = "show_registry",
    params(("code" = words::RegistryCode, Path, description = "The code of the registry."), RegistryQuery),
    responses((status = 200, description = "The registry.", body = RegistryView))
)]
#[get("/v1/registries/{code}")]
pub(super) async fn show_registry(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<RegistryCode>,
    query: Query<RegistryQuery>,
) -> Answer {
    let found = gateway.store().registry(&tenant.scope, &code, query.0.version).await?.or_not_found()?;
    let etag = etag(&found);
    Ok(Reply::ok(&RegistryView::of(found))?.etag(&etag).into_response())
}
