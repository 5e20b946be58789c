// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/submissions/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::SubmissionId;
use tramite_domain::submission::KeptSubmission;

use super::view::SubmissionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a submission
///
/// What was entered, by the version of the form that it was worked out by, and what it came to. `values` are absent once they were erased.
#[utoipa::path(
    tag = "submissions", operation_id = "show_submission",
    params(("id" = words::Id, Path, description = "The id of the submission.")),
    responses((status = 200, description = "The submission.", body = SubmissionView))
)]
#[get("/v1/submissions/{id}")]
pub(crate) async fn show_submission(gateway: Data<Gateway>, tenant: Tenant, id: Segment<SubmissionId>) -> Answer {
    let kept = gateway.store().submission(&tenant.scope, *id).await?.or_not_found()?;
    let shown = SubmissionView::of(&kept).with_values(&kept);
    Ok(Reply::ok(&shown)?.etag(&etag_of(&kept)).into_response())
}

/// What of it may change: whether it was taken back, and whether what was entered is there still.
pub(super) fn etag_of(kept: &KeptSubmission) -> Etag {
    let state = match (kept.cancelled_at.is_some(), kept.entered.is_some()) {
        (true, true) => "cancelled",
        (false, true) => "kept",
        (true, false) => "cancelled-forgotten",
        (false, false) => "forgotten",
    };
    Etag::of(1, state)
}
