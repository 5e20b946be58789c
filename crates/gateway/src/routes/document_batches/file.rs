// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file of a batch of documents.

use std::io::Write;
use std::num::NonZeroU64;

use actix_web::get;
use actix_web::web::Data;
use tokio::runtime::Handle;
use tramite_domain::document_batch::{BatchForm, BatchStatus, DocumentBatch};
use tramite_domain::ids::DocumentBatchId;
use tramite_domain::refusal::Refusal;
use tramite_storage::{Scope, Store};

use super::view::etag_of;
use crate::auth::Tenant;
use crate::convention::{Answer, Download, Pieces, READER_BYTES_PER_SECOND_MIN, download, unwritten};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Shows the file of a document batch
///
/// The archive or the PDF, once the batch is `completed`. In an archive each document is called by its notice number, and
/// `index.csv` lists all debt positions.
#[utoipa::path(
    tag = "document-batches", operation_id = "show_document_file",
    params(("id" = words::Id, Path, description = "The id of the document batch.")),
    responses((status = 200, description = "The file.", content(
        (words::GatheredZip = "application/zip"),
        (words::GatheredPdf = "application/pdf")
    )))
)]
#[get("/v1/document-batches/{id}/file")]
pub(crate) async fn show_document_file(gateway: Data<Gateway>, tenant: Tenant, id: Segment<DocumentBatchId>) -> Answer {
    let batch = gateway.store().document_batch(&tenant.scope, *id).await?.or_not_found()?;
    // A file says no more than requests would.
    let scope = batch.kind.scope();
    if !tenant.may(scope) {
        return Err(Problem::insufficient_scope(scope.name()));
    }
    if batch.status != BatchStatus::Completed {
        return Err(Refusal::DocumentBatchState { status: batch.status }.into());
    }
    let (store, own) = (gateway.store().clone(), tenant.scope.clone());
    let gone = batch.file.kept_until.is_none_or(|until| until <= gateway.now());
    if gone || store.document_part(&own, batch.id, 0).await?.is_none() {
        return Err(Problem::new(Code::DocumentFileGone));
    }
    let (media, ending) = match batch.form {
        BatchForm::Zip => ("application/zip", "zip"),
        BatchForm::Pdf => ("application/pdf", "pdf"),
    };
    let name = format!("{}s-{}.{ending}", batch.kind.name(), batch.id);
    let etag = etag_of(&batch);
    let file = Download {
        media,
        name: &name,
        bytes: Some(batch.file.bytes),
        etag: Some(&etag),
        rate_min: NonZeroU64::new(READER_BYTES_PER_SECOND_MIN),
    };
    let runtime = Handle::current();
    download(&gateway, &tenant, file, move |out| send(&runtime, &store, &own, &batch, out)).await
}

/// Sends part after part. Where one is missing the answer breaks off: nobody takes a part for the whole.
fn send(
    runtime: &Handle,
    store: &Store,
    scope: &Scope,
    batch: &DocumentBatch,
    out: &mut Pieces,
) -> Result<(), Problem> {
    for place in 0..batch.file.parts {
        let part = runtime.block_on(store.document_part(scope, batch.id, place))?;
        let part = part.ok_or_else(|| Problem::new(Code::DocumentFileGone))?;
        out.write_all(&part).map_err(unwritten)?;
    }
    Ok(())
}
