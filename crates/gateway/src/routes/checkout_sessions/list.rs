// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many checkout sessions, page by page: those of the asking client.

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ids::DebtPositionId;
use tramite_domain::session::SessionStatus;
use tramite_domain::time::Instant;
use tramite_storage::SessionFilter;
use utoipa::{IntoParams, ToSchema};

use super::compose::view;
use super::link::url_for;
use super::show::position_ids;
use super::view::CheckoutSessionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only those of this key of yours.
    #[param(value_type = Option<words::Line128>)]
    client_reference: Option<String>,
    /// Only those in this state now.
    #[param(value_type = Option<words::SessionStatus>)]
    status: Option<SessionStatus>,
    /// Only those that pay this debt position.
    #[param(value_type = Option<words::Id>)]
    debt_position_id: Option<DebtPositionId>,
    /// Only those changed at this instant or later, the oldest change first; `complete_until` says where to go on.
    #[param(value_type = Option<words::Timestamp>)]
    updated_since: Option<Instant>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of checkout sessions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckoutSessionPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<CheckoutSessionView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
    /// With `updated_since`: what to ask with next; nothing that is written later will be older.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    complete_until: Option<Instant>,
}

/// Lists checkout sessions
///
/// Those of the asking client, the newest first; with `updated_since` by the instant of their last change, the oldest
/// first.
#[utoipa::path(
    tag = "checkout-sessions", operation_id = "list_checkout_sessions",
    params(ListParameters),
    responses((status = 200, description = "A page of checkout sessions.", body = CheckoutSessionPage))
)]
#[get("/v1/checkout-sessions")]
pub(crate) async fn list_checkout_sessions(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<ListParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = SessionFilter {
        client_reference: asked.client_reference,
        status: asked.status,
        debt_position_id: asked.debt_position_id,
        updated_since: asked.updated_since,
    };
    let now = gateway.now();
    let found = gateway.store().sessions(&tenant.scope, &filter, &request, now).await?;
    let positions = gateway.store().positions_by_ids(&tenant.scope, &position_ids(&found.items)).await?;
    let mut items = Vec::with_capacity(found.items.len());
    for session in &found.items {
        items.push(view(session, &positions, url_for(&gateway, &tenant, session.id)?, now));
    }
    let page = CheckoutSessionPage {
        items,
        next_cursor: cursor_text(found.next.as_ref()),
        complete_until: found.complete_until,
    };
    Ok(Reply::ok(&page)?.into_response())
}
