// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/services/{code}/form`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::form::limits::DEFINITION_BYTES_MAX;
use tramite_domain::form::publish_version;
use tramite_domain::ident::ServiceCode;

use super::etag;
use super::view::{DefinitionBody, FormVersionView};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::forms::all_registries;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Publishes the form of a service
///
/// The definition is checked as a whole before it is published: types, names, cycles, amounts, the length of texts at their worst,
/// personal data in what leaves, and its own test cases; every fault is told at once, by its place. It becomes the next version, by which
/// submissions are worked out from now on; versions never change. The same definition again changes nothing. The guide on forms tells
/// what a definition may say.
#[utoipa::path(
    tag = "services",
    operation_id = "replace_form",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = DefinitionBody,
    responses(
        (status = 200, description = "The version that is published now.", body = FormVersionView),
        (status = 201, description = "The first version was published.", body = FormVersionView),
    )
)]
#[put("/v1/services/{code}/form")]
pub(super) async fn replace_form(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    preconditions: Preconditions,
    body: Body<DefinitionBody, DEFINITION_BYTES_MAX>,
) -> Answer {
    let reply = settle(&preconditions, async || {
        let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
        let definition = body.valid()?.read()?;
        let present = gateway.store().form(&tenant.scope, &code, None).await?;
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        let institution = gateway.store().institution(&tenant.scope).await?;
        let registries = all_registries(&gateway, &tenant.scope).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let of = (&*institution, &service);
        let published = publish_version(&mut given, tenant.client_id(), of, present.as_ref(), definition, &registries)?;
        if !published.writes.is_empty() {
            gateway.store().commit(&tenant.scope, published.writes).await?;
        }
        let view = FormVersionView::of(&published.version)?;
        let reply = match present {
            Some(_) => Reply::ok(&view)?,
            None => Reply::created(&view, format!("/v1/services/{code}/form", code = service.code))?,
        };
        Ok(reply.etag(&etag(&published.version)))
    })
    .await?;
    Ok(reply.into_response())
}
