// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/trusted-issuers`

use actix_web::get;
use actix_web::web::Data;

use super::view::{TrustedIssuerPage, TrustedIssuerView};
use crate::auth::Operator;
use crate::convention::{Answer, Paging, Reply};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Lists trusted issuers
///
/// Everybody whose tokens are taken, and those that are switched off, by their names. There are fifty at most, and one page
/// shows them all, whatever `limit` says.
#[utoipa::path(
    tag = "trusted-issuers",
    operation_id = "list_trusted_issuers",
    params(Paging),
    responses((status = 200, description = "The issuers.", body = TrustedIssuerPage))
)]
#[get("/v1/trusted-issuers")]
pub(super) async fn list_trusted_issuers(gateway: Data<Gateway>, _operator: Operator, paging: Query<Paging>) -> Answer {
    // There is no second page, so nobody was told a cursor.
    if paging.0.request()?.cursor.is_some() {
        return Err(Problem::new(Code::InvalidCursor));
    }
    let all = gateway.store().system().trusted_issuers().await?;
    let items = all.iter().map(|(issuer, keys)| TrustedIssuerView::of(issuer, keys)).collect();
    Ok(Reply::ok(&TrustedIssuerPage { items, next_cursor: None })?.into_response())
}
