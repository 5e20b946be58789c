// SPDX-License-Identifier: AGPL-3.0-or-later
//! One debt position.

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::DebtPositionId;

use super::load::{load, view};
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::words;

/// Shows a debt position
///
/// Its states are those of this instant.
#[utoipa::path(
    tag = "debt-positions", operation_id = "show_debt_position",
    params(("id" = words::Id, Path, description = "The id of the debt position.")),
    responses((status = 200, description = "The debt position.", body = DebtPositionView))
)]
#[get("/v1/debt-positions/{id}")]
pub(crate) async fn show_debt_position(gateway: Data<Gateway>, tenant: Tenant, id: Segment<DebtPositionId>) -> Answer {
    let loaded = load(&gateway, &tenant.scope, *id).await?;
    let now = gateway.now();
    let shown = view(tenant.creditor, &loaded.position, &loaded.payers, now);
    Ok(Reply::ok(&shown)?.etag(&loaded.etag(now)).into_response())
}
