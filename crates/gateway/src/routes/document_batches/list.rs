// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many batches of documents, page by page: those of the asking client.

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::document_batch::BatchStatus;
use utoipa::{IntoParams, ToSchema};

use super::view::DocumentBatchView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only those in this state now.
    #[param(value_type = Option<words::DocumentBatchStatus>)]
    status: Option<String>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of document batches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DocumentBatchPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<DocumentBatchView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists document batches
///
/// Those of the asking client, the newest first.
#[utoipa::path(
    tag = "document-batches", operation_id = "list_document_batches",
    params(ListParameters),
    responses((status = 200, description = "A page of document batches.", body = DocumentBatchPage))
)]
#[get("/v1/document-batches")]
pub(crate) async fn list_document_batches(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<ListParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let status = asked.status.as_deref().and_then(BatchStatus::named);
    let found = gateway.store().document_batches(&tenant.scope, &request, status).await?;
    let page = DocumentBatchPage {
        items: found.items.iter().map(DocumentBatchView::of).collect(),
        next_cursor: cursor_text(found.next.as_ref()),
    };
    Ok(Reply::ok(&page)?.into_response())
}
