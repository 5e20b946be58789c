// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/institutions/{id}/support-access`

use actix_web::put;
use actix_web::web::Data;
use serde::Deserialize;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::switch_support;
use utoipa::ToSchema;

use super::etag;
use super::view::InstitutionView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Whether operators may read in support.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportAccessSwitch, example = json!({"allowed": false}))]
pub(super) struct SupportSwitchBody {
    /// `false` ends every access that is open, and none is opened any more.
    allowed: bool,
}

/// Lets operators read in support, or no longer
///
/// The institution itself decides it, with a token that is for all of its services. Switched off, every access that is open
/// ends: its tokens within a minute in every process. Each change is an event and a line of the audit trail; an operator
/// who changes `support_access` with the registry leaves the same.
#[utoipa::path(
    tag = "support-accesses",
    operation_id = "replace_support_access",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    request_body = SupportSwitchBody,
    responses((status = 200, description = "The institution as it is now.", body = InstitutionView))
)]
#[put("/v1/institutions/{id}/support-access")]
pub(super) async fn replace_support_access(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
    body: Body<SupportSwitchBody>,
) -> Answer {
    // Whoever is confined to some services does not decide for the institution: there is no switch for it.
    if tenant.institution_id() != *id || tenant.scope.services().is_some() {
        return Err(Problem::new(Code::NotFound));
    }
    let reply = settle(&preconditions, async || {
        let present = gateway.store().system().institution(*id).await?.or_not_found()?;
        let wanted = body.valid()?;
        preconditions.check(Some(&etag(&present)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (institution, batch) = switch_support(&mut given, &present, wanted.allowed);
        if !batch.is_empty() {
            gateway.store().system().commit_institution(batch, None).await?;
            gateway.fresh().forget_institution(institution.id);
        }
        Ok(Reply::ok(&InstitutionView::of(&institution))?.etag(&etag(&institution)))
    })
    .await?;
    Ok(reply.into_response())
}
