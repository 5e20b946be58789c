// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/raw-messages`

use actix_web::get;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{RawMessagePage, RawMessageView};
use crate::auth::Operator;
use crate::convention::{Answer, Reply, cursor_text, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::words;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParameters {
    /// Only those that somebody has dealt with (`true`), or that still wait (`false`).
    resolved: Option<bool>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// Lists messages that could not be taken
///
/// Receipts of the Node beyond every limit, or that could not be committed, kept as they came: their money is real. The
/// newest first; never what stands in them.
#[utoipa::path(
    tag = "raw-messages", operation_id = "list_raw_messages",
    params(ListParameters),
    responses((status = 200, description = "A page of messages.", body = RawMessagePage))
)]
#[get("/v1/raw-messages")]
pub(super) async fn list_raw_messages(
    gateway: Data<Gateway>,
    _operator: Operator,
    parameters: Query<ListParameters>,
) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let page = gateway.store().system().kept_messages(asked.resolved, &request).await?;
    let items = page.items.iter().map(RawMessageView::of).collect();
    Ok(Reply::ok(&RawMessagePage { items, next_cursor: cursor_text(page.next.as_ref()) })?.into_response())
}
