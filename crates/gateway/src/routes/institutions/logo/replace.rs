// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/institutions/{id}/logo`

use actix_web::put;
use actix_web::web::Data;
use tramite_documents::logo::{Logo, LogoFault};
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::replace_logo;
use tramite_domain::violation::Violation;

use super::upload::Upload;
use super::view::LogoView;
use super::{commit, etag, load_to_write};
use crate::auth::Caller;
use crate::convention::{Answer, Reply, drawn, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// Gives an institution its logo
///
/// Printed on its notices from now on, in place of the one before. The body is the picture itself, a PNG or an SVG of at most 512 KiB; what is
/// kept is a PNG of at most 709 pixels a side, on white, without anything else that the file held. A file that is no plain picture is
/// refused, with a code that says why. The institution gives its own (`services:write`, with a token for all of its services), an operator that
/// of any. The same picture again changes nothing.
#[utoipa::path(
    tag = "institutions",
    operation_id = "replace_institution_logo",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    request_body(content((words::LogoBytes = "image/png"), (words::LogoText = "image/svg+xml"))),
    responses((status = 200, description = "What is kept of the picture.", body = LogoView))
)]
#[put("/v1/institutions/{id}/logo")]
pub(super) async fn replace_institution_logo(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
    upload: Upload,
) -> Answer {
    // Who may not write it sends nothing.
    load_to_write(&gateway, &caller, *id).await?;
    let file = upload.read(&gateway).await?;
    let logo = drawn(&gateway, move || Ok(Logo::read(&file))).await?.map_err(refused)?;
    let reply = settle(&preconditions, async || {
        let present = load_to_write(&gateway, &caller, *id).await?;
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(caller.client_id()));
        let (kept, batch) = replace_logo(&mut given, *id, present.as_ref(), logo.png().to_vec());
        commit(&gateway, &caller, *id, batch).await?;
        Ok(Reply::ok(&LogoView::of(&kept, &logo))?.etag(&etag(&kept)))
    })
    .await?;
    Ok(reply.into_response())
}

fn refused(fault: LogoFault) -> Problem {
    Problem::invalid(vec![Violation { pointer: String::new(), code: fault.code(), detail: fault.to_string() }])
}
