// SPDX-License-Identifier: AGPL-3.0-or-later
//! One recovery, now or as soon as it is over.

use std::time::Duration;

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::RecoveryId;
use utoipa::IntoParams;

use super::view::{ReceiptRecoveryView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// How often a waiting request looks, in milliseconds.
const LOOK_EVERY_MS: u64 = 250;

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
    let mut recovery = gateway.store().recovery(&tenant.scope, *id).await?.or_not_found()?;
    if let Some(seconds) = parameters.0.wait {
        let _place = gateway.waits().enter(tenant.client_id())?;
        for _ in 0..seconds.saturating_mul(1_000) / LOOK_EVERY_MS {
            if recovery.status.is_over() || gateway.is_stopping() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
            recovery = gateway.store().recovery(&tenant.scope, *id).await?.or_not_found()?;
        }
    }
    Ok(Reply::ok(&ReceiptRecoveryView::of(&recovery))?.etag(&etag_of(&recovery)).into_response())
}
