// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/services/{code}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ident::ServiceCode;

use super::etag;
use super::view::ServiceView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a service
///
/// The service of that code in the institution of the token.
#[utoipa::path(
    tag = "services",
    operation_id = "show_service",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    responses((status = 200, description = "The service.", body = ServiceView))
)]
#[get("/v1/services/{code}")]
pub(super) async fn show_service(gateway: Data<Gateway>, tenant: Tenant, code: Segment<ServiceCode>) -> Answer {
    let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
    Ok(Reply::ok(&ServiceView::of(&service))?.etag(&etag(&service)).into_response())
}
