// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator sees of a message that was kept.

use serde::Serialize;
use tramite_domain::resolution::Resolution;
use tramite_domain::time::Instant;
use tramite_storage::KeptMessage;
use utoipa::ToSchema;

use crate::words;

/// A message that could not be taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RawMessage, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e21", "received_at": "2026-09-15T08:22:35Z",
    "reason": "receipt_beyond_limits", "message_bytes": 1048577,
    "resolution": {
        "resolved_at": "2026-09-16T07:00:00Z", "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e11",
        "note": "Ticket 4711 at pagoPA: sent again within the limits",
    },
}))]
pub(crate) struct RawMessageView {
    #[schema(value_type = words::Id)]
    id: String,
    /// The institution it was for, where that could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    institution_id: Option<String>,
    /// When it came first.
    #[schema(value_type = words::Timestamp)]
    received_at: Instant,
    /// Why it was not taken: `receipt_beyond_limits` or `receipt_not_committed`.
    #[schema(value_type = words::StableCode)]
    reason: String,
    /// SHA-256 of the public key that the sender proved, where the listener asks for a proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::KeyFingerprint>)]
    peer_fingerprint: Option<String>,
    /// How much of it was kept.
    #[schema(value_type = words::ByteCount)]
    message_bytes: u64,
    /// Who has dealt with it; absent while it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<RawMessageResolutionView>,
}

/// Who has dealt with it, and how.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RawMessageResolution)]
struct RawMessageResolutionView {
    #[schema(value_type = words::Timestamp)]
    resolved_at: Instant,
    /// The operator's client.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    client_id: Option<String>,
    #[schema(value_type = words::Note)]
    note: String,
}

/// A page of messages that could not be taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawMessagePage {
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<RawMessageView>,
    /// Where the list goes on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl RawMessageView {
    pub(super) fn of(message: &KeptMessage) -> Self {
        Self {
            id: message.id.to_string(),
            institution_id: message.institution.map(|id| id.to_string()),
            received_at: message.received_at,
            reason: message.reason.clone(),
            peer_fingerprint: message.peer_fingerprint.clone(),
            message_bytes: message.bytes,
            resolution: message.resolution.as_ref().map(RawMessageResolutionView::of),
        }
    }
}

impl RawMessageResolutionView {
    fn of(resolution: &Resolution) -> Self {
        Self {
            resolved_at: resolution.at,
            client_id: resolution.client_id.map(|id| id.to_string()),
            note: resolution.note.to_string(),
        }
    }
}
