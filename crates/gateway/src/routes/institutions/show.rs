// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/institutions/{id}`

use std::sync::Arc;

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::InstitutionId;

use super::etag;
use super::view::InstitutionView;
use crate::auth::Caller;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Shows an institution
///
/// An operator sees any institution; a client sees the institution of its token, and no other exists for it.
#[utoipa::path(
    tag = "institutions",
    operation_id = "show_institution",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    responses((status = 200, description = "The institution.", body = InstitutionView))
)]
#[get("/v1/institutions/{id}")]
pub(super) async fn show_institution(gateway: Data<Gateway>, caller: Caller, id: Segment<InstitutionId>) -> Answer {
    let institution = match caller {
        Caller::Operator(_) => Arc::new(gateway.store().system().institution(*id).await?.or_not_found()?),
        Caller::Tenant(tenant) if tenant.institution_id() == *id => gateway.store().institution(&tenant.scope).await?,
        Caller::Tenant(_) => return Err(Problem::new(Code::NotFound)),
    };
    Ok(Reply::ok(&InstitutionView::of(&institution))?.etag(&etag(&institution)).into_response())
}
