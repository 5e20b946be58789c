// SPDX-License-Identifier: AGPL-3.0-or-later
//! Its client stops an import.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ids::ImportId;
use tramite_domain::import::cancel;

use super::view::{ImportView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Cancels an import
///
/// No further row is loaded; what was loaded stays. An import that is cancelled already is answered as it is.
#[utoipa::path(
    tag = "imports", operation_id = "cancel_import",
    params(("id" = words::Id, Path, description = "The id of the import.")),
    request_body = EmptyInput,
    responses((status = 200, description = "The import as it is now.", body = ImportView))
)]
#[post("/v1/imports/{id}/cancel")]
pub(crate) async fn cancel_import(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ImportId>,
    key: IdempotencyKey,
    preconditions: Preconditions,
    body: Body<EmptyInput>,
) -> Answer {
    once(&gateway, &tenant, &key, body.fingerprint(), async || {
        let import = gateway.store().import(&tenant.scope, *id).await?.or_not_found()?;
        body.valid()?;
        preconditions.check(Some(&etag_of(&import)))?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (after, batch) = cancel(&mut given, &import)?;
        Ok((batch, Reply::ok(&ImportView::of(&after))?.etag(&etag_of(&after))))
    })
    .await
}
