// SPDX-License-Identifier: AGPL-3.0-or-later
//! `DELETE /v1/institutions/{id}/logo`

use actix_web::delete;
use actix_web::web::Data;
use tramite_domain::ids::InstitutionId;
use tramite_domain::institution::remove_logo;

use super::{commit, etag, load_to_write};
use crate::auth::Caller;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Preconditions, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Removes the logo of an institution
///
/// Its notices have none from now on. By whom as with `PUT`. Where there is none nothing changes.
#[utoipa::path(
    tag = "institutions",
    operation_id = "remove_institution_logo",
    params(("id" = words::Id, Path, description = "The id of the institution.")),
    responses((status = 204, description = "There is no logo."))
)]
#[delete("/v1/institutions/{id}/logo")]
pub(super) async fn remove_institution_logo(
    gateway: Data<Gateway>,
    caller: Caller,
    id: Segment<InstitutionId>,
    preconditions: Preconditions,
) -> Answer {
    settle(&preconditions, async || {
        let present = load_to_write(&gateway, &caller, *id).await?;
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(caller.client_id()));
        let batch = remove_logo(&mut given, *id, present.as_ref());
        commit(&gateway, &caller, *id, batch).await?;
        Ok(Reply::none())
    })
    .await
    .map(Reply::into_response)
}
