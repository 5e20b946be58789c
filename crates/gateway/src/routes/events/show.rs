// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event.

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::EventId;

use super::reader::Reader;
use super::view::EventView;
use crate::auth::Holder;
use crate::convention::{Answer, Etag, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// An event never changes.
const VERSION: i64 = 1;

/// Shows an event
///
/// As the feed tells it, and a webhook: by the id that both carry. It is there once the feed has it.
#[utoipa::path(
    tag = "events", operation_id = "show_event",
    params(("id" = words::Id, Path, description = "The id of the event.")),
    responses((status = 200, description = "The event.", body = EventView))
)]
#[get("/v1/events/{id}")]
pub(crate) async fn show_event(gateway: Data<Gateway>, caller: Holder, id: Segment<EventId>) -> Answer {
    let reader = Reader::of(&gateway, caller).await?;
    let found = reader.event(&gateway, *id).await?.or_not_found()?;
    let etag = Etag::of(VERSION, found.event.kind.name());
    let view = reader.view(found).or_not_found()?;
    Ok(Reply::ok(&view)?.etag(&etag).into_response())
}
