// SPDX-License-Identifier: AGPL-3.0-or-later
//! `DELETE /v1/support-accesses/{id}`

use actix_web::delete;
use actix_web::web::Data;
use tramite_domain::ids::SupportAccessId;
use tramite_domain::support::{SupportAccess, end_support_access as decide};
use tramite_storage::Change;

use super::{etag, load};
use crate::auth::Caller;
use crate::convention::{Answer, Reply, audited, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// Ends a support access
///
/// The operator reads no more: its tokens end within a minute in every process. Operators end any access, an institution
/// those to it. Ending one that is over changes nothing.
#[utoipa::path(
    tag = "support-accesses",
    operation_id = "end_support_access",
    params(("id" = words::Id, Path, description = "The id of the access.")),
    responses((status = 204, description = "The access is over."))
)]
#[delete("/v1/support-accesses/{id}")]
pub(super) async fn end_support_access(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<SupportAccessId>,
    preconditions: Preconditions,
) -> Answer {
    settle(&preconditions, async || {
        let (access, _) = load(&gateway, &caller, *id).await?;
        preconditions.check(Some(&etag(&access, gateway.now())))?;
        end(&gateway, &caller, &access).await?;
        Ok(Reply::none())
    })
    .await
    .map(Reply::into_response)
}

/// Writes the end with its event and its line in the trail of the institution, and in that of the platform where an operator
/// ends it.
async fn end(gateway: &Gateway, caller: &Caller, access: &SupportAccess) -> Result<(), Problem> {
    let mut ids = gateway.ids();
    let mut given = gateway.given(&mut ids, Some(caller.client_id()));
    let Some(ended) = decide(&mut given, access) else { return Ok(()) };
    let mut change = match caller {
        Caller::Operator(operator) => {
            audited(gateway, operator, "support_access.ended", format!("support_access/{}", access.id))
        }
        Caller::Tenant(_) => Change::default(),
    };
    change.audit.push((Some(access.institution_id), ended.line));
    change.events.push((access.institution_id, ended.event));
    gateway.store().system().end_support_access(ended.access, change).await?;
    gateway.fresh().forget_support(access.id);
    Ok(())
}
