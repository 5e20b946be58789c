// SPDX-License-Identifier: AGPL-3.0-or-later
//! The report of an import: its file with what became of each row.

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

/// Shows the report of an import
///
/// The file as it was sent, in its own form (XLS as XLSX), with the line of each row, what became of it, its IUV, notice number and QR
/// code, and every fault. What is wrong can be corrected in it, and it can be sent again: the columns that were added are passed over.
#[utoipa::path(
    tag = "imports", operation_id = "show_import_report",
    params(("id" = words::Id, Path, description = "The id of the import.")),
    responses((status = 200, description = "The report, in the form of the file.", content(
        (words::TableText = "text/csv"),
        (words::SpreadsheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (words::OdsBytes = "application/vnd.oasis.opendocument.spreadsheet"),
        (words::NdjsonText = "application/x-ndjson")
    )))
)]
#[get("/v1/imports/{id}/report")]
pub(crate) async fn show_import_report(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ImportId>,
    request: HttpRequest,
) -> Answer {
    written(&gateway, &tenant, *id, ReportKind::Loading, &request).await
}
