// SPDX-License-Identifier: AGPL-3.0-or-later
//! `PUT /v1/services/{code}/form/definition`

use actix_web::put;
use actix_web::web::Data;
use tramite_domain::form::limits::DEFINITION_BYTES_MAX;
use tramite_domain::form::{Known, check_form, compile, known_accounts, publish_version, valid_accounts};
use tramite_domain::ident::ServiceCode;

use super::etag;
use super::view::{DefinitionBody, FormVersionView};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, aside_at, settle};
use crate::extract::{Body, Preconditions, Segment};
use crate::forms::{Broken, check_lookup, load_named, read_all};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Publishes the form of a service
///
/// The definition is checked as a whole before it is published: types, names, cycles, amounts, the length of texts at their worst,
/// personal data in what leaves, and its own test cases; every fault is told at once, by its place. It becomes the next version, by which
/// submissions are worked out from now on; versions never change. The same definition again changes nothing. The guide on forms tells
/// what a definition may say.
#[utoipa::path(
    tag = "services",
    operation_id = "replace_form_definition",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = DefinitionBody,
    responses(
        (status = 200, description = "The version that is published now.", body = FormVersionView),
        (status = 201, description = "The first version was published.", body = FormVersionView),
    )
)]
#[put("/v1/services/{code}/form/definition")]
pub(super) async fn replace_form_definition(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    preconditions: Preconditions,
    body: Body<DefinitionBody, DEFINITION_BYTES_MAX>,
) -> Answer {
    let reply = settle(&Preconditions::default(), async || {
        // First: what is written meanwhile, be it another form, is a conflict. That is no precondition that failed.
        let catalogue = gateway.store().form_catalogue(&tenant.scope).await?;
        let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
        let body = body.valid()?;
        let present = gateway.store().form(&tenant.scope, &code, None).await?;
        preconditions.check(present.as_ref().map(etag).as_ref())?;
        check_lookup(&gateway, &tenant.scope, &body.0).await?;
        let institution = gateway.store().institution(&tenant.scope).await?;
        let (valid, known) = (valid_accounts(&institution, gateway.now()), known_accounts(&institution));
        let place = gateway.forms().written().take().await?;
        let kept =
            load_named(&gateway, &tenant.scope, &body.0).await?.map_err(|fault| Problem::invalid(vec![fault]))?;
        let (of, before) = (service.code.clone(), present.as_ref().map(|before| before.definition.clone()));
        let checked = aside_at(place, move || {
            let registries = read_all(kept)?;
            let definition = match body.read() {
                // What is published already is checked no more than it is when it is used.
                Ok(same) if before.as_ref() == Some(&same) => {
                    let known = Known { accounts: &known, registries: &registries };
                    return Ok(compile(&same, 1, known).map(|_| None));
                }
                read => read,
            };
            let known = Known { accounts: &valid, registries: &registries };
            Ok::<_, Broken>(definition.and_then(|definition| check_form(&definition, &of, known)).map(Some))
        });
        let checked = checked.await??.map_err(Problem::invalid)?;
        let Some(form) = checked else {
            let same = present.as_ref().or_not_found()?;
            return Ok(Reply::ok(&FormVersionView::of(same)?)?.etag(&etag(same)));
        };
        let mut ids = gateway.ids();
        let mut given = gateway.given(&mut ids, Some(tenant.client_id()));
        let (published, writes) =
            publish_version(&mut given, tenant.client_id(), &service, present.as_ref(), (&form, catalogue));
        gateway.store().commit(&tenant.scope, writes).await?;
        let view = FormVersionView::of(&published)?;
        let reply = match present {
            Some(_) => Reply::ok(&view)?,
            None => Reply::created(&view, format!("/v1/services/{code}/form/definition", code = service.code))?,
        };
        Ok(reply.etag(&etag(&published)))
    })
    .await?;
    Ok(reply.into_response())
}
