// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/institutions/{id}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::{InstitutionInput, define};

use super::etag;
use super::input::InstitutionBody;
use super::known::registered;
use super::view::InstitutionView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Replaces what is registered of an institution
///
/// Histories are kept: another IBAN under the id of an account or beneficiary ends the old row and begins a new one, a
/// day later (`valid_from` says when); until then it can be changed again, or taken back by the present one. A station
/// that is left out is closed. Registered accounts and beneficiaries stay, for notices may name them.
#[utoipa::path(
    tag = "institutions",
    operation_id = "replace_institution",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    request_body = InstitutionBody,
    responses((status = 200, description = "The institution as it is now.", body = InstitutionView))
)]
#[put("/v1/institutions/{id}")]
pub(super) async fn replace_institution(
    gateway: Data<Gateway>,
    operator: Operator,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
    body: Body<InstitutionBody>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let present = gateway.store().system().institution(*id).await?.or_not_found()?;
        let input = InstitutionInput::from(body.valid()?);
        preconditions.check(Some(&etag(&present)))?;
        let known = registered(&gateway, &input).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(operator.client.id));
        let (institution, batch) = define(Some(&present), &input, &known, &mut given)?;
        if !batch.is_empty() {
            gateway.store().system().commit_institution(batch, None).await?;
            gateway.fresh().forget_institution(institution.id);
        }
        Ok(Reply::ok(&InstitutionView::of(&institution))?.etag(&etag(&institution)))
    })
    .await?;
    Ok(reply.into_response())
}
