// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/support-accesses`

use actix_web::get;
use actix_web::web::Data;

use super::view::{SupportAccessPage, SupportAccessView};
use crate::auth::Caller;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists support accesses
///
/// The newest first, those that are over too. An operator sees all of them; a client sees those to the institution of its
/// token, and none where the token is confined to some services.
#[utoipa::path(
    tag = "support-accesses",
    operation_id = "list_support_accesses",
    params(Paging),
    responses((status = 200, description = "A page of accesses.", body = SupportAccessPage))
)]
#[get("/v1/support-accesses")]
pub(super) async fn list_support_accesses(gateway: Data<Gateway>, caller: Caller, paging: Query<Paging>) -> Answer {
    let request = paging.0.request()?;
    let page = match &caller {
        Caller::Operator(_) => gateway.store().system().support_accesses(&request).await?,
        Caller::Tenant(tenant) => gateway.store().support_accesses(&tenant.scope, &request).await?,
    };
    let now = gateway.now();
    let items = page.items.iter().map(|(one, name)| SupportAccessView::of(one, name, now)).collect();
    Ok(Reply::ok(&SupportAccessPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
