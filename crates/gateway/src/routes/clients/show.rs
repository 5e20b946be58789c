// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/clients/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::ClientId;

use super::etag;
use super::view::ClientView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a client
///
/// With its delegations, keys and limits, and that it has secrets; never the secrets.
#[utoipa::path(
    tag = "clients",
    operation_id = "show_client",
    params(("id" = words::Id, Path, description = "The id of the client.")),
    responses((status = 200, description = "The client.", body = ClientView))
)]
#[get("/v1/clients/{id}")]
pub(super) async fn show_client(gateway: Data<Gateway>, _operator: Operator, id: Segment<ClientId>) -> Answer {
    let client = gateway.store().system().client(*id).await?.or_not_found()?;
    Ok(Reply::ok(&ClientView::of(&client, gateway.now()))?.etag(&etag(&client)).into_response())
}
