// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/services/{code}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::ident::ServiceCode;
use tramite_domain::refusal::Refusal;
use tramite_domain::service::{ServiceInput, define};
use tramite_domain::violation::Violation;

use super::input::ServiceBody;
use super::view::ServiceView;
use super::{etag, within};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::gateway::Gateway;
use crate::words;

/// Defines or replaces a service
///
/// 201 when it was not there yet, 200 when it was. Retiring a service leaves its notices payable; a service is never
/// deleted.
#[utoipa::path(
    tag = "services",
    operation_id = "replace_service",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = ServiceBody,
    responses(
        (status = 200, description = "The service as it is now.", body = ServiceView),
        (status = 201, description = "The service was defined.", body = ServiceView),
    )
)]
#[put("/v1/services/{code}")]
pub(super) async fn replace_service(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    preconditions: Preconditions,
    body: Body<ServiceBody>,
) -> Answer {
    within(&tenant, &code)?;
    let reply = settle(&preconditions, async || {
        let present = gateway.store().service(&tenant.scope, &code).await?;
        let wanted = body.valid()?;
        let unreachable = wanted.address_fault(gateway.callbacks().towards());
        let input = ServiceInput::from(wanted);
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        let institution = gateway.store().institution(&tenant.scope).await?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let defined = define(&institution, &code, present.as_ref(), &input, &mut given);
        let (service, batch) = reachable(defined, unreachable)?;
        if !batch.is_empty() {
            gateway.store().commit(&tenant.scope, batch).await?;
        }
        let view = ServiceView::of(&service);
        let reply = match present {
            Some(_) => Reply::ok(&view)?,
            None => Reply::created(&view, format!("/v1/services/{code}", code = service.code))?,
        };
        Ok(reply.etag(&etag(&service)))
    })
    .await?;
    Ok(reply.into_response())
}

/// What was decided, unless the address of the service's callback may not be asked: that is told with all else that is wrong.
fn reachable<T>(defined: Result<T, Refusal>, unreachable: Option<Violation>) -> Result<T, Refusal> {
    match (defined, unreachable) {
        (Err(Refusal::Invalid(mut faults)), Some(fault)) => {
            faults.push(fault);
            Err(Refusal::Invalid(faults))
        }
        (Ok(_), Some(fault)) => Err(Refusal::Invalid(vec![fault])),
        (defined, _) => defined,
    }
}
