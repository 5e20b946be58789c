// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/delegations`

use actix_web::get;
use actix_web::web::Data;

use super::view::{GivenDelegationPage, GivenDelegationView};
use crate::auth::Tenant;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists who acts for the institution
///
/// Every delegation of the institution of the token, those that have ended too, the newest first. A token confined to
/// some services sees its own client's alone.
#[utoipa::path(
    tag = "delegations",
    operation_id = "list_delegations",
    params(Paging),
    responses((status = 200, description = "A page of delegations.", body = GivenDelegationPage))
)]
#[get("/v1/delegations")]
pub(super) async fn list_delegations(gateway: Data<Gateway>, tenant: Tenant, paging: Query<Paging>) -> Answer {
    let page = gateway.store().delegations(&tenant.scope, &paging.0.request()?).await?;
    let now = gateway.now();
    let items = page.items.iter().map(|(one, name)| GivenDelegationView::of(one, name, now)).collect();
    Ok(Reply::ok(&GivenDelegationPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
