// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of the rows of an import, in the order of the file.

use actix_web::get;
use actix_web::web::Data;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tramite_domain::ids::ImportId;
use tramite_domain::import::{ImportRow, RowFault, RowOutcome};
use tramite_storage::RowFilter;
use utoipa::{IntoParams, ToSchema};

use super::file::kept;
use super::view::{DETAIL_CHARS_MAX, NAME_CHARS_MAX, visible};
use crate::auth::Tenant;
use crate::convention::{Answer, Reply};
use crate::extract::{Query, Segment};
use crate::gateway::Gateway;
use crate::problem::{Code, OrNotFound, Problem};
use crate::words;

/// How many rows a page holds where nobody says.
const LIMIT_DEFAULT: u16 = 50;
/// What a cursor of rows begins with.
const CURSOR_MARK: [u8; 2] = [b'r', 1];

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RowParameters {
    /// Only rows that came to this.
    #[param(value_type = Option<words::RowOutcome>)]
    status: Option<String>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportRowPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<ImportRowView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// What became of one row of a file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportRow, example = json!({
    "line": 17, "status": "rejected", "external_id": "TARI-2026-000123",
    "errors": [{"column": "scadenza", "code": "invalid_date", "detail": "Expected a date as 31/12/2026."}],
}))]
pub(crate) struct ImportRowView {
    #[schema(value_type = words::LineNumber)]
    line: u64,
    #[schema(value_type = words::RowOutcome)]
    status: &'static str,
    /// Your key of the debt position, as far as it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RowKey>)]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    debt_position_id: Option<String>,
    /// The installment; a line of JSON has them all in its debt position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    installment_id: Option<String>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, min_items = 0, max_items = 50)]
    errors: Vec<RowFaultView>,
}

/// One fault of a row.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RowFault)]
pub(crate) struct RowFaultView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ColumnName>)]
    column: Option<String>,
    /// What: the same codes as those of a request, and those of tables.
    #[schema(value_type = words::FaultCode)]
    code: String,
    /// One sentence; it never repeats the value.
    #[schema(value_type = words::Sentence)]
    detail: String,
}

/// Lists rows of an import
///
/// What became of each, in the order of the file; with `status=rejected` those that are wrong, each with all its faults. Of an
/// import that checks all rows before it loads any, those that are right are told once they are loaded.
#[utoipa::path(
    tag = "imports", operation_id = "list_import_rows",
    params(("id" = words::Id, Path, description = "The id of the import."), RowParameters),
    responses((status = 200, description = "A page of rows.", body = ImportRowPage))
)]
#[get("/v1/imports/{id}/rows")]
pub(crate) async fn list_import_rows(
    gateway: Data<Gateway>,
    tenant: Tenant,
    id: Segment<ImportId>,
    parameters: Query<RowParameters>,
) -> Answer {
    let asked = parameters.0;
    let after_line = asked.cursor.as_deref().map_or(Ok(0), line_of)?;
    let import = gateway.store().import(&tenant.scope, *id).await?.or_not_found()?;
    kept(&gateway, &import)?;
    let limit = asked.limit.unwrap_or(LIMIT_DEFAULT);
    // One more than the page holds tells whether another one follows.
    let filter = RowFilter {
        outcome: asked.status.as_deref().and_then(RowOutcome::named),
        after_line,
        limit: u32::from(limit).saturating_add(1),
    };
    let mut rows = gateway.store().import_rows(&tenant.scope, import.id, &filter).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    let next_cursor = if more { rows.last().map(|row| cursor_of(row.line)) } else { None };
    let page = ImportRowPage { items: rows.into_iter().map(ImportRowView::of).collect(), next_cursor };
    Ok(Reply::ok(&page)?.into_response())
}

/// The cursor after a line.
fn cursor_of(line: u64) -> String {
    let mut bytes = CURSOR_MARK.to_vec();
    bytes.extend_from_slice(&line.to_be_bytes());
    BASE64URL_NOPAD.encode(&bytes)
}

/// The line that a cursor stands after.
fn line_of(cursor: &str) -> Result<u64, Problem> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
    let line: Option<[u8; 8]> = bytes.as_deref().and_then(|bytes| bytes.strip_prefix(&CURSOR_MARK)?.try_into().ok());
    line.map(u64::from_be_bytes).ok_or_else(|| Problem::new(Code::InvalidCursor))
}

impl ImportRowView {
    fn of(row: ImportRow) -> Self {
        Self {
            line: row.line,
            status: row.outcome.name(),
            external_id: row.external_id.as_deref().and_then(name),
            debt_position_id: row.debt_position_id.map(|id| id.to_string()),
            installment_id: row.installment_id.map(|id| id.to_string()),
            errors: row.faults.into_iter().map(RowFaultView::of).collect(),
        }
    }
}

impl RowFaultView {
    fn of(fault: RowFault) -> Self {
        let RowFault { column, code, detail } = fault;
        let detail = visible(&detail, DETAIL_CHARS_MAX).unwrap_or_else(|| code.clone());
        Self { column: column.as_deref().and_then(name), code, detail }
    }
}

/// A name as it stands in a file, within the bounds of the contract; none where nothing of it can be shown.
fn name(text: &str) -> Option<String> {
    visible(text, NAME_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_its_line_and_no_other_text_does() {
        for line in [1, 17, 2_000_000, u64::MAX] {
            assert_eq!(line_of(&cursor_of(line)).unwrap(), line);
        }
        for wrong in ["", "17", "cgE", "AAAAAAAAAAAAAAAA", "cgEAAAAAAAAAEQAA"] {
            assert_eq!(line_of(wrong).unwrap_err().code(), Code::InvalidCursor, "{wrong}");
        }
    }

    #[test]
    fn what_a_file_calls_things_is_told_within_the_bounds_of_the_contract() {
        assert_eq!(name("codice\n fiscale").as_deref(), Some("codice fiscale"));
        assert_eq!(name(&"à".repeat(300)).unwrap().chars().count(), NAME_CHARS_MAX);
        assert_eq!(name("\u{1}"), None);
    }
}
