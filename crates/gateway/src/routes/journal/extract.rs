// SPDX-License-Identifier: AGPL-3.0-or-later
//! The journal as a table, in the columns of the giornale degli eventi: what the desk of pagoPA may ask for at any time
//! (sla.md 5). It holds no payloads.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LINK, X_CONTENT_TYPE_OPTIONS};
use tramite_domain::cell::neutral;
use tramite_domain::journal::JournalEntry;
use tramite_domain::journal_extract::{COLUMNS, cells};
use tramite_storage::{Cursor, JournalFilter, PAGE_LIMIT_MAX, PageRequest};

use super::list::{CSV, channel_of, channels};
use crate::auth::Tenant;
use crate::convention::Answer;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// Lines of one table at most; the next ones follow under its link.
const TABLE_LINES_MAX: usize = 10_000;
const FILE: &str = "attachment; filename=\"giornale-degli-eventi.csv\"";

/// One table: a page of the list where the caller said how long, else as many lines as a table holds.
pub(super) async fn table(
    gateway: &Gateway,
    tenant: &Tenant,
    filter: &JournalFilter,
    mut page: PageRequest,
    whole: bool,
    query: &str,
) -> Answer {
    let lines_max = if whole { TABLE_LINES_MAX } else { usize::from(page.limit) };
    if whole {
        page.limit = PAGE_LIMIT_MAX;
    }
    let (mut text, mut lines) = (String::new(), 0_usize);
    row(&mut text, COLUMNS.iter().map(|name| (*name).to_owned()));
    let next = loop {
        let found = gateway.store().journal(&tenant.scope, tenant.creditor, filter, &page).await?;
        lines = lines.saturating_add(found.items.len());
        write(gateway, tenant, &mut text, &found.items).await?;
        page.cursor.clone_from(&found.next);
        if found.next.is_none() || lines >= lines_max {
            break found.next;
        }
    };
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, CSV))
        .insert_header((CONTENT_DISPOSITION, FILE))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if let Some(cursor) = next {
        response.insert_header((LINK, link(gateway, query, &cursor)?));
    }
    Ok(response.body(text))
}

async fn write(gateway: &Gateway, tenant: &Tenant, text: &mut String, entries: &[JournalEntry]) -> Result<(), Problem> {
    let channels = channels(gateway, tenant, entries).await?;
    for entry in entries {
        row(text, cells(entry, channel_of(entry, &channels)).into_iter());
    }
    Ok(())
}

/// One line of the table (RFC 4180). No cell is a formula, and quotes keep together what holds a separator.
fn row(text: &mut String, cells: impl Iterator<Item = String>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        let cell = neutral(&cell);
        if cell.contains([',', '"', '\r', '\n', ';']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// The address of the next table: the same question, from where this one ended.
fn link(gateway: &Gateway, query: &str, cursor: &Cursor) -> Result<String, Problem> {
    let internal = |_| Problem::new(Code::InternalError);
    let mut pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| Problem::new(Code::InvalidParameter))?;
    pairs.retain(|(name, _)| name != "cursor");
    pairs.push(("cursor".to_owned(), cursor.to_string()));
    let query = serde_urlencoded::to_string(pairs).map_err(internal)?;
    Ok(format!("<{}/v1/journal?{query}>; rel=\"next\"", gateway.settings().public_url()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_cells_apart_and_none_is_a_formula() {
        let mut text = String::new();
        let cells = ["a", "=1+1", "b,c", "say \"no\"", "NAV=1;idSession=2", ""];
        row(&mut text, cells.iter().map(|cell| (*cell).to_owned()));
        assert_eq!(text, "a,'=1+1,\"b,c\",\"say \"\"no\"\"\",\"NAV=1;idSession=2\",\r\n");
    }
}
