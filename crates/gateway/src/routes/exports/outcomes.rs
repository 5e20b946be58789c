// SPDX-License-Identifier: AGPL-3.0-or-later
//! What became of what is owed, as a table that goes on where the one before ended.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, LINK, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use tramite_documents::{OUTCOME_COLUMNS, Row, TableError, csv, xlsx};
use tramite_domain::ident::ServiceCode;
use tramite_domain::time::Instant;
use tramite_storage::{Cursor, OUTCOME_LINES_MAX, OutcomeFilter};
use utoipa::IntoParams;

use super::compose::line;
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::extract::Query;
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::words;

/// What it can be read as; the first where the caller does not mind.
const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SHEET: &str = "outcomes";
/// Where the table after this one begins.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("next-cursor");

/// Lines of one table where nobody says.
const LINES_DEFAULT: u16 = 10_000;
/// How often the store is asked for one table at most: filters may leave a table short, or empty, and yet not the last.
const ROUNDS_MAX: usize = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutcomeParameters {
    /// Only those paid at this instant or later.
    #[param(value_type = Option<words::Timestamp>)]
    paid_from: Option<Instant>,
    /// Only those paid before this instant.
    #[param(value_type = Option<words::Timestamp>)]
    paid_to: Option<Instant>,
    /// Only those of this service.
    #[param(value_type = Option<words::ServiceCode>)]
    service_code: Option<ServiceCode>,
    /// Only those recorded at this instant or later: where to begin without a cursor.
    #[param(value_type = Option<words::Timestamp>)]
    updated_since: Option<Instant>,
    /// How many lines at most; 10000 where left out.
    #[param(value_type = Option<words::OutcomeLimit>)]
    limit: Option<u16>,
    /// Where the table before ended: its `Next-Cursor`. It holds for 24 months.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// Exports outcomes
///
/// One line for each payment, each further receipt, each share of a beneficiary, and each payment outside of pagoPA that you told or took
/// back, in the order in which they were recorded. `Next-Cursor` always comes: keep it, and the next table begins where this
/// one ended, without a line missing or twice. While more lines wait there is a `Link` with `rel="next"`. No cell is a formula.
#[utoipa::path(
    tag = "exports", operation_id = "list_outcomes",
    params(OutcomeParameters),
    responses((status = 200, description = "The lines, as a table.",
        content(
            (words::CsvText = "text/csv"),
            (words::SpreadsheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        ),
        headers(("Next-Cursor" = words::CursorText, description = "Where the next table begins; keep it."))
    ))
)]
#[get("/v1/exports/outcomes")]
pub(crate) async fn list_outcomes(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<OutcomeParameters>,
    request: HttpRequest,
) -> Answer {
    let asked = parameters.0;
    let wrong = |_| Problem::new(Code::InvalidCursor);
    let cursor = asked.cursor.as_deref().map(str::parse::<Cursor>).transpose().map_err(wrong)?;
    let lines_max = asked.limit.unwrap_or(LINES_DEFAULT);
    let filter = OutcomeFilter {
        paid_from: asked.paid_from,
        paid_to: asked.paid_to,
        service_code: asked.service_code,
        updated_since: asked.updated_since,
    };
    let found = lines(&gateway, &tenant, &filter, cursor, lines_max).await?;
    let media = best(request.headers(), [CSV, XLSX]).unwrap_or(CSV);
    let link = if found.has_more { Some(link(&gateway, request.query_string(), &found.next)?) } else { None };
    let next = found.next.to_string();
    let bytes = web::block(move || written(media, &found.rows)).await.map_err(|_| Problem::new(Code::Unavailable))?;
    let bytes = bytes.map_err(|error| {
        tracing::error!(cause = %error, "a table cannot be written");
        Problem::new(Code::InternalError)
    })?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CONTENT_DISPOSITION, file(media)))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((NEXT_CURSOR, next));
    if let Some(link) = link {
        response.insert_header((LINK, link));
    }
    Ok(response.body(bytes))
}

/// The lines of one table.
struct Found {
    rows: Vec<Row>,
    next: Cursor,
    has_more: bool,
}

/// Reads a part at a time, so that no more than a part's receipts are in memory together.
async fn lines(
    gateway: &Gateway,
    tenant: &Tenant,
    filter: &OutcomeFilter,
    mut cursor: Option<Cursor>,
    lines_max: u16,
) -> Result<Found, Problem> {
    let (mut rows, mut rounds) = (Vec::new(), 0_usize);
    loop {
        let left = usize::from(lines_max).saturating_sub(rows.len());
        let part = u16::try_from(left).unwrap_or(lines_max).min(OUTCOME_LINES_MAX);
        let found = gateway.store().outcomes(&tenant.scope, filter, part, cursor.as_ref(), gateway.now()).await?;
        rows.extend(found.lines.iter().map(|outcome| line(outcome, tenant.creditor).cells()));
        rounds = rounds.saturating_add(1);
        if !found.has_more || rows.len() >= usize::from(lines_max) || rounds >= ROUNDS_MAX {
            return Ok(Found { rows, next: found.next, has_more: found.has_more });
        }
        cursor = Some(found.next);
    }
}

fn written(media: &str, rows: &[Row]) -> Result<Vec<u8>, TableError> {
    if media == XLSX { xlsx(SHEET, &OUTCOME_COLUMNS, rows) } else { csv(&OUTCOME_COLUMNS, rows) }
}

fn file(media: &str) -> &'static str {
    if media == XLSX { "attachment; filename=\"outcomes.xlsx\"" } else { "attachment; filename=\"outcomes.csv\"" }
}

/// The address of the next table: the same question, from where this one ended.
fn link(gateway: &Gateway, query: &str, cursor: &Cursor) -> Result<String, Problem> {
    let mut pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| Problem::new(Code::InvalidParameter))?;
    pairs.retain(|(name, _)| name != "cursor");
    pairs.push(("cursor".to_owned(), cursor.to_string()));
    let query = serde_urlencoded::to_string(pairs).map_err(|_| Problem::new(Code::InternalError))?;
    Ok(format!("<{}/v1/exports/outcomes?{query}>; rel=\"next\"", gateway.settings().public_url()))
}
