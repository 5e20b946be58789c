// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines of the journal, page by page: for programs and people as JSON, for the desk of pagoPA as a table.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use tramite_domain::ids::SessionId;
use tramite_domain::journal::JournalEntry;
use tramite_domain::notice::{Iuv, NoticeNumber};
use tramite_domain::time::Instant;
use tramite_domain::violation::Violation;
use tramite_storage::JournalFilter;
use utoipa::{IntoParams, ToSchema};

use super::extract::table;
use super::view::JournalEntryView;
use crate::auth::Tenant;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gate::best;
use crate::gateway::Gateway;
use crate::problem::Problem;
use crate::words;

/// What it can be read as; the first where the caller does not mind.
const JSON: &str = "application/json";
pub(super) const CSV: &str = "text/csv";

/// Days that are searched line by line at most.
const WINDOW_DAYS_MAX: i64 = 31;
const WINDOW_SECONDS_MAX: i64 = WINDOW_DAYS_MAX * 24 * 3_600;
/// The outcome of most messages, which is no key to a line.
const OK: &str = "OK";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct JournalParameters {
    /// Only those about this notice.
    #[param(value_type = Option<words::NoticeNumber>)]
    notice_number: Option<NoticeNumber>,
    /// Only those about this creditor reference.
    #[param(value_type = Option<words::IuvText>)]
    iuv: Option<Iuv>,
    /// Only those of the payment with this token of the Node: the `receipt_id` of a receipt.
    #[param(value_type = Option<words::PaymentToken>)]
    payment_token: Option<String>,
    /// Only carts of this checkout session.
    #[param(value_type = Option<words::Id>)]
    session_id: Option<SessionId>,
    /// Only answers with this outcome.
    #[param(value_type = Option<words::OutcomeText>)]
    outcome: Option<String>,
    /// Only messages of this operation.
    #[param(value_type = Option<words::OperationName>)]
    operation: Option<String>,
    /// Only those at this instant or later. With `operation` or `outcome=OK`, or with a token for some services, and without a
    /// notice, reference, token or session, it lies at most 31 days before `to`, as it does where it is left out.
    #[param(value_type = Option<words::Timestamp>)]
    from: Option<Instant>,
    /// Only those before this instant. A line may be written a moment after its instant: what lies a minute back is complete.
    #[param(value_type = Option<words::Timestamp>)]
    to: Option<Instant>,
    /// In the order of time, or the newest first. Where left out, a table is in the order of time and a list is not.
    oldest_first: Option<bool>,
    /// How many at most. Where left out: 50, and as `text/csv` 10000.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

impl JournalParameters {
    /// # Errors
    /// `window_too_wide`, as `window` says.
    fn filter(self, restricted: bool, oldest_first: bool, now: Instant) -> Result<JournalFilter, Problem> {
        let from = self.window(restricted, now)?;
        Ok(JournalFilter {
            notice_number: self.notice_number,
            iuv: self.iuv,
            payment_token: self.payment_token,
            session_id: self.session_id,
            outcome: self.outcome,
            operation: self.operation,
            from,
            to: self.to,
            oldest_first,
        })
    }

    /// The first instant. What is not found by a key is looked for line by line, for a month at most, so that nobody keeps
    /// the database from the others.
    fn window(&self, restricted: bool, now: Instant) -> Result<Option<Instant>, Problem> {
        let key = self.notice_number.is_some() || self.iuv.is_some() || self.payment_token.is_some();
        let refusals = self.outcome.as_deref().is_some_and(|outcome| outcome != OK);
        let by_line = restricted || self.operation.is_some() || self.outcome.is_some();
        if key || self.session_id.is_some() || refusals || !by_line {
            return Ok(self.from);
        }
        let first = self.to.unwrap_or(now).plus_seconds(-WINDOW_SECONDS_MAX);
        if self.from.is_none_or(|from| from >= first) {
            return Ok(self.from.or(Some(first)));
        }
        let detail =
            format!("without a notice, reference, token or session at most {WINDOW_DAYS_MAX} days are searched");
        Err(Problem::invalid(vec![Violation { pointer: "/from".to_owned(), code: "window_too_wide", detail }]))
    }
}

/// A page of the journal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<JournalEntryView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    next_cursor: Option<String>,
}

/// Lists lines of the journal
///
/// Two for each message exchanged with the Node or with Checkout: the request and the answer. The newest first. A token for some
/// services sees the lines about notices of their debt positions. With `Accept: text/csv` the columns of the giornale degli
/// eventi, in the order of time, up to 10000 lines at once; the `Link` header leads on.
#[utoipa::path(
    tag = "journal", operation_id = "list_journal_entries",
    params(JournalParameters),
    responses((status = 200, description = "A page of the journal.", content(
        (JournalPage = "application/json"),
        (words::CsvText = "text/csv")
    )))
)]
#[get("/v1/journal")]
pub(crate) async fn list_journal_entries(
    gateway: Data<Gateway>,
    tenant: Tenant,
    parameters: Query<JournalParameters>,
    request: HttpRequest,
) -> Answer {
    let asked = parameters.0;
    let as_table = best(request.headers(), [JSON, CSV]) == Some(CSV);
    let page = page_request(asked.limit, asked.cursor.as_deref())?;
    let (whole, oldest_first) = (asked.limit.is_none(), asked.oldest_first.unwrap_or(as_table));
    let restricted = tenant.scope.services().is_some();
    let filter = asked.filter(restricted, oldest_first, gateway.now())?;
    if as_table {
        return table(&gateway, &tenant, &filter, page, whole, request.query_string()).await;
    }
    let found = gateway.store().journal(&tenant.scope, tenant.creditor, &filter, &page).await?;
    let channels = channels(&gateway, &tenant, &found.items).await?;
    let view = JournalPage {
        next_cursor: cursor_text(found.next.as_ref()),
        items: found.items.into_iter().map(|entry| view(entry, &channels)).collect(),
    };
    Ok(Reply::ok(&view)?.into_response())
}

fn view(entry: JournalEntry, channels: &BTreeMap<String, String>) -> JournalEntryView {
    let channel = channel_of(&entry, channels).map(str::to_owned);
    JournalEntryView::of(entry, channel.as_deref())
}

/// The channel of a line, where its receipt told one.
pub(super) fn channel_of<'a>(entry: &JournalEntry, channels: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let told = channels.get(entry.payment_token.as_deref()?)?;
    Some(told.as_str()).filter(|channel| !channel.is_empty())
}

/// The channels of the payments that the lines are about.
pub(super) async fn channels(
    gateway: &Gateway,
    tenant: &Tenant,
    entries: &[JournalEntry],
) -> Result<BTreeMap<String, String>, Problem> {
    let tokens: BTreeSet<String> = entries.iter().filter_map(|entry| entry.payment_token.clone()).collect();
    Ok(gateway.store().channels(&tenant.scope, tokens.into_iter().collect()).await?)
}
