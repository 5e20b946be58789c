// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/submissions`

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ident::ServiceCode;
use tramite_domain::ids::DebtPositionId;
use tramite_storage::SubmissionFilter;
use utoipa::{IntoParams, ToSchema};

use super::view::SubmissionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only those of this service.
    #[param(value_type = Option<words::ServiceCode>)]
    service_code: Option<String>,
    /// Only those for which this debt position is to be paid.
    #[param(value_type = Option<words::Id>)]
    debt_position_id: Option<DebtPositionId>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of submissions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmissionPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<SubmissionView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists submissions
///
/// Those of the asking client, the newest first, without what was entered.
#[utoipa::path(
    tag = "submissions", operation_id = "list_submissions",
    params(ListParameters),
    responses((status = 200, description = "A page of submissions.", body = SubmissionPage))
)]
#[get("/v1/submissions")]
pub(crate) async fn list_submissions(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<ListParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    // The contract has looked at the code already.
    let service_code = asked.service_code.and_then(|code| ServiceCode::new(code).ok());
    let filter = SubmissionFilter { service_code, debt_position_id: asked.debt_position_id };
    let found = gateway.store().submissions(&tenant.scope, &request, filter).await?;
    let page = SubmissionPage {
        items: found.items.iter().map(SubmissionView::of).collect(),
        next_cursor: cursor_text(found.next.as_ref()),
    };
    Ok(Reply::ok(&page)?.into_response())
}
