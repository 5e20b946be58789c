// SPDX-License-Identifier: AGPL-3.0-or-later
//! One batch of documents, now or as soon as it is over.

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::DocumentBatchId;
use utoipa::IntoParams;

use super::view::{DocumentBatchView, etag_of};
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

/// Shows a document batch
///
/// How far it is. With `wait` the answer comes as soon as it is over.
#[utoipa::path(
    tag = "document-batches", operation_id = "show_document_batch",
    params(("id" = words::Id, Path, description = "The id of the document batch."), ShowParameters),
    responses((status = 200, description = "The document batch.", body = DocumentBatchView))
)]
#[get("/v1/document-batches/{id}")]
pub(crate) async fn show_document_batch(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DocumentBatchId>,
    parameters: Query<ShowParameters>,
) -> Answer {
    let look = async || gateway.store().document_batch(&tenant.scope, *id).await?.or_not_found();
    let mut batch = look().await?;
    if let Some(seconds) = parameters.0.wait {
        batch = wait_until(&gateway, tenant.client_id(), seconds, batch, |one| one.status.is_final(), look).await?;
    }
    Ok(Reply::ok(&DocumentBatchView::of(&batch))?.etag(&etag_of(&batch)).into_response())
}
