// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/services/{code}/form`

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tramite_domain::ident::ServiceCode;
use utoipa::IntoParams;

use super::view::FormView;
use crate::auth::Tenant;
use crate::convention::{Answer, Etag, Reply, aside};
use crate::extract::{Query, Segment};
use crate::forms::{ReadyForm, ready};
use crate::gateway::Gateway;
use crate::words;

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FormQuery {
    /// In which language labels are; Italian where it is absent, or where the form does not speak it.
    #[param(value_type = Option<words::FormLanguage>)]
    language: Option<String>,
}

/// Shows the form of a service
///
/// As a portal renders it: a JSON Schema of the values, how the fields are shown, and the rows of the registries that they choose from, with
/// their public columns. 404 where the service has no form.
#[utoipa::path(
    tag = "services",
    operation_id = "show_form",
    params(("code" = words::ServiceCode, Path, description = "The code of the service."), FormQuery),
    responses((status = 200, description = "The form.", body = FormView))
)]
#[get("/v1/services/{code}/form")]
pub(super) async fn show_form(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    query: Query<FormQuery>,
) -> Answer {
    let form = ready(&gateway, &tenant.scope, &code).await?;
    let language = query.0.language.as_deref().unwrap_or("it");
    let (etag, language) = (etag(&form, language), language.to_owned());
    let reply = if form.versions.is_empty() {
        Reply::ok(&FormView::of(&form, &language))?
    } else {
        // Twenty thousand rows of registries may be in it.
        aside(gateway.forms().ready(), move || Reply::ok(&FormView::of(&form, &language))).await??
    };
    Ok(reply.etag(&etag).into_response())
}

/// It changes with the form, with each registry, and from language to language.
fn etag(form: &ReadyForm, language: &str) -> Etag {
    let said = format!("{} {:?} {language}", form.published.version, form.versions);
    Etag::sha256(&Sha256::digest(said.as_bytes()).into())
}
