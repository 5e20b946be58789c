// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/registries/{code}`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::form::limits::REGISTRY_BYTES_MAX;
use tramite_domain::form::{Dependent, RegistryInput, check_registry, known_accounts, replace_registry as replace};
use tramite_domain::ident::RegistryCode;

use super::etag;
use super::input::RegistryBody;
use super::view::RegistryView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, aside_at, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::forms::{Broken, load_read, read_all};
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::words;

/// Writes a registry
///
/// 201 when it was not there yet, 200 when it was. It is written as a whole: up to 10,000 rows in 4 MiB. What forms take from it holds from the next
/// submission on; a registry with which a published form would not hold any more is refused (`form_breaks`). It belongs to all services of
/// the institution: a token for some of them reads it only. The last twenty versions are kept.
#[utoipa::path(
    tag = "registries",
    operation_id = "replace_registry",
    params(("code" = words::RegistryCode, Path, description = "The code of the registry.")),
    request_body = RegistryBody,
    responses(
        (status = 200, description = "The registry as it is now.", body = RegistryView),
        (status = 201, description = "The registry was written for the first time.", body = RegistryView),
    )
)]
#[put("/v1/registries/{code}")]
pub(super) async fn replace_registry(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<RegistryCode>,
    preconditions: Preconditions,
    body: Body<RegistryBody, REGISTRY_BYTES_MAX>,
) -> Answer {
    if tenant.scope.services().is_some() {
        return Err(Problem::new(Code::NotFound));
    }
    let reply = settle(&Preconditions::default(), async || {
        // First: what is written meanwhile, be it another registry, is a conflict. That is no precondition that failed.
        let catalogue = gateway.store().form_catalogue(&tenant.scope).await?;
        let present = gateway.store().registry(&tenant.scope, &code, None).await?;
        let input = RegistryInput::from(body.valid()?);
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        if let Some(same) = present.as_ref().filter(|before| before.input == input) {
            return Ok(Reply::ok(&RegistryView::of(same.clone()))?.etag(&etag(same)));
        }
        let heads = gateway.store().registries(&tenant.scope).await?;
        let others = heads.iter().filter(|head| head.code != *code).count();
        let accounts = known_accounts(&*gateway.store().institution(&tenant.scope).await?);
        let place = gateway.forms().written().take().await?;
        let forms = gateway.store().forms_reading(&tenant.scope, &code).await?;
        let kept = load_read(&gateway, &tenant.scope, &forms).await?.map_err(|fault| Problem::invalid(vec![fault]))?;
        let named = code.0.clone();
        let checked = aside_at(place, move || {
            let registries = read_all(kept)?;
            let checked = check_registry(&named, &input, Dependent { forms, registries, others, accounts });
            Ok::<_, Broken>(checked.map(|()| input))
        });
        let input = checked.await??.map_err(Problem::invalid)?;
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (written, batch) = replace(&mut given, tenant.client_id(), &code, present.as_ref(), (input, catalogue));
        gateway.store().commit(&tenant.scope, batch).await?;
        let etag = etag(&written);
        let view = RegistryView::of(written);
        let reply = match present {
            Some(_) => Reply::ok(&view)?,
            None => Reply::created(&view, format!("/v1/registries/{code}", code = *code))?,
        };
        Ok(reply.etag(&etag))
    })
    .await?;
    Ok(reply.into_response())
}
