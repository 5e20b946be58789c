// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/services/{code}/preview`

use std::collections::BTreeSet;

use actix_web::post;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::{Map, Value};
use tramite_domain::form::limits::{DEFINITION_BYTES_MAX, SUBMISSION_BYTES_MAX};
use tramite_domain::form::{Known, publish, submit};
use tramite_domain::ident::ServiceCode;
use utoipa::ToSchema;

use super::price_view::FormPriceView;
use super::view::DefinitionBody;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Body, Segment};
use crate::forms::{all_registries, ready};
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
    let worked_out = match body.valid()? {
        PreviewInput { values, definition: None } => {
            let ready = ready(&gateway, &tenant.scope, &service.code).await?;
            submit(&ready.form, &ready.registries, &values, now)
        }
        PreviewInput { values, definition: Some(definition) } => {
            let definition = definition.read().map_err(within)?;
            let registries = all_registries(&gateway, &tenant.scope).await?;
            let institution = gateway.store().institution(&tenant.scope).await?;
            let accounts = institution.accounts.iter().map(|account| account.id.clone()).collect::<BTreeSet<_>>();
            let known = Known { accounts: &accounts, registries: &registries };
            let form = publish(&definition, 1, known).map_err(Problem::invalid).map_err(within)?;
            submit(&form, &registries, &values, now)
        }
    };
    let price = worked_out.map_err(Problem::entered)?;
    Ok(Reply::ok(&FormPriceView::of(price))?.into_response())
}

/// Places in the definition, as places in the body.
fn within(problem: Problem) -> Problem {
    let mut violations = problem.violations().to_vec();
    for violation in &mut violations {
        violation.pointer.insert_str(0, "/definition");
    }
    problem.with_violations(violations)
}
