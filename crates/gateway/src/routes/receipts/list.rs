// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many receipts, page by page.

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::anomaly::Anomaly;
use tramite_domain::ident::ServiceCode;
use tramite_domain::receipt::Receipt;
use tramite_domain::time::Instant;
use tramite_storage::{Page, ReceiptFilter};
use utoipa::{IntoParams, ToSchema};

use super::compose::view;
use super::view::ReceiptView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only those paid at this instant or later.
    #[param(value_type = Option<words::Timestamp>)]
    paid_from: Option<Instant>,
    /// Only those paid before this instant.
    #[param(value_type = Option<words::Timestamp>)]
    paid_to: Option<Instant>,
    /// Only those of this service.
    #[param(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    /// Only those kept or changed at this instant or later, the oldest first; `complete_until` says where to go on.
    #[param(value_type = Option<words::Timestamp>)]
    updated_since: Option<Instant>,
    /// Only those of which this is strange.
    #[param(value_type = Option<words::Anomaly>)]
    anomaly: Option<Anomaly>,
    /// Only those of which it, or anything where no `anomaly` is named, was resolved (`true`) or still waits (`false`).
    resolved: Option<bool>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of receipts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<ReceiptView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
    /// With `updated_since`: what to ask with next; nothing that is written later will be older.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    complete_until: Option<Instant>,
}

/// Lists receipts
///
/// The newest first; with `updated_since` the oldest first.
#[utoipa::path(
    tag = "receipts", operation_id = "list_receipts",
    params(ListParameters),
    responses((status = 200, description = "A page of receipts.", body = ReceiptPage))
)]
#[get("/v1/receipts")]
pub(crate) async fn list_receipts(gateway: Data<Gateway>, tenant: Tenant, parameters: Query<ListParameters>) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = ReceiptFilter {
        paid_from: asked.paid_from,
        paid_to: asked.paid_to,
        service_code: asked.service_code,
        updated_since: asked.updated_since,
        anomaly: asked.anomaly,
        resolved: asked.resolved,
        ..ReceiptFilter::default()
    };
    let found = gateway.store().receipts(&tenant.scope, &filter, &request, gateway.now()).await?;
    Ok(Reply::ok(&page(found))?.into_response())
}

/// A page as it is shown.
pub(super) fn page(found: Page<Receipt>) -> ReceiptPage {
    ReceiptPage {
        items: found.items.iter().map(view).collect(),
        next_cursor: cursor_text(found.next.as_ref()),
        complete_until: found.complete_until,
    }
}
