// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/stations`

use actix_web::get;
use actix_web::web::Data;

use super::wire::{StationPage, StationView};
use crate::auth::Operator;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists stations
///
/// Every station of this Tramite.
#[utoipa::path(
    tag = "stations",
    operation_id = "list_stations",
    params(Paging),
    responses((status = 200, description = "A page of stations.", body = StationPage))
)]
#[get("/v1/stations")]
pub(super) async fn list_stations(gateway: Data<Gateway>, _operator: Operator, paging: Query<Paging>) -> Answer {
    let page = gateway.store().system().stations(&paging.0.request()?).await?;
    let items = page.items.iter().map(StationView::of).collect();
    Ok(Reply::ok(&StationPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
