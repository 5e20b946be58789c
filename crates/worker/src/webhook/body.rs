// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is sent: the envelope in which the feed tells an event, and nothing else.

use serde::Serialize;
use tramite_domain::event::{Event, EventData, EventKind};
use tramite_domain::event_envelope::Envelope;
use tramite_domain::ids::{EventId, InstitutionId};
use tramite_domain::time::Instant;
use tramite_storage::ClaimedLane;

/// A test of an endpoint of all delegations is no institution's.
#[derive(Serialize)]
struct Test {
    id: EventId,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    institution_id: Option<InstitutionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    institution_tax_code: Option<String>,
    data: EventData,
}

/// The body of a delivery; none where it cannot be written.
pub(super) fn body(lane: &ClaimedLane, event: Event) -> Option<Vec<u8>> {
    if event.kind == EventKind::WebhookEndpointTest {
        let test = Test {
            id: event.id,
            kind: event.kind.name(),
            timestamp: event.at,
            institution_id: lane.institution,
            institution_tax_code: lane.institution_tax_code.clone(),
            data: event.data,
        };
        return serde_json::to_vec(&test).ok();
    }
    let (institution, code) = lane.institution.zip(lane.institution_tax_code.clone())?;
    serde_json::to_vec(&Envelope::of(event, institution, code)).ok()
}
