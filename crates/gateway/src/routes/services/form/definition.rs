// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/services/{code}/form/definition`

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ident::ServiceCode;
use utoipa::IntoParams;

use super::etag;
use super::view::FormVersionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DefinitionQuery {
    /// An older version than the present one; all are kept.
    #[param(value_type = Option<words::FormVersionNumber>)]
    version: Option<u32>,
}

/// Shows the definition of a form
///
/// What was published, as its office wrote it.
#[utoipa::path(
    tag = "services",
    operation_id = "show_form_definition",
    params(("code" = words::ServiceCode, Path, description = "The code of the service."), DefinitionQuery),
    responses((status = 200, description = "The version.", body = FormVersionView))
)]
#[get("/v1/services/{code}/form/definition")]
pub(super) async fn show_form_definition(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    query: Query<DefinitionQuery>,
) -> Answer {
    let found = gateway.store().form(&tenant.scope, &code, query.0.version).await?.or_not_found()?;
    Ok(Reply::ok(&FormVersionView::of(&found)?)?.etag(&etag(&found)).into_response())
}
