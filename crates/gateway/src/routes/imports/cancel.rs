// SPDX-License-Identifier: AGPL-3.0-or-later
//! Its client stops an import.

use actix_web::post;
use actix_web::web::Data;
use tramite_domain::ids::ImportId;
use tramite_domain::import::{ImportStatus, cancel};
use tramite_storage::ClaimedImport;

use super::replay::shown_again;
use super::view::{ImportView, etag_of};
use crate::auth::Tenant;
use crate::convention::{Answer, EmptyInput, Reply, once_completed};
use crate::extract::{Body, IdempotencyKey, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// How long nobody goes on with an import that is about to be cancelled, in seconds: longer than that takes, also where the database
/// is slow.
const STOPPED_SECONDS: i64 = 60;

/// Cancels an import
///
/// No further row is loaded; what was loaded stays. An import that is cancelled already is answered as it is. While it runs, each
/// part of its file makes another `ETag`: cancel it without `If-Match`.
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
    let decide = async || {
        let mut import = gateway.store().import(&tenant.scope, *id).await?.or_not_found()?;
        body.valid()?;
        preconditions.check(Some(&etag_of(&import)))?;
        // Each part of its file makes another version: whoever names one has to be faster than that.
        if import.status == ImportStatus::Running && !preconditions.names_version() {
            let running = ClaimedImport { institution: tenant.scope.institution(), id: *id };
            let until = gateway.now().plus_seconds(STOPPED_SECONDS);
            gateway.store().system().stop_import(running, gateway.world().id(), until).await?;
            import = gateway.store().import(&tenant.scope, *id).await?.or_not_found()?;
        }
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (after, batch) = cancel(&mut given, &import)?;
        Ok((batch, Reply::ok(&ImportView::of(&after))?.etag(&etag_of(&after))))
    };
    let complete = async |kept: Vec<u8>| shown_again(&gateway, &tenant, kept).await;
    once_completed(&gateway, &tenant, &key, body.fingerprint(), decide, complete).await
}
