// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of endpoints and deliveries. A secret is shown in the answer that makes it, and never again.

use serde::Serialize;
use tramite_domain::event::EventKind;
use tramite_domain::time::Instant;
use tramite_domain::webhook::{Answered, Delivery, WebhookEndpoint};
use utoipa::ToSchema;

use crate::words;

/// An address that is told of events.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookEndpoint, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e08", "url": "https://gestionale.example.test/tramite",
    "event_types": ["installment.paid"], "status": "active", "secret_created_at": "2026-09-01T08:30:00Z",
    "live_secrets": 1, "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct EndpointView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// Where it is told.
    #[schema(value_type = words::WebhookAddress)]
    url: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    description: Option<String>,
    /// Of what it is told; absent means everything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<words::EventType>>, min_items = 0, max_items = 50)]
    event_types: Option<Vec<&'static str>>,
    /// Whether it is told now.
    #[schema(value_type = words::WebhookEndpointStatus)]
    status: &'static str,
    /// Why it is told no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::WebhookDisabledReason>)]
    disabled_reason: Option<&'static str>,
    /// Since when nothing reaches it; absent while something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    failing_since: Option<Instant>,
    /// When the newest secret was made.
    #[schema(value_type = words::Timestamp)]
    secret_created_at: Instant,
    /// How many secrets sign.
    #[schema(value_type = words::LiveSecrets)]
    live_secrets: u8,
    /// How many times its client wrote it.
    #[schema(value_type = words::RowVersion)]
    version: i64,
    /// When it was made.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When its client last changed it.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// A new endpoint with its first secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedWebhookEndpoint, example = json!({
    "endpoint": {
        "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e08", "url": "https://gestionale.example.test/tramite",
        "status": "pending", "secret_created_at": "2026-09-01T08:30:00Z", "live_secrets": 1, "version": 1,
        "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
    },
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "secret_shown": false,
}))]
pub(super) struct AddedEndpointView {
    /// The endpoint.
    pub(super) endpoint: EndpointView,
    /// What signs, as libraries of Standard Webhooks take it; absent from replays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CallbackSecret>)]
    pub(super) secret: Option<String>,
    /// Whether an earlier answer has shown it already.
    pub(super) secret_shown: bool,
}

/// A page of endpoints.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookEndpointPage)]
pub(super) struct EndpointPage {
    /// The endpoints, the newest first.
    #[schema(min_items = 0, max_items = 10)]
    pub(super) items: Vec<EndpointView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

/// An event on its way to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDelivery, example = json!({
    "event_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09", "type": "installment.paid",
    "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "timestamp": "2026-09-01T08:30:00Z", "status": "failed",
    "attempts": 2, "last_http_status": 500, "last_latency_ms": 41, "last_attempt_at": "2026-09-01T08:30:05Z",
    "next_attempt_at": "2026-09-01T08:35:05Z",
}))]
pub(super) struct DeliveryView {
    /// The event, the `webhook-id`.
    #[schema(value_type = words::Id)]
    event_id: String,
    /// What happened.
    #[serde(rename = "type")]
    #[schema(value_type = words::DeliveredType)]
    kind: &'static str,
    /// Of which institution; absent for a test of an endpoint of all delegations.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    institution_id: Option<String>,
    /// When it happened.
    #[schema(value_type = words::Timestamp)]
    timestamp: Instant,
    /// Where the delivery stands.
    #[schema(value_type = words::WebhookDeliveryStatus)]
    status: &'static str,
    /// How many times it was tried.
    #[schema(value_type = words::DeliveryAttempts)]
    attempts: u32,
    /// What the endpoint answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AnsweredStatus>)]
    last_http_status: Option<u16>,
    /// Why it did not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::WebhookFailure>)]
    last_failure: Option<&'static str>,
    /// How long the last attempt took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Milliseconds>)]
    last_latency_ms: Option<u32>,
    /// When the last attempt ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    last_attempt_at: Option<Instant>,
    /// When it is tried next; absent where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    next_attempt_at: Option<Instant>,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookDeliveryPage)]
pub(super) struct DeliveryPage {
    /// The deliveries, the newest events first.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<DeliveryView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl EndpointView {
    /// What is shown of an endpoint.
    pub(super) fn of(endpoint: &WebhookEndpoint) -> Self {
        let kinds = endpoint.event_types.as_ref();
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.clone(),
            description: endpoint.description.as_ref().map(ToString::to_string),
            event_types: kinds.map(|kinds| kinds.iter().map(|kind| EventKind::name(*kind)).collect()),
            status: endpoint.status.name(),
            disabled_reason: endpoint.disabled_reason.map(|reason| reason.name()),
            failing_since: endpoint.failing_since,
            secret_created_at: endpoint.secret_created_at,
            live_secrets: 1 + u8::from(endpoint.former_secret),
            version: endpoint.version,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
        }
    }
}

impl DeliveryView {
    /// What is shown of a delivery.
    pub(super) fn of(delivery: &Delivery) -> Self {
        let answered = delivery.last.map(|last| last.answered);
        Self {
            event_id: delivery.event_id.to_string(),
            kind: delivery.kind.name(),
            institution_id: delivery.institution_id.map(|id| id.to_string()),
            timestamp: delivery.event_at,
            status: delivery.status.name(),
            attempts: delivery.attempts,
            last_http_status: match answered {
                Some(Answered::Status(status)) => Some(status),
                Some(Answered::Failure(_)) | None => None,
            },
            last_failure: match answered {
                Some(Answered::Failure(failure)) => Some(failure.name()),
                Some(Answered::Status(_)) | None => None,
            },
            last_latency_ms: delivery.last.map(|last| last.latency_ms),
            last_attempt_at: delivery.last.map(|last| last.at),
            next_attempt_at: delivery.next_attempt_at,
        }
    }
}
