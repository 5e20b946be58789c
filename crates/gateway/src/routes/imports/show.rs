// SPDX-License-Identifier: AGPL-3.0-or-later
//! One import, now or as soon as it is over.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::ImportId;
use utoipa::IntoParams;

use super::view::{ImportView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, wait_until};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShowParameters {
    /// Answer only when it is over, or after so many seconds.
    #[param(value_type = Option<words::WaitSeconds>)]
    wait: Option<u64>,
}

/// Shows an import
///
/// How far it is, and what its rows came to so far. With `wait` the answer comes as soon as it is over.
#[utoipa::path(
    tag = "imports", operation_id = "show_import",
    params(("id" = words::Id, Path, description = "The id of the import."), ShowParameters),
    responses((status = 200, description = "The import.", body = ImportView))
)]
#[get("/v1/imports/{id}")]
pub(crate) async fn show_import(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ImportId>,
    parameters: Query<ShowParameters>,
) -> Answer {
    let look = async || gateway.store().import(&tenant.scope, *id).await?.or_not_found();
    let mut import = look().await?;
    if let Some(seconds) = parameters.0.wait {
        import = wait_until(&gateway, tenant.client_id(), seconds, import, |one| one.status.is_final(), look).await?;
    }
    Ok(Reply::ok(&ImportView::of(&import))?.etag(&etag_of(&import)).into_response())
}
