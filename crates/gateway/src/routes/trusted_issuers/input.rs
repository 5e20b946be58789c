// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator says of an issuer.

use serde::Deserialize;
use tramite_domain::access::ApiScope;
use tramite_domain::client_key::KeyAlgorithm;
use tramite_domain::ids::{ClientId, InstitutionId};
use tramite_domain::trusted_issuer::{CallerClaim, IssuerKind};
use utoipa::ToSchema;

use crate::words;

/// An issuer as it shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrustedIssuerInput, example = json!({
    "issuer": "https://idp.comune.example.it", "kind": "oidc", "enabled": true,
    "jwks_url": "https://idp.comune.example.it/jwks.json", "audience": "https://tramite.example.it/v1",
    "algorithms": ["RS256"], "types": ["at+jwt"],
    "callers": [{
        "claim": "sub", "value": "portale", "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
        "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "scopes": ["debt-positions:read"],
    }],
}))]
pub(super) struct TrustedIssuerBody {
    /// What its tokens call it, the claim `iss`.
    #[schema(value_type = words::ClaimText)]
    pub(super) issuer: String,
    /// An identity provider, or PDND.
    #[schema(value_type = words::IssuerKind)]
    pub(super) kind: IssuerKind,
    /// Whether its tokens are taken.
    #[serde(default = "enabled")]
    pub(super) enabled: bool,
    /// Where its keys are published: fetched from there and from nowhere else.
    #[schema(value_type = words::KeySetAddress)]
    pub(super) jwks_url: String,
    /// The audience that its tokens for us name.
    #[schema(value_type = words::ClaimText)]
    pub(super) audience: String,
    /// What its keys may sign by.
    #[schema(value_type = Vec<words::KeyAlgorithm>, min_items = 1, max_items = 3)]
    pub(super) algorithms: Vec<KeyAlgorithm>,
    /// What its tokens call themselves, the member `typ` of their headers.
    #[schema(value_type = Vec<words::TokenType>, min_items = 1, max_items = 4)]
    pub(super) types: Vec<String>,
    /// What vouchers are for: with PDND, and with nobody else.
    pub(super) eservice: Option<EserviceBody>,
    /// Which caller of theirs is which client of ours.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 200)]
    pub(super) callers: Vec<CallerBody>,
}

const fn enabled() -> bool {
    true
}

/// The e-service that vouchers must be for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EserviceInput, example = json!({
    "eservice_id": "b8c6a9d6-15f8-4f0e-9f4e-0a4c9ad0f6f1", "producer_id": "6b16be70-9230-4209-bd1f-7e5ae0eed289",
}))]
pub(super) struct EserviceBody {
    /// Its id, `eserviceId`.
    #[schema(value_type = words::ClaimText)]
    pub(super) eservice_id: String,
    /// Who offers it, `producerId`.
    #[schema(value_type = words::ClaimText)]
    pub(super) producer_id: String,
    /// Its versions, `descriptorId`; none means any.
    #[serde(default)]
    #[schema(value_type = Vec<words::ClaimText>, min_items = 0, max_items = 20)]
    pub(super) descriptor_ids: Vec<String>,
}

/// One caller of theirs, which is one client of ours.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MappedCallerInput)]
pub(super) struct CallerBody {
    /// The claim that says who calls.
    #[schema(value_type = words::CallerClaim)]
    pub(super) claim: CallerClaim,
    /// Its value.
    #[schema(value_type = words::ClaimText)]
    pub(super) value: String,
    /// The client that the caller is.
    #[schema(value_type = words::Id)]
    pub(super) client_id: ClientId,
    /// For which institution.
    #[schema(value_type = words::Id)]
    pub(super) institution_id: InstitutionId,
    /// What it may do, as far as the institution delegates it to the client.
    #[schema(value_type = Vec<words::Scope>, min_items = 1, max_items = 30)]
    pub(super) scopes: Vec<ApiScope>,
}
