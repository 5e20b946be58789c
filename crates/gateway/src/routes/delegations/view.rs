// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an institution reads of a delegation.

use serde::Serialize;
use tramite_domain::access::{Delegation, DelegationStatus};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// What a client may do for the institution.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GivenDelegation, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e05", "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
    "client_name": "Portale dei servizi", "scopes": ["debt-positions:read", "receipts:read"],
    "service_codes": ["TARI"], "return_origins": ["https://portale.comune.example.it"], "status": "active",
    "created_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct GivenDelegationView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// Who acts.
    #[schema(value_type = words::Id)]
    client_id: String,
    /// Who acts, for people.
    #[schema(value_type = words::Line140)]
    client_name: String,
    /// What the client may do.
    #[schema(value_type = Vec<words::Scope>, min_items = 0, max_items = 30)]
    scopes: Vec<&'static str>,
    /// Only objects of these services exist for it; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<words::ServiceCode>>, min_items = 0, max_items = 100)]
    service_codes: Option<Vec<String>>,
    /// Where it may have citizens sent back.
    #[schema(value_type = Vec<words::Origin>, min_items = 0, max_items = 50)]
    return_origins: Vec<String>,
    /// Whether it holds now.
    #[schema(value_type = words::DelegationStatus)]
    status: &'static str,
    /// Not valid from this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    expires_at: Option<Instant>,
    /// When it was given.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
}

/// A page of delegations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GivenDelegationPage)]
pub(super) struct GivenDelegationPage {
    /// The delegations.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<GivenDelegationView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl GivenDelegationView {
    /// What is shown of a delegation to a client of that name.
    pub(super) fn of(delegation: &Delegation, client_name: &str, now: Instant) -> Self {
        let codes = delegation.service_codes.as_ref();
        Self {
            id: delegation.id.to_string(),
            client_id: delegation.client_id.to_string(),
            client_name: client_name.to_owned(),
            scopes: delegation.scopes.iter().map(|scope| scope.name()).collect(),
            service_codes: codes.map(|codes| codes.iter().map(ToString::to_string).collect()),
            return_origins: delegation.return_origins.clone(),
            status: status_of(delegation, now).name(),
            expires_at: delegation.expires_at,
            created_at: delegation.created_at,
        }
    }
}

/// Whether it holds now: one whose time has passed has ended, whoever says so.
pub(super) fn status_of(delegation: &Delegation, now: Instant) -> DelegationStatus {
    if delegation.live_at(now) { DelegationStatus::Active } else { DelegationStatus::Ended }
}
