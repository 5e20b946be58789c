// SPDX-License-Identifier: AGPL-3.0-or-later
//! One attempt: ten seconds for everything, from the look-up of the name to the status of the answer.

use std::time::{Duration, Instant as Moment};

use reqwest::Response;
use tokio::time::timeout;
use tramite_domain::event::EventKind;
use tramite_domain::webhook::{Answered, Attempt, DeliveryFailure, Outcome, after_attempt};
use tramite_outbound::{Signed, Unreached, check};
use tramite_storage::{ClaimedLane, DueDelivery, LaneWork};
use tramite_telemetry::catalogue::WEBHOOK_DELIVERIES;

use super::Webhooks;
use super::body::body;
use crate::clock::Clock;
use crate::pace::{DELIVERY_ANSWER_BYTES_MAX, DELIVERY_REST_MS_MAX, DELIVERY_SECONDS_MAX};
use crate::worker::Worker;

/// Sends one delivery, if it may be sent still, and says what follows.
pub(super) async fn send(
    worker: &Worker,
    webhooks: &Webhooks,
    (lane, work): (&ClaimedLane, &LaneWork),
    due: &DueDelivery,
    clock: Clock<'_>,
) -> Outcome {
    let begun = Moment::now();
    let began_at = due.began_at.unwrap_or_else(|| clock.now());
    let answered = attempt(webhooks, (lane, work), due, clock).await;
    let attempts = due.attempts.saturating_add(u32::from(answered.was_sent()));
    let latency_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
    worker.watch.metrics.count(&WEBHOOK_DELIVERIES, &[answered.label().into()]);
    let made = Attempt { at: clock.now(), answered, latency_ms };
    let chance = u32::try_from(worker.world.id().as_u128() & u128::from(u32::MAX)).unwrap_or_default();
    let next = after_attempt(due.kind, attempts, began_at, &made, chance);
    Outcome { event_id: due.event_id, kind: due.kind, attempts, began_at, attempt: made, next }
}

async fn attempt(
    webhooks: &Webhooks,
    (lane, work): (&ClaimedLane, &LaneWork),
    due: &DueDelivery,
    clock: Clock<'_>,
) -> Answered {
    let Some(event) = due.event.clone().map(|event| event.seen_by(Some(work.endpoint.client_id))) else {
        return Answered::Failure(DeliveryFailure::EventGone);
    };
    let permitted = lane.mandate.as_ref().is_some_and(|mandate| mandate.covers(&event));
    if due.kind != EventKind::WebhookEndpointTest && !permitted {
        return Answered::Failure(DeliveryFailure::NotPermitted);
    }
    // The rules may have become stricter since the address was written.
    let Ok(url) = check(&work.endpoint.url, webhooks.outbound.towards()) else {
        return Answered::Failure(DeliveryFailure::NotAllowed);
    };
    let Some(body) = body(lane, event) else { return Answered::Failure(DeliveryFailure::EventGone) };
    let signed = Signed::of(due.event_id.to_string(), clock.now(), body, &work.secrets);
    let lookups = webhooks.lookups(work.endpoint.client_id);
    let sent = timeout(Duration::from_secs(DELIVERY_SECONDS_MAX), webhooks.outbound.post(url, signed, &lookups)).await;
    match sent.unwrap_or(Err(Unreached::Timeout)) {
        Ok(response) => {
            let status = response.status().as_u16();
            finish(response).await;
            Answered::Status(status)
        }
        Err(Unreached::Timeout) => Answered::Failure(DeliveryFailure::Timeout),
        Err(Unreached::NotAllowed) => Answered::Failure(DeliveryFailure::NotAllowed),
        Err(Unreached::Unreachable) => Answered::Failure(DeliveryFailure::Unreachable),
    }
}

/// Reads what little a receiver may say, so that the connection can be used again; of more it is closed.
async fn finish(mut response: Response) {
    let mut left = DELIVERY_ANSWER_BYTES_MAX;
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    // What does not come in time is not waited for: the status has said it all.
    _ = timeout(Duration::from_millis(DELIVERY_REST_MS_MAX), reading).await;
}
