// SPDX-License-Identifier: AGPL-3.0-or-later
//! `DELETE /v1/delegations/{id}`

use actix_web::delete;
use actix_web::web::Data;
use tramite_domain::access::{Client, DelegationStatus};
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::DelegationId;
use tramite_storage::Change;

use super::etag;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::routes::clients::delegation_events;
use crate::words;

/// Ends a delegation
///
/// The client may do nothing more for the institution; its tokens end within a minute in every process. Only an
/// operator can give it again. Ending it once more changes nothing.
#[utoipa::path(
    tag = "delegations",
    operation_id = "end_delegation",
    params(("id" = words::Id, Path, description = "The id of the delegation.")),
    responses((status = 204, description = "The delegation has ended."))
)]
#[delete("/v1/delegations/{id}")]
pub(super) async fn end_delegation(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<DelegationId>,
    preconditions: Preconditions,
) -> Answer {
    settle(&preconditions, async || {
        let (delegation, _) = gateway.store().delegation(&tenant.scope, *id).await?.or_not_found()?;
        let client = gateway.store().system().client(delegation.client_id).await?.or_not_found()?;
        preconditions.check(Some(&etag(&client, &delegation, gateway.now())))?;
        if delegation.status == DelegationStatus::Active {
            end(&gateway, &tenant, &client, delegation.id).await?;
        }
        Ok(Reply::none())
    })
    .await
    .map(Reply::into_response)
}

/// Writes the end, with its event in the institution's feed and its line in the institution's audit trail.
async fn end(gateway: &Gateway, tenant: &Tenant, client: &Client, id: DelegationId) -> Result<(), Problem> {
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
    let mut after = Client { version: client.version.saturating_add(1), updated_at: given.now, ..client.clone() };
    for row in after.delegations.iter_mut().filter(|row| row.id == id) {
        row.status = DelegationStatus::Ended;
    }
    let line = AuditLine::of(&mut given, "delegation.ended", format!("delegation/{id}"));
    let change = Change {
        audit: vec![(Some(tenant.institution_id()), line)],
        events: delegation_events(&client.delegations, &after.delegations, &mut given),
        record: None,
    };
    gateway.store().system().update_client(after, client.version, change).await?;
    gateway.fresh().forget_client(client.id);
    Ok(())
}
