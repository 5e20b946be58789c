// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/stations/{id}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::ident::StationId;
use tramite_domain::station::Station;

use super::etag;
use super::wire::{StationBody, StationView};
use crate::auth::Operator;
use crate::convention::{Answer, Reply, audited, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// Registers or replaces a station
///
/// 201 when it was not there yet, 200 when it was. Institutions are joined to it in `/v1/institutions`.
#[utoipa::path(
    tag = "stations",
    operation_id = "replace_station",
    params(("id" = words::StationId, Path, description = "The id of the station at the Node.")),
    request_body = StationBody,
    responses(
        (status = 200, description = "The station as it is now.", body = StationView),
        (status = 201, description = "The station was registered.", body = StationView),
    )
)]
#[put("/v1/stations/{id}")]
pub(super) async fn replace_station(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<StationId>,
    preconditions: Preconditions,
    body: Body<StationBody>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let present = gateway.store().system().station(id.as_str()).await?;
        let input = body.valid()?;
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        let station = input.station(&id, present.as_ref(), gateway.now()).map_err(Problem::invalid)?;
        let kept = present.as_ref().filter(|before| says_same(before, &station));
        if kept.is_none() {
            let action = if present.is_some() { "station.replaced" } else { "station.added" };
            let change = audited(&gateway, &operator, action, format!("station/{}", station.id));
            let expected = present.as_ref().map(|before| before.row_version);
            gateway.store().system().put_station(station.clone(), expected, change).await?;
        }
        let shown = kept.unwrap_or(&station);
        let view = StationView::of(shown);
        let reply = match &present {
            Some(_) => Reply::ok(&view)?,
            None => Reply::created(&view, format!("/v1/stations/{}", station.id))?,
        };
        Ok(reply.etag(&etag(shown)))
    })
    .await?;
    Ok(reply.into_response())
}

fn says_same(before: &Station, after: &Station) -> bool {
    let aligned = Station { row_version: before.row_version, updated_at: before.updated_at, ..after.clone() };
    *before == aligned
}
