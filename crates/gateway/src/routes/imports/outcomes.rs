// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outcomes of an import: its file with what was paid since.

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use tramite_documents::import::ReportKind;
use tramite_domain::ids::ImportId;

use super::written::written;
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::words;

/// Shows the outcomes of an import
///
/// The file as it was sent, in its own form (XLS as XLSX), with the state of each installment now, when and what was paid, the id of
/// the receipt and the provider: for an office whose system reads tables and calls no API.
#[utoipa::path(
    tag = "imports", operation_id = "show_import_outcomes",
    params(("id" = words::Id, Path, description = "The id of the import.")),
    responses((status = 200, description = "The outcomes, in the form of the file.", content(
        (words::TableText = "text/csv"),
        (words::SpreadsheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (words::OdsBytes = "application/vnd.oasis.opendocument.spreadsheet"),
        (words::NdjsonText = "application/x-ndjson")
    )))
)]
#[get("/v1/imports/{id}/outcomes")]
pub(crate) async fn show_import_outcomes(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ImportId>,
    request: HttpRequest,
) -> Answer {
    written(&gateway, &tenant, *id, ReportKind::Outcomes, &request).await
}
