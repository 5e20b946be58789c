// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many recoveries, page by page.

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ReceiptRecoveryView;
use crate::auth::Tenant;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

/// A page of recoveries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptRecoveryPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<ReceiptRecoveryView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists recoveries of receipts
///
/// The newest first.
#[utoipa::path(
    tag = "receipt-recoveries", operation_id = "list_receipt_recoveries",
    params(Paging),
    responses((status = 200, description = "A page of recoveries.", body = ReceiptRecoveryPage))
)]
#[get("/v1/receipt-recoveries")]
pub(crate) async fn list_receipt_recoveries(gateway: Data<Gateway>, tenant: Tenant, paging: Query<Paging>) -> Answer {
    let found = gateway.store().recoveries(&tenant.scope, &paging.0.request()?).await?;
    let page = ReceiptRecoveryPage {
        items: found.items.iter().map(ReceiptRecoveryView::of).collect(),
        next_cursor: cursor_text(found.next.as_ref()),
    };
    Ok(Reply::ok(&page)?.into_response())
}
