// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/services/{code}/preview`

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use tramite_domain::form::limits::{DEFINITION_BYTES_MAX, SUBMISSION_BYTES_MAX};
use tramite_domain::form::{Known, check_form, submit, valid_accounts};
use tramite_domain::ident::ServiceCode;
use tramite_domain::violation::Violation;
use utoipa::ToSchema;

use super::price_view::FormPriceView;
use super::view::DefinitionBody;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, aside_at};
use crate::extract::{Body, Segment};
use crate::forms::{Broken, check_lookup, load_named, read_all, ready};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// Bytes of a body: values, and a definition that is not published yet.
const BYTES_MAX: usize = DEFINITION_BYTES_MAX + SUBMISSION_BYTES_MAX;

/// Values of a form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FormPreviewInput, example = json!({"values": {"tax_code": "RSSMRA85T10A562S", "holder": "Mario Rossi", "plate": "AB123CD", "zone": "A"}}))]
pub(super) struct PreviewInput {
    /// What was entered.
    #[schema(value_type = words::FormValues)]
    values: Map<String, Value>,
    /// A definition to try, in place of the published one.
    definition: Option<DefinitionBody>,
}

/// Works out what a form comes to
///
/// By the published form, or by a definition that is sent along, which is checked as at its publication. Nothing is stored. What is wrong
/// with the values is told all at once, by their places; an institution's own messages stand in `message`.
#[utoipa::path(
    tag = "services",
    operation_id = "preview_form",
    params(("code" = words::ServiceCode, Path, description = "The code of the service.")),
    request_body = PreviewInput,
    responses((status = 200, description = "What it comes to.", body = FormPriceView))
)]
#[post("/v1/services/{code}/preview")]
pub(super) async fn preview_form(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    body: Body<PreviewInput, BYTES_MAX>,
) -> Answer {
    let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
    let now = gateway.now();
    let body = body.valid()?;
    if serde_json::to_string(&body.values).is_ok_and(|text| text.len() > SUBMISSION_BYTES_MAX) {
        let detail = format!("Values have at most {SUBMISSION_BYTES_MAX} bytes.");
        return Err(Problem::invalid(vec![Violation { pointer: "/values".to_owned(), code: "too_large", detail }]));
    }
    let worked_out = match body {
        PreviewInput { values, definition: None } => {
            let ready = ready(&gateway, &tenant.scope, &service.code).await?;
            submit(&ready.form, &ready.registries, &values, now)
        }
        PreviewInput { values, definition: Some(definition) } => {
            let below = |problem: Problem| problem.below("/definition");
            check_lookup(&gateway, &tenant.scope, &definition.0).await.map_err(below)?;
            let accounts = valid_accounts(&*gateway.store().institution(&tenant.scope).await?, now);
            let place = gateway.forms().written().take().await?;
            let kept = load_named(&gateway, &tenant.scope, &definition.0).await?;
            let kept = kept.map_err(|fault| below(Problem::invalid(vec![fault])))?;
            let of = service.code.clone();
            let tried = aside_at(place, move || {
                let registries = read_all(kept)?;
                let known = Known { accounts: &accounts, registries: &registries };
                let form = definition.read().and_then(|definition| check_form(&definition, &of, known));
                Ok::<_, Broken>(form.map(|form| submit(&form, &registries, &values, now)))
            });
            tried.await??.map_err(Problem::invalid).map_err(below)?
        }
    };
    let price = worked_out.map_err(Problem::entered)?;
    Ok(Reply::ok(&FormPriceView::of(price))?.into_response())
}
