// SPDX-License-Identifier: AGPL-3.0-or-later
//! `POST /v1/webhook-endpoints/{id}/redeliver`

use actix_web::post;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use tramite_domain::ids::{EventId, WebhookEndpointId};
use tramite_domain::time::Instant;
use tramite_domain::violation::{Place, Violations};
use tramite_storage::{Redelivery, WebhookChange};
use utoipa::ToSchema;

use super::holder::{audited, door, load};
use crate::auth::Holder;
use crate::convention::{Answer, Reply, once_by_holder};
use crate::extract::{Body, IdempotencyKey, Segment};
use crate::gateway::Gateway;
use crate::problem::{OrNotFound, Problem};
use crate::words;

/// What is sent again: one event, every event of a range of instants, or, with neither, whatever was tried in vain.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookRedeliveryInput, example = json!({"from": "2026-09-01T00:00:00Z", "to": "2026-09-04T00:00:00Z"}))]
pub(super) struct RedeliveryBody {
    /// One event.
    #[schema(value_type = Option<words::Id>)]
    event_id: Option<EventId>,
    /// Events from this instant on.
    #[schema(value_type = Option<words::Timestamp>)]
    from: Option<Instant>,
    /// And before this one.
    #[schema(value_type = Option<words::Timestamp>)]
    to: Option<Instant>,
}

/// What is on its way again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookRedelivery, example = json!({"deliveries": 1834, "more": false}))]
pub(super) struct RedeliveryView {
    /// How many deliveries.
    #[schema(value_type = words::RedeliveryCount)]
    deliveries: usize,
    /// Whether there are more than one request sends again: repeat it with a `from` beyond those that arrived.
    more: bool,
}

impl RedeliveryBody {
    fn wanted(&self) -> Result<Redelivery, Problem> {
        let mut faults = Violations::new();
        let root = Place::root();
        match (self.event_id, self.from, self.to) {
            (Some(event), None, None) => return Ok(Redelivery::One(event)),
            (None, Some(from), Some(to)) if from < to => return Ok(Redelivery::Range { from, to }),
            (None, None, None) => return Ok(Redelivery::Failed),
            (None, Some(_), Some(_)) => faults.add(&root.at("to"), "not_after", "It must be later than `from`."),
            (Some(_), ..) => faults.add(&root.at("event_id"), "not_allowed", "One event has no range."),
            (None, Some(_), None) => faults.add(&root.at("to"), "required", "A range has an end."),
            (None, None, Some(_)) => faults.add(&root.at("from"), "required", "A range has a beginning."),
        }
        Err(Problem::invalid(faults.into_vec()))
    }
}

/// Sends events again
///
/// What was delivered before too, under the same `webhook-id`: receivers know it again. Each begins anew with fourteen days of
/// attempts. At most 10,000 at a time, the oldest first.
#[utoipa::path(
    tag = "webhook-endpoints",
    operation_id = "redeliver_webhook_events",
    params(("id" = words::Id, Path, description = "The id of the endpoint.")),
    request_body = RedeliveryBody,
    responses((status = 200, description = "They are on their way.", body = RedeliveryView))
)]
#[post("/v1/webhook-endpoints/{id}/redeliver")]
pub(super) async fn redeliver_webhook_events(
    gateway: Data<Gateway>,
    holder: Holder,
    id: Segment<WebhookEndpointId>,
    key: IdempotencyKey,
    body: Body<RedeliveryBody>,
) -> Answer {
    once_by_holder(&gateway, &holder, &key, body.fingerprint(), async |record| {
        let door = door(&gateway, &holder)?;
        let present = load(&door, *id).await?;
        let wanted = body.valid()?.wanted()?;
        let (keys, more) = door.redeliverable(present.id, wanted).await?;
        if matches!(wanted, Redelivery::One(_)) {
            keys.first().or_not_found()?;
        }
        let reply = Reply::ok(&RedeliveryView { deliveries: keys.len(), more })?;
        let reason = Some(format!("{} deliveries", keys.len()));
        let change = audited(&gateway, &holder, "webhook_endpoint.redelivered", present.id, reason);
        let change = WebhookChange { record: Some(record.of(&reply)), ..change };
        door.redeliver(present.id, keys, gateway.now(), change).await?;
        Ok(reply)
    })
    .await
}
