// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/institutions/{id}/logo`

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use tramite_domain::ids::InstitutionId;

use super::{PNG, etag, load};
use crate::auth::Caller;
use crate::convention::{Answer, document_answer, unchanged};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows the logo of an institution
///
/// As it is printed: a PNG, whatever was sent. An operator sees that of any institution, a client that of its own. 404 where there is
/// none. With `If-None-Match` and its `ETag` it is not sent again.
#[utoipa::path(
    tag = "institutions",
    operation_id = "show_institution_logo",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    responses(
        (status = 200, description = "The logo.", content((words::LogoBytes = "image/png"))),
        (status = 304, description = "The logo is the one that the caller has.")
    )
)]
#[get("/v1/institutions/{id}/logo")]
pub(super) async fn show_institution_logo(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<InstitutionId>,
    request: HttpRequest,
) -> Answer {
    let logo = load(&gateway, &caller, *id).await?.or_not_found()?;
    let etag = etag(&logo);
    if let Some(answer) = unchanged(&request, &etag) {
        return Ok(answer);
    }
    Ok(document_answer((PNG, "logo.png"), &etag, logo.png))
}
