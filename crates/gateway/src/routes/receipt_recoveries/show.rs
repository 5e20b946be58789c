// SPDX-License-Identifier: AGPL-3.0-or-later
//! One recovery, now or as soon as it is over.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::RecoveryId;
use utoipa::IntoParams;

use super::view::{ReceiptRecoveryView, etag_of};
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

/// Shows a recovery of a receipt
///
/// With `wait` the answer comes as soon as it is over.
#[utoipa::path(
    tag = "receipt-recoveries", operation_id = "show_receipt_recovery",
    params(("id" = words::Id, Path, description = "The id of the recovery."), ShowParameters),
    responses((status = 200, description = "The recovery.", body = ReceiptRecoveryView))
)]
#[get("/v1/receipt-recoveries/{id}")]
pub(crate) async fn show_receipt_recovery(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<RecoveryId>,
    parameters: Query<ShowParameters>,
) -> Answer {
    let look = async || gateway.store().recovery(&tenant.scope, *id).await?.or_not_found();
    let mut recovery = look().await?;
    if let Some(seconds) = parameters.0.wait {
        recovery =
            wait_until(&gateway, tenant.client_id(), seconds, recovery, |one| one.status.is_over(), look).await?;
    }
    Ok(Reply::ok(&ReceiptRecoveryView::of(&recovery))?.etag(&etag_of(&recovery)).into_response())
}
