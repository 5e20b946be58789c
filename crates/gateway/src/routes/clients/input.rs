// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an operator says of a client.

use serde::Deserialize;
use tramite_domain::access::{ApiScope, ClientKind, ClientStatus, DelegationStatus};
use tramite_domain::client_key::Members;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// A client to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientAddition, example = json!({
    "kind": "application", "display_name": "Portale dei servizi",
    "delegations": [{
        "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
        "scopes": ["debt-positions:read", "debt-positions:write", "payments:read", "payments:write"],
        "return_origins": ["https://portale.comune.example.it"],
    }],
}))]
pub(super) struct ClientAdditionBody {
    /// A program, or an operator of the platform.
    #[schema(value_type = words::ClientKind)]
    pub(super) kind: ClientKind,
    /// Its name for people.
    #[schema(value_type = words::Line140)]
    pub(super) display_name: String,
    /// Belongs to a demonstration; only in the sandbox.
    #[serde(default)]
    pub(super) demo: bool,
    /// For whom it may act; an operator acts for nobody.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 500)]
    pub(super) delegations: Vec<DelegationBody>,
}

/// A client as it shall be from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientInput, example = json!({"display_name": "Portale dei servizi", "status": "active"}))]
pub(super) struct ClientBody {
    /// Its name for people.
    #[schema(value_type = words::Line140)]
    pub(super) display_name: String,
    /// Whether it may take tokens.
    #[schema(value_type = words::ClientStatus)]
    pub(super) status: ClientStatus,
    /// For whom it may act: all of them, those that are left out end. Without this member nothing of it changes.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) delegations: Option<Vec<DelegationBody>>,
}

/// What an institution lets a client do.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DelegationInput)]
pub(super) struct DelegationBody {
    /// The institution.
    #[schema(value_type = words::Id)]
    pub(super) institution_id: InstitutionId,
    /// What the client may do.
    #[schema(value_type = Vec<words::Scope>, min_items = 1, max_items = 30)]
    pub(super) scopes: Vec<ApiScope>,
    /// Only objects of these services exist for it; left out means all.
    #[schema(value_type = Option<Vec<words::ServiceCode>>, min_items = 1, max_items = 100)]
    pub(super) service_codes: Option<Vec<String>>,
    /// Where citizens may be sent back.
    #[serde(default)]
    #[schema(value_type = Vec<words::Origin>, min_items = 0, max_items = 50)]
    pub(super) return_origins: Vec<String>,
    /// Not valid from this instant on.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
}

/// What an institution lets a client do, where the path names both.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DelegationTerms, example = json!({
    "scopes": ["debt-positions:read", "receipts:read"], "service_codes": ["TARI"], "return_origins": [],
    "status": "active",
}))]
pub(super) struct DelegationTermsBody {
    /// What the client may do.
    #[schema(value_type = Vec<words::Scope>, min_items = 1, max_items = 30)]
    pub(super) scopes: Vec<ApiScope>,
    /// Only objects of these services exist for it; left out means all.
    #[schema(value_type = Option<Vec<words::ServiceCode>>, min_items = 1, max_items = 100)]
    pub(super) service_codes: Option<Vec<String>>,
    /// Where citizens may be sent back.
    #[serde(default)]
    #[schema(value_type = Vec<words::Origin>, min_items = 0, max_items = 50)]
    pub(super) return_origins: Vec<String>,
    /// Not valid from this instant on.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
    /// Whether it holds.
    #[schema(value_type = words::DelegationStatus)]
    pub(super) status: DelegationStatus,
}

/// A further secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecretAddition, example = json!({"expires_at": "2027-03-01T00:00:00Z"}))]
pub(super) struct SecretAdditionBody {
    /// Not accepted from this instant on; an operator's secret lives 90 days at most.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
}

/// A public key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientKeyAddition, example = json!({"public_key": {
    "kty": "EC", "crv": "P-256", "kid": "portale-2026", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}}))]
pub(super) struct KeyAdditionBody {
    /// The key (RFC 7517): of the curve P-256, which signs by ES256, or RSA of 2048 to 4096 bits, which signs by RS256, or
    /// by PS256 where `alg` says so. `kid` names it, once in its client for ever; left out, its thumbprint does (RFC 7638).
    #[schema(value_type = words::PublicJwk)]
    pub(super) public_key: Members,
    /// Not accepted from this instant on; an operator's key lives 90 days at most.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
}

/// Limits of a client of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientLimitsInput, example = json!({"requests_per_second": 100, "burst": 400, "requests_per_day": 500_000}))]
pub(super) struct ClientLimitsBody {
    /// Requests a second, for each of its institutions; left out, as for everybody.
    #[schema(value_type = Option<words::RequestsPerSecond>)]
    pub(super) requests_per_second: Option<u32>,
    /// As many at once; with `requests_per_second`, and at least as large.
    #[schema(value_type = Option<words::RequestBurst>)]
    pub(super) burst: Option<u32>,
    /// Requests a day (Europe/Rome), for all its institutions together; left out, any number.
    #[schema(value_type = Option<words::RequestsPerDay>)]
    pub(super) requests_per_day: Option<u32>,
}

impl DelegationTermsBody {
    /// The same, for an institution.
    pub(super) fn of(self, institution_id: InstitutionId) -> DelegationBody {
        DelegationBody {
            institution_id,
            scopes: self.scopes,
            service_codes: self.service_codes,
            return_origins: self.return_origins,
            expires_at: self.expires_at,
        }
    }
}
