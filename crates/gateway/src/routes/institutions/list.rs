// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/institutions`

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::InstitutionView;
use crate::auth::Operator;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

/// A page of institutions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InstitutionPage)]
struct InstitutionPage {
    /// The institutions.
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<InstitutionView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists institutions
///
/// Every institution of this Tramite, newest first.
#[utoipa::path(
    tag = "institutions",
    operation_id = "list_institutions",
    params(Paging),
    responses((status = 200, description = "A page of institutions.", body = InstitutionPage))
)]
#[get("/v1/institutions")]
pub(super) async fn list_institutions(gateway: Data<Gateway>, _operator: Operator, paging: Query<Paging>) -> Answer {
    let page = gateway.store().system().institutions(&paging.0.request()?).await?;
    let items = page.items.iter().map(InstitutionView::of).collect();
    let view = InstitutionPage { items, next_cursor: cursor_text(page.next.as_ref()) };
    Ok(Reply::ok(&view)?.into_response())
}
