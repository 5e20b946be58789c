// SPDX-License-Identifier: AGPL-3.0-or-later
//! An empty table of a service, to be filled in and loaded.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use tramite_documents::TableError;
use tramite_documents::import::{Template, csv_template, xlsx_template};
use tramite_domain::ident::ServiceCode;
use tramite_domain::service::{AmountRule, Service};
use utoipa::IntoParams;

use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::{Query, Segment};
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// What it can be read as; the first where the caller does not mind.
const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The language of whoever says none.
const ITALIAN: &str = "it";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TemplateParameters {
    /// What the columns are called in; `it` where left out.
    #[param(value_type = Option<words::TableLanguage>)]
    language: Option<String>,
}

/// Shows the import template of a service
///
/// An empty table with the columns that rows of the service fill in, to be loaded with `POST /v1/imports`. The spreadsheet checks days,
/// amounts and words as they are filled in, and says what each column takes.
#[utoipa::path(
    tag = "services", operation_id = "show_import_template",
    params(("code" = words::ServiceCode, Path, description = "The code of the service."), TemplateParameters),
    responses((status = 200, description = "The table.", content(
        (words::CsvText = "text/csv"),
        (words::SpreadsheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    )))
)]
#[get("/v1/services/{code}/import-template")]
pub(super) async fn show_import_template(
    gateway: Data<Gateway>,
    tenant: Tenant,
    code: Segment<ServiceCode>,
    parameters: Query<TemplateParameters>,
    request: HttpRequest,
) -> Answer {
    let service = gateway.store().service(&tenant.scope, &code).await?.or_not_found()?;
    let template = template(&service, parameters.0.language.as_deref().unwrap_or(ITALIAN) == ITALIAN);
    let media = best(request.headers(), [CSV, XLSX]).unwrap_or(CSV);
    let bytes = web::block(move || bytes(&template, media)).await.map_err(|_| Problem::new(Code::Unavailable))?;
    let bytes = bytes.map_err(|error| {
        tracing::error!(cause = %error, "a template cannot be written");
        Problem::new(Code::InternalError)
    })?;
    let ending = if media == XLSX { "xlsx" } else { "csv" };
    // The code of a service has no sign that a header could not carry.
    let file = format!("attachment; filename=\"{}.{ending}\"", service.code);
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_DISPOSITION, file))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}

fn template(service: &Service, italian: bool) -> Template {
    Template {
        italian,
        due_date_required: service.due_date_required,
        amount_required: !matches!(service.amount, AmountRule::Fixed { .. }),
        metadata: Vec::new(),
    }
}

fn bytes(template: &Template, media: &str) -> Result<Vec<u8>, TableError> {
    if media == XLSX { xlsx_template(template) } else { Ok(csv_template(template)) }
}
