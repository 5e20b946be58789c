// SPDX-License-Identifier: AGPL-3.0-or-later
//! `GET /v1/raw-messages/{id}`

use actix_web::get;
use actix_web::web::Data;
use tramite_domain::ids::RawMessageId;

use super::etag;
use super::view::RawMessageView;
use crate::auth::Operator;
use crate::convention::{Answer, Reply};
use crate::extract::Segment;
use crate::gateway::Gateway;
use crate::problem::OrNotFound;
use crate::words;

/// Shows a message that could not be taken
///
/// Whence it came and why it was not taken; never what stands in it.
#[utoipa::path(
    tag = "raw-messages", operation_id = "show_raw_message",
    params(("id" = words::Id, Path, description = "The id of the message.")),
    responses((status = 200, description = "The message.", body = RawMessageView))
)]
#[get("/v1/raw-messages/{id}")]
pub(super) async fn show_raw_message(gateway: Data<Gateway>, _operator: Operator, id: Segment<RawMessageId>) -> Answer {
    let message = gateway.store().system().kept_message(*id).await?.or_not_found()?;
    Ok(Reply::ok(&RawMessageView::of(&message))?.etag(&etag(&message)).into_response())
}
