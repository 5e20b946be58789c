// SPDX-License-Identifier: AGPL-3.0-or-later
//! One batch of numbers, with all of them.

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::IuvBatchId;

use super::view::{IuvBatchView, etag};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Shows a batch of notice numbers
///
/// All numbers that it reserved, as its creation answered them. Which of them are used already, the debt positions tell.
#[utoipa::path(
    tag = "iuv-batches", operation_id = "show_iuv_batch",
    params(("id" = words::Id, Path, description = "The id of the batch.")),
    responses((status = 200, description = "The batch.", body = IuvBatchView))
)]
#[get("/v1/iuv-batches/{id}")]
pub(super) async fn show_iuv_batch(gateway: Data<Gateway>, tenant: Tenant, id: Segment<IuvBatchId>) -> Answer {
    Ok(whole(&gateway, &tenant, *id).await?.etag(&etag()).into_response())
}

/// The batch as it is shown.
pub(super) async fn whole(gateway: &Gateway, tenant: &Tenant, id: IuvBatchId) -> Result<Reply, Problem> {
    let batch = gateway.store().iuv_batch(&tenant.scope, id).await?.or_not_found()?;
    let numbers = gateway.store().batch_numbers(&tenant.scope, &batch).await?;
    Reply::ok(&IuvBatchView::of(&batch, &numbers))
}
