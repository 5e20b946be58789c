// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of an issuer.

use serde::Serialize;
use tramite_domain::time::Instant;
use tramite_domain::trusted_issuer::{Eservice, IssuerKeys, MappedCaller, TrustedIssuer};
use utoipa::ToSchema;

use crate::words;

/// Somebody whose tokens are taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrustedIssuer, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e06", "issuer": "https://idp.comune.example.it", "kind": "oidc",
    "enabled": true, "jwks_url": "https://idp.comune.example.it/jwks.json",
    "audience": "https://tramite.example.it/v1", "algorithms": ["RS256"], "types": ["at+jwt"],
    "callers": [{
        "claim": "sub", "value": "portale", "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
        "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "scopes": ["debt-positions:read"],
    }],
    "key_ids": ["2026-1"], "keys_fetched_at": "2026-09-01T08:30:05Z",
    "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct TrustedIssuerView {
    /// Our id.
    #[schema(value_type = words::Id)]
    id: String,
    /// What its tokens call it.
    #[schema(value_type = words::ClaimText)]
    issuer: String,
    /// An identity provider, or PDND.
    #[schema(value_type = words::IssuerKind)]
    kind: &'static str,
    /// Whether its tokens are taken.
    enabled: bool,
    /// Where its keys are published.
    #[schema(value_type = words::KeySetAddress)]
    jwks_url: String,
    /// The audience that its tokens for us name.
    #[schema(value_type = words::ClaimText)]
    audience: String,
    /// What its keys may sign by.
    #[schema(value_type = Vec<words::KeyAlgorithm>, min_items = 0, max_items = 3)]
    algorithms: Vec<&'static str>,
    /// What its tokens call themselves.
    #[schema(value_type = Vec<words::TokenType>, min_items = 0, max_items = 4)]
    types: Vec<String>,
    /// What vouchers are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EserviceView>)]
    eservice: Option<EserviceView>,
    /// Which caller of theirs is which client of ours.
    #[schema(min_items = 0, max_items = 200)]
    callers: Vec<CallerView>,
    /// The names of its keys, as they were last fetched.
    #[schema(value_type = Vec<words::ClaimText>, min_items = 0, max_items = 50)]
    key_ids: Vec<String>,
    /// When they were; absent before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    keys_fetched_at: Option<Instant>,
    /// How many times it was written.
    #[schema(value_type = words::RowVersion)]
    version: i64,
    /// When it was registered.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = words::Timestamp)]
    updated_at: Instant,
}

/// The e-service that vouchers must be for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Eservice)]
struct EserviceView {
    /// Its id.
    #[schema(value_type = words::ClaimText)]
    eservice_id: String,
    /// Who offers it.
    #[schema(value_type = words::ClaimText)]
    producer_id: String,
    /// Its versions; none means any.
    #[schema(value_type = Vec<words::ClaimText>, min_items = 0, max_items = 20)]
    descriptor_ids: Vec<String>,
}

/// One caller of theirs, which is one client of ours.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MappedCaller)]
struct CallerView {
    /// The claim that says who calls.
    #[schema(value_type = words::CallerClaim)]
    claim: &'static str,
    /// Its value.
    #[schema(value_type = words::ClaimText)]
    value: String,
    /// The client that the caller is.
    #[schema(value_type = words::Id)]
    client_id: String,
    /// For which institution.
    #[schema(value_type = words::Id)]
    institution_id: String,
    /// What it may do, as far as the institution delegates it to the client.
    #[schema(value_type = Vec<words::Scope>, min_items = 0, max_items = 30)]
    scopes: Vec<&'static str>,
}

/// All issuers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrustedIssuerPage)]
pub(super) struct TrustedIssuerPage {
    /// The issuers, by their names.
    #[schema(min_items = 0, max_items = 50)]
    pub(super) items: Vec<TrustedIssuerView>,
    /// Absent: one page shows all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl TrustedIssuerView {
    /// What is shown of an issuer.
    pub(super) fn of(issuer: &TrustedIssuer, keys: &IssuerKeys) -> Self {
        let terms = &issuer.terms;
        Self {
            id: issuer.id.to_string(),
            issuer: issuer.issuer.clone(),
            kind: terms.kind.name(),
            enabled: terms.enabled,
            jwks_url: terms.jwks_url.clone(),
            audience: terms.audience.clone(),
            algorithms: terms.algorithms.iter().map(|one| one.name()).collect(),
            types: terms.types.iter().cloned().collect(),
            eservice: terms.eservice.as_ref().map(EserviceView::of),
            callers: terms.callers.iter().map(CallerView::of).collect(),
            key_ids: keys.keys.iter().map(|key| key.kid.clone()).collect(),
            keys_fetched_at: keys.fetched_at,
            version: issuer.version,
            created_at: issuer.created_at,
            updated_at: issuer.updated_at,
        }
    }
}

impl EserviceView {
    fn of(eservice: &Eservice) -> Self {
        Self {
            eservice_id: eservice.eservice_id.clone(),
            producer_id: eservice.producer_id.clone(),
            descriptor_ids: eservice.descriptor_ids.iter().cloned().collect(),
        }
    }
}

impl CallerView {
    fn of(caller: &MappedCaller) -> Self {
        Self {
            claim: caller.claim.name(),
            value: caller.value.clone(),
            client_id: caller.client_id.to_string(),
            institution_id: caller.institution_id.to_string(),
            scopes: caller.scopes.iter().map(|scope| scope.name()).collect(),
        }
    }
}
