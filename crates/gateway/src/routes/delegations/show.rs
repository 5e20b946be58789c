// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/delegations/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::DelegationId;

use super::etag;
use super::view::GivenDelegationView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a delegation
///
/// What a client may do for the institution of the token.
#[utoipa::path(
    tag = "delegations",
    operation_id = "show_delegation",
    params(("id" = words::Id, Path, description = "The id of the delegation.")),
    responses((status = 200, description = "The delegation.", body = GivenDelegationView))
)]
#[get("/v1/delegations/{id}")]
pub(super) async fn show_delegation(gateway: Data<Gateway>, tenant: Tenant, id: Segment<DelegationId>) -> Answer {
    let (delegation, name) = gateway.store().delegation(&tenant.scope, *id).await?.or_not_found()?;
    let client = gateway.store().system().client(delegation.client_id).await?.or_not_found()?;
    let now = gateway.now();
    let reply = Reply::ok(&GivenDelegationView::of(&delegation, &name, now))?;
    Ok(reply.etag(&etag(&client, &delegation, now)).into_response())
}
