// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/stations/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ident::StationId;

use super::etag;
use super::wire::StationView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a station
///
/// The station of that id at the Node.
#[utoipa::path(
    tag = "stations",
    operation_id = "show_station",
    params(("id" = words::StationId, Path, description = "The id of the station at the Node.")),
    responses((status = 200, description = "The station.", body = StationView))
)]
#[get("/v1/stations/{id}")]
pub(super) async fn show_station(gateway: Data<Gateway>, _operator: Operator, id: Segment<StationId>) -> Answer {
    let station = gateway.store().system().station(id.as_str()).await?.or_not_found()?;
    Ok(Reply::ok(&StationView::of(&station))?.etag(&etag(&station)).into_response())
}
