// SPDX-License-Identifier: AGPL-3.0-or-later
//! Its client stops a batch of documents.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::document_batch::cancel;
use tramite_domain::ids::DocumentBatchId;

use super::replay::shown_again;
use super::view::{DocumentBatchView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once_completed};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Cancels a document batch
///
/// No further document is drawn, and what was is deleted. A batch that is cancelled already is answered as it is. While it runs, each
/// stretch of it makes another `ETag`: cancel it without `If-Match`.
#[utoipa::path(
    tag = "document-batches", operation_id = "cancel_document_batch",
    params(("id" = words::Id, Path, description = "The id of the document batch.")),
    request_body = EmptyInput,
    responses((status = 200, description = "The document batch as it is now.", body = DocumentBatchView))
)]
#[post("/v1/document-batches/{id}/cancel")]
pub(crate) async fn cancel_document_batch(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DocumentBatchId>,
    key: IdempotencyKey,
    preconditions: Preconditions,
    body: Body<EmptyInput>,
) -> Answer {
    let decide = async || {
        let batch = gateway.store().document_batch(&tenant.scope, *id).await?.or_not_found()?;
        body.valid()?;
        preconditions.check(Some(&etag_of(&batch)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (after, writes) = cancel(&mut given, &batch)?;
        Ok((writes, Reply::ok(&DocumentBatchView::of(&after))?.etag(&etag_of(&after))))
    };
    let complete = async |kept: Vec<u8>| shown_again(&gateway, &tenant, kept).await;
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, complete).await
}
