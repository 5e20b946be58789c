// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/trusted-issuers/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::TrustedIssuerId;

use super::view::TrustedIssuerView;
use super::{etag, find};
use crate::auth::Operator;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::words;

/// Shows a trusted issuer
///
/// With the names of its keys and when they were last fetched. Fetching them is no change, and leaves the version as it is.
#[utoipa::path(
    tag = "trusted-issuers",
    operation_id = "show_trusted_issuer",
    params(("id" = words::Id, Path, description = "The id of the issuer.")),
    responses((status = 200, description = "The issuer.", body = TrustedIssuerView))
)]
#[get("/v1/trusted-issuers/{id}")]
pub(super) async fn show_trusted_issuer(
    gateway: Data<Gateway>,
    _operator: Operator,
    id: Segment<TrustedIssuerId>,
) -> Answer {
    let (issuer, keys) = find(&gateway, *id).await?;
    Ok(Reply::ok(&TrustedIssuerView::of(&issuer, &keys))?.etag(&etag(&issuer)).into_response())
}
