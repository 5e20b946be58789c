// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/support-accesses/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::SupportAccessId;

use super::view::SupportAccessView;
use super::{etag, load};
use crate::auth::Caller;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::words;

/// Shows a support access
///
/// An operator sees every access; a client sees those to the institution of its token.
#[utoipa::path(
    tag = "support-accesses",
    operation_id = "show_support_access",
    params(("id" = words::Id, Path, description = "The id of the access.")),
    responses((status = 200, description = "The access.", body = SupportAccessView))
)]
#[get("/v1/support-accesses/{id}")]
pub(super) async fn show_support_access(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<SupportAccessId>,
) -> Answer {
    let (access, name) = load(&gateway, &caller, *id).await?;
    let now = gateway.now();
    Ok(Reply::ok(&SupportAccessView::of(&access, &name, now))?.etag(&etag(&access, now)).into_response())
}
