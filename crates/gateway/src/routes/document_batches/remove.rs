// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file of a batch is not needed any more.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use tramite_domain::document_batch::remove;
use tramite_domain::ids::DocumentBatchId;

use crate::auth::Tenant;
use crate::convention::{Answer, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Deletes the file of a document batch
///
/// It can be taken no more, and makes room for others; a batch that is not over is cancelled. That there was one stays to be seen.
/// A file that went before is answered alike.
#[utoipa::path(
    tag = "document-batches", operation_id = "remove_document_batch",
    params(("id" = words::Id, Path, description = "The id of the document batch.")),
    responses((status = 204, description = "Its file is there no more."))
)]
#[delete("/v1/document-batches/{id}")]
pub(crate) async fn remove_document_batch(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DocumentBatchId>,
) -> Answer {
    settle(&Preconditions::default(), async || {
        let batch = gateway.store().document_batch(&tenant.scope, *id).await?.or_not_found()?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let writes = remove(&mut given, &batch)?;
        if !writes.is_empty() {
            gateway.store().commit(&tenant.scope, writes).await?;
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
