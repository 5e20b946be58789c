// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT` and `DELETE /v1/institutions/{id}/hosted-pages`

use actix_web::web::Data;
use actix_web::{delete, put};
use serde::Deserialize;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::institution::switch_pages;
use utoipa::ToSchema;

use super::etag;
use super::view::InstitutionView;
use crate::auth::Caller;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// Under whose name hosted pages act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HostedPagesInput, example = json!({"client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03"}))]
pub(super) struct HostedPagesBody {
    /// A client that the institution lets start payments (`payments:write`): it sees what citizens enter and pay there.
    #[schema(value_type = words::Id)]
    client_id: ClientId,
}

/// Switches the hosted pages of an institution on
///
/// Citizens then find its services with a published form at `/p/{code}`, fill them in and pay, without a portal. The pages do what
/// the delegation of that client allows, for as long as it does: when the delegation ends, the pages are gone within a minute.
/// An operator may do it, and the institution itself with a token that is for all of its services.
#[utoipa::path(
    tag = "institutions",
    operation_id = "replace_hosted_pages",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    request_body = HostedPagesBody,
    responses((status = 200, description = "The institution as it is now.", body = InstitutionView))
)]
#[put("/v1/institutions/{id}/hosted-pages")]
pub(super) async fn replace_hosted_pages(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
    body: Body<HostedPagesBody>,
) -> Answer {
    decides(&caller, *id)?;
    let reply = settle(&preconditions, async || {
        let client_id = body.valid().map(|body| body.client_id);
        change(&gateway, &caller, *id, &preconditions, client_id.map(Some)).await
    })
    .await?;
    Ok(reply.into_response())
}

/// Switches the hosted pages of an institution off
///
/// The institution uses the API alone: its pages answer as those of an institution that does not exist. What citizens have entered
/// and what they still have to pay stays as it is.
#[utoipa::path(
    tag = "institutions",
    operation_id = "remove_hosted_pages",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    responses((status = 200, description = "The institution as it is now.", body = InstitutionView))
)]
#[delete("/v1/institutions/{id}/hosted-pages")]
pub(super) async fn remove_hosted_pages(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
) -> Answer {
    decides(&caller, *id)?;
    let reply = settle(&preconditions, async || change(&gateway, &caller, *id, &preconditions, Ok(None)).await).await?;
    Ok(reply.into_response())
}

/// Operators decide for every institution, each institution for itself; whoever is confined to some services for none.
fn decides(caller: &Caller, id: InstitutionId) -> Result<(), Problem> {
    match caller {
        Caller::Operator(_) => Ok(()),
        Caller::Tenant(tenant) if tenant.institution_id() == id && tenant.scope.services().is_none() => Ok(()),
        Caller::Tenant(_) => Err(Problem::new(Code::NotFound)),
    }
}

async fn change(
    gateway: &Gateway,
    caller: &Caller,
    id: InstitutionId,
    preconditions: &Preconditions,
    wanted: Result<Option<ClientId>, Problem>,
) -> Result<Reply, Problem> {
    let present = gateway.store().system().institution(id).await?.or_not_found()?;
    let wanted = wanted?;
    preconditions.check(Some(&etag(&present)))?;
    let client = match wanted {
        Some(client) => Some(gateway.store().system().client(client).await?),
        None => None,
    };
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(caller.client_id()));
    let (institution, batch) = switch_pages(&mut given, &present, client.as_ref().map(Option::as_ref))?;
    if !batch.is_empty() {
        gateway.store().system().commit_institution(batch, None).await?;
        gateway.fresh().forget_institution(institution.id);
    }
    Ok(Reply::ok(&InstitutionView::of(&institution))?.etag(&etag(&institution)))
}
