// SPDX-License-Identifier: AGPL-3.0-or-later
//! The feed, page by page, or as soon as something happens.

use std::time::Duration;

use actix_web::get;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::event::EventKind;
use tramite_domain::violation::Violation;
use tramite_storage::{FeedFilter, FeedPage, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::reader::Reader;
use super::view::EventView;
use crate::auth::Holder;
use crate::convention::{Answer, Reply, page_request};
use crate::extract::Query;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};
use crate::words;

/// How often a waiting request looks, in milliseconds.
const LOOK_EVERY_MS: u64 = 250;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedParameters {
    /// Only events of these types, with commas between them.
    #[serde(rename = "type")]
    #[param(value_type = Option<words::EventTypes>)]
    kinds: Option<String>,
    /// Where there is nothing yet, answer only when something has happened, or after so many seconds.
    #[param(value_type = Option<words::WaitSeconds>)]
    wait: Option<u64>,
    /// How many at most; 50 where left out.
    #[param(value_type = Option<words::PageLimit>)]
    limit: Option<u16>,
    /// Where the page before ended: its `next_cursor`. It holds for 24 months.
    #[param(value_type = Option<words::CursorText>)]
    cursor: Option<String>,
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventPage {
    #[schema(min_items = 0, max_items = 500)]
    items: Vec<EventView>,
    /// Where the feed goes on. It always comes, at the end of the feed too: keep it, and go on from it later.
    #[schema(value_type = words::CursorText)]
    next_cursor: String,
    /// Whether more may follow already: then ask again at once, also where a page holds no event. Else all is read.
    has_more: bool,
}

/// Lists events
///
/// In the order of the feed, the oldest first: no event is missed, whatever is written at the same time, and those of one debt
/// position stand in the order of its versions. A token for one institution reads its feed; one without institution that of
/// all institutions its client acts for with `events:read`. Events are kept for 24 months at least.
#[utoipa::path(
    tag = "events", operation_id = "list_events",
    params(FeedParameters),
    responses((status = 200, description = "A page of the feed.", body = EventPage))
)]
#[get("/v1/events")]
pub(crate) async fn list_events(gateway: Data<Gateway>, caller: Holder, parameters: Query<FeedParameters>) -> Answer {
    let asked = parameters.0;
    let request = page_request(asked.limit, asked.cursor.as_deref())?;
    let filter = FeedFilter { kinds: kinds(asked.kinds.as_deref())?, ..FeedFilter::default() };
    let reader = Reader::of(&gateway, caller).await?;
    let found = match asked.wait {
        None => reader.page(&gateway, &filter, &request).await?,
        Some(seconds) => wait(&gateway, &reader, &filter, request, seconds).await?,
    };
    let view = EventPage {
        next_cursor: found.next.to_string(),
        has_more: found.has_more,
        items: found.events.into_iter().filter_map(|one| reader.view(one)).collect(),
    };
    Ok(Reply::ok(&view)?.into_response())
}

/// Looks again until there is something, the time is up, or this process stops. What was looked through stays behind.
async fn wait(
    gateway: &Gateway,
    reader: &Reader,
    filter: &FeedFilter,
    mut request: PageRequest,
    seconds: u64,
) -> Result<FeedPage, Problem> {
    let _place = gateway.waits().enter(reader.client())?;
    let mut found = reader.page(gateway, filter, &request).await?;
    for _ in 0..seconds.saturating_mul(1_000) / LOOK_EVERY_MS {
        if !found.events.is_empty() || gateway.is_stopping() {
            break;
        }
        if !found.has_more {
            tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        }
        request.cursor = Some(found.next.clone());
        found = reader.page(gateway, filter, &request).await?;
    }
    Ok(found)
}

/// The types that a list names.
fn kinds(list: Option<&str>) -> Result<Vec<EventKind>, Problem> {
    let named: Option<Vec<EventKind>> =
        list.into_iter().flat_map(|list| list.split(',')).map(EventKind::named).collect();
    named.ok_or_else(|| {
        Problem::new(Code::InvalidParameter).with_violations(vec![Violation {
            pointer: "/type".to_owned(),
            code: "unknown_value",
            detail: "There is no event of such a type.".to_owned(),
        }])
    })
}
