// SPDX-License-Identifier: AGPL-3.0-or-later
//! Notices and receipts of many debt positions in one file. They belong to the client that asked for them.

mod add;
mod cancel;
mod documents;
mod file;
mod input;
mod list;
mod remove;
mod replay;
mod show;
mod view;

use tramite_domain::access::ApiScope;

use crate::api::Api;
use crate::problem::Code;

pub(crate) fn mount(api: &mut Api<'_, '_>) {
    api.tenant(list::list_document_batches, ApiScope::DocumentsWrite);
    // The token must be able to read what is in the file as well: it says no more than requests would.
    api.tenant(add::add_document_batch, ApiScope::DocumentsWrite).idempotent().etag().refuses(&[
        Code::TooManyDocumentBatches,
        Code::DocumentStorageFull,
        Code::ImportState,
        Code::ImportFileGone,
        // The import does not exist for the caller; or the kept answer to the same request does not any more.
        Code::NotFound,
    ]);
    api.tenant(show::show_document_batch, ApiScope::DocumentsWrite).etag();
    api.tenant(cancel::cancel_document_batch, ApiScope::DocumentsWrite)
        .idempotent()
        .etag()
        .conditional()
        .refuses(&[Code::DocumentBatchState]);
    api.tenant(remove::remove_document_batch, ApiScope::DocumentsWrite);
    api.tenant(documents::list_batch_documents, ApiScope::DocumentsWrite);
    api.tenant(file::show_document_file, ApiScope::DocumentsWrite)
        .etag()
        .refuses(&[Code::DocumentBatchState, Code::DocumentFileGone]);
}
