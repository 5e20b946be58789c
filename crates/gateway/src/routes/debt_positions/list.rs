// SPDX-License-Identifier: AGPL-3.0-or-later
//! Many debt positions, page by page.

use actix_web::get;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tramite_domain::debt_position::PositionStatus;
use tramite_domain::ident::{ExternalId, ServiceCode};
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::time::Instant;
use tramite_storage::{Page, PositionFilter};
use utoipa::{IntoParams, ToSchema};

use super::load::{payers, view};
use super::view::DebtPositionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Only the one of this key.
    #[param(value_type = Option<words::ExternalId>)]
    external_id: Option<ExternalId>,
    /// Only the one of this notice.
    #[param(value_type = Option<words::NoticeNumber>)]
    notice_number: Option<NoticeNumber>,
    /// Only the one of this creditor reference.
    #[param(value_type = Option<words::IuvText>)]
    iuv: Option<Iuv>,
    /// Only those of this service.
    #[param(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    /// Only those in this state now.
    #[param(value_type = Option<words::PositionStatus>)]
    status: Option<PositionStatus>,
    /// Only those with an installment due on this day or later.
    #[param(value_type = Option<words::Day>)]
    due_date_from: Option<NaiveDate>,
    /// Only those with an installment due on this day or earlier.
    #[param(value_type = Option<words::Day>)]
    due_date_to: Option<NaiveDate>,
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

/// A page of debt positions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DebtPositionPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<DebtPositionView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
    /// With `updated_since`: what to ask with next; nothing that is written later will be older.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    complete_until: Option<Instant>,
}

/// Lists debt positions
///
/// The newest first; with `updated_since` by the instant of their last change, the oldest first.
#[utoipa::path(
    tag = "debt-positions", operation_id = "list_debt_positions",
    params(ListParameters),
    responses((status = 200, description = "A page of debt positions.", body = DebtPositionPage))
)]
#[get("/v1/debt-positions")]
pub(crate) async fn list_debt_positions(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<ListParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = PositionFilter {
        external_id: asked.external_id,
        notice_number: asked.notice_number,
        iuv: asked.iuv,
        service_code: asked.service_code,
        status: asked.status,
        due_date_from: asked.due_date_from,
        due_date_to: asked.due_date_to,
        debtor_tax_code: None,
        updated_since: asked.updated_since,
    };
    let found = gateway.store().positions(&tenant.scope, &filter, &request, gateway.now()).await?;
    Ok(Reply::ok(&page(&gateway, &tenant, found).await?)?.into_response())
}

/// A page as the caller reads it.
pub(super) async fn page(
    gateway: &Gateway,
    tenant: &Tenant,
    found: Page<tramite_domain::debt_position::DebtPosition>,
) -> Result<DebtPositionPage, Problem> {
    let payers = payers(gateway, &tenant.scope, &found.items).await?;
    let now = gateway.now();
    Ok(DebtPositionPage {
        items: found.items.iter().map(|position| view(tenant.creditor, position, &payers, now)).collect(),
        next_cursor: cursor_text(found.next.as_ref()),
        complete_until: found.complete_until,
    })
}
