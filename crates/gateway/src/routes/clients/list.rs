// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/clients`

use actix_web::get;
use actix_web::web::Data;

use super::view::{ClientPage, ClientView};
use crate::auth::Operator;
use crate::convention::{Answer, Paging, Reply, cursor_text};
use crate::extract::Query;
use crate::gateway::Gateway;

/// Lists clients
///
/// Every client and every operator, newest first.
#[utoipa::path(
    tag = "clients",
    operation_id = "list_clients",
    params(Paging),
    responses((status = 200, description = "A page of clients.", body = ClientPage))
)]
#[get("/v1/clients")]
pub(super) async fn list_clients(gateway: Data<Gateway>, _operator: Operator, paging: Query<Paging>) -> Answer {
    let page = gateway.store().system().clients(&paging.0.request()?).await?;
    let now = gateway.now();
    let items = page.items.iter().map(|client| ClientView::of(client, now)).collect();
    Ok(Reply::ok(&ClientPage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
