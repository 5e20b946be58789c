// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/audit`

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::audit::AuditLine;
use tramite_domain::time::Instant;
use tramite_storage::AuditFilter;
use utoipa::{IntoParams, ToSchema};

use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditParameters {
    /// Only what was done at this instant or later.
    #[param(value_type = Option<words::Timestamp>)]
    from: Option<Instant>,
    /// Only what was done before this instant.
    #[param(value_type = Option<words::Timestamp>)]
    to: Option<Instant>,
    /// Only lines of this action.
    #[param(value_type = Option<words::ActionName>)]
    action: Option<String>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// One line of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AuditLine, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e08", "at": "2026-09-01T08:31:00Z",
    "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03", "request_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e0a", "action": "support.read",
    "subject": "GET /v1/receipts/01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09",
    "reason": "support_access/01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e07",
}))]
struct AuditLineView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// When.
    #[schema(value_type = words::Timestamp)]
    at: Instant,
    /// Who; absent where Tramite itself did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    client_id: Option<String>,
    /// By which request: the `Request-Id` of its answer. Absent where Tramite itself did it, and of lines of earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    request_id: Option<String>,
    /// What.
    #[schema(value_type = words::ActionName)]
    action: String,
    /// On what.
    #[schema(value_type = words::AuditSubject)]
    subject: String,
    /// Why, where a reason was given; of a read in support, the access.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AuditReason>)]
    reason: Option<String>,
}

impl From<AuditLine> for AuditLineView {
    fn from(line: AuditLine) -> Self {
        Self {
            id: line.id.to_string(),
            at: line.at,
            client_id: line.client_id.map(|id| id.to_string()),
            request_id: line.request_id.map(|id| id.to_string()),
            action: line.action,
            subject: line.subject,
            reason: line.reason,
        }
    }
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AuditPage {
    /// The lines.
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<AuditLineView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists the audit trail
///
/// Who did what in the institution of the token, the newest first: changes, searches for persons, and every read of an
/// operator in support (`action=support.read`). A token confined to some services sees the lines of its own client alone. Its
/// pages, and those of an everyday action such as `debt_position.created`, look 31 days back at a time: one may be short, or
/// empty, and yet have a `next_cursor`.
#[utoipa::path(
    tag = "audit",
    operation_id = "list_audit_lines",
    params(AuditParameters),
    responses((status = 200, description = "A page of lines.", body = AuditPage))
)]
#[get("/v1/audit")]
pub(super) async fn list_audit_lines(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<AuditParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = AuditFilter { from: asked.from, to: asked.to, action: asked.action };
    let page = gateway.store().audit_lines(&tenant.scope, &filter, &request).await?;
    let items = page.items.into_iter().map(AuditLineView::from).collect();
    Ok(Reply::ok(&AuditPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
