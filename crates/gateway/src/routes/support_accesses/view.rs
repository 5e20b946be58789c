// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of an access.

use serde::Serialize;
use tramite_domain::support::SupportAccess;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// Read access of an operator to one institution, for a while.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportAccess, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e07", "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
    "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03", "client_name": "Assistenza", "reason": "Ticket 4711: a payment is stuck",
    "status": "active", "created_at": "2026-09-01T08:30:00Z", "expires_at": "2026-09-01T09:30:00Z",
}))]
pub(super) struct SupportAccessView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// Whose data may be read.
    #[schema(value_type = words::Id)]
    institution_id: String,
    /// The operator who may read.
    #[schema(value_type = words::Id)]
    client_id: String,
    /// The operator, for people.
    #[schema(value_type = words::Line140)]
    client_name: String,
    /// Why.
    #[schema(value_type = words::Line140)]
    reason: String,
    /// Whether it holds now.
    #[schema(value_type = words::SupportAccessStatus)]
    status: &'static str,
    /// When it was opened.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// Not valid from this instant on.
    #[schema(value_type = words::Timestamp)]
    expires_at: Instant,
    /// When it was ended before its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    ended_at: Option<Instant>,
}

/// A page of accesses.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportAccessPage)]
pub(super) struct SupportAccessPage {
    /// The accesses.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<SupportAccessView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl SupportAccessView {
    /// What is shown of an access of an operator of that name.
    pub(super) fn of(access: &SupportAccess, client_name: &str, now: Instant) -> Self {
        Self {
            id: access.id.to_string(),
            institution_id: access.institution_id.to_string(),
            client_id: access.client_id.to_string(),
            client_name: client_name.to_owned(),
            reason: access.reason.to_string(),
            status: access.status_at(now).name(),
            created_at: access.created_at,
            expires_at: access.expires_at,
            ended_at: access.ended_at,
        }
    }
}
