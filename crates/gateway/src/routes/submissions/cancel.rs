// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/submissions/{id}/cancel`

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ids::SubmissionId;

use super::show::etag_of;
use super::view::SubmissionView;
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Cancels a submission
///
/// One for which there was nothing to pay: its places come back, and the same may be submitted again. One with a debt position ends with
/// that: cancel the debt position.
#[utoipa::path(
    tag = "submissions", operation_id = "cancel_submission",
    params(("id" = words::Id, Path, description = "The id of the submission.")),
    request_body = EmptyInput,
    responses((status = 200, description = "The submission as it is now.", body = SubmissionView))
)]
#[post("/v1/submissions/{id}/cancel")]
pub(crate) async fn cancel_submission(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<SubmissionId>,
    key: IdempotencyKey,
    preconditions: Preconditions,
    body: Body<EmptyInput>,
) -> Answer {
    once(&gateway, &tenant, &key, body.fingerprint(), async || {
        let kept = gateway.store().submission(&tenant.scope, *id).await?.or_not_found()?;
        body.valid()?;
        preconditions.check(Some(&etag_of(&kept)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (after, writes) = tramite_domain::submission::cancel_submission(&mut given, &kept)?;
        Ok((writes, Reply::ok(&SubmissionView::of(&after))?.etag(&etag_of(&after))))
    })
    .await
}
