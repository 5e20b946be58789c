// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of the debt positions of a batch, in its order.

use actix_web::get;
use actix_web::web::Data;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tramite_domain::document_batch::{BatchDocument, DocumentOutcome};
use tramite_domain::ids::DocumentBatchId;
use tramite_storage::DocumentFilter;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// How many a page holds where nobody says.
const LIMIT_DEFAULT: u16 = 50;
/// What a cursor of documents begins with.
const CURSOR_MARK: [u8; 2] = [b'd', 1];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DocumentParameters {
    /// Only debt positions of which this became.
    #[param(value_type = Option<words::DocumentOutcome>)]
    status: Option<String>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of debt positions of a document batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchDocumentPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<BatchDocumentView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// What became of one debt position of a document batch.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = BatchDocument, example = json!({
    "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e0b", "status": "drawn", "file_name": "305854243600689647.pdf",
    "first_page": 17, "pages": 1,
}))]
pub(crate) struct BatchDocumentView {
    #[schema(value_type = words::Id)]
    debt_position_id: String,
    #[schema(value_type = words::DocumentOutcome)]
    status: &'static str,
    /// Why there is no document of it: the code that a request for it would be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::StableCode>)]
    code: Option<String>,
    /// The name of its document in the archive; in one PDF its outline calls it so, without `.pdf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FileName>)]
    file_name: Option<String>,
    /// The first page of its document in the file, from 1; in an archive always 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::PageNumber>)]
    first_page: Option<u32>,
    /// How many pages it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ItemCount>)]
    pages: Option<u32>,
}

/// Lists the debt positions of a document batch
///
/// What became of each, in the order of the file; with `status=skipped` those of which there is no document, each with why.
#[utoipa::path(
    tag = "document-batches", operation_id = "list_batch_documents",
    params(("id" = words::Id, Path, description = "The id of the document batch."), DocumentParameters),
    responses((status = 200, description = "A page of debt positions.", body = BatchDocumentPage))
)]
#[get("/v1/document-batches/{id}/documents")]
pub(crate) async fn list_batch_documents(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DocumentBatchId>,
    parameters: Query<DocumentParameters>,
) -> Answer {
    let asked = parameters.0;
    let from_place = asked.cursor.as_deref().map_or(Ok(0), place_of)?;
    let batch = gateway.store().document_batch(&tenant.scope, *id).await?.or_not_found()?;
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    // One more than the page holds tells whether another one follows.
    let filter = DocumentFilter {
        outcome: asked.status.as_deref().and_then(DocumentOutcome::named),
        from_place,
        limit: u32::from(limit).saturating_add(1),
    };
    let mut found = gateway.store().batch_documents(&tenant.scope, batch.id, filter).await?;
    let next = found.get(usize::from(limit)).map(|one| cursor_of(one.place));
    found.truncate(usize::from(limit));
    let page = BatchDocumentPage { items: found.into_iter().map(BatchDocumentView::of).collect(), next_cursor: next };
    Ok(Reply::ok(&page)?.into_response())
}

/// The cursor before a place.
fn cursor_of(place: u32) -> String {
    let mut bytes = CURSOR_MARK.to_vec();
    bytes.extend_from_slice(&place.to_be_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// The place that a cursor stands before.
fn place_of(cursor: &str) -> Result<u32, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    let place: Option<[u8; 4]> = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(&CURSOR_MARK)?.try_into().ok());
    let place = place.map(u32::from_be_bytes).filter(|place| i32::try_from(*place).is_ok());
    place.ok_or_else(|| Problem::new(Code::InvalidCursor))
}

impl BatchDocumentView {
    fn of(one: BatchDocument) -> Self {
        Self {
            debt_position_id: one.debt_position_id.to_string(),
            status: one.outcome.name(),
            code: one.code,
            file_name: one.file_name,
            first_page: one.first_page,
            pages: one.pages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_its_place_and_no_other_text_does() {
        for place in [0, 17, 9_999] {
            assert_eq!(place_of(&cursor_of(place)).unwrap(), place);
        }
        for wrong in ["", "17", "ZAE", &cursor_of(u32::MAX), "cgEAAAAR"] {
            assert_eq!(place_of(wrong).unwrap_err().code(), Code::InvalidCursor, "{wrong}");
        }
    }
}
