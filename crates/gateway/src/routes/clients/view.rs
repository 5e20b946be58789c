// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of a client. A secret is shown in the answer that makes it, and never again.

use serde::{Serialize, Serializer};
use tramite_domain::access::{Client, ClientSecret, Delegation};
use tramite_domain::client_key::ClientKey;
use tramite_domain::client_limits::ClientLimits;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::secret::is_live;
use crate::words;

/// How many secrets and keys are shown, the newest first.
const SHOWN_MAX: usize = 100;

/// A client with its secrets, keys, limits and delegations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Client, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03", "kind": "application", "display_name": "Portale dei servizi",
    "status": "active", "demo": false,
    "secrets": [{"id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e04", "live": true, "created_at": "2026-09-01T08:30:00Z"}],
    "keys": [{"id": "portale-2026", "algorithm": "ES256", "live": true, "created_at": "2026-09-01T08:30:00Z"}],
    "delegations": [{
        "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e05", "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
        "scopes": ["debt-positions:read"], "return_origins": ["https://portale.comune.example.it"],
        "status": "active", "created_at": "2026-09-01T08:30:00Z",
    }],
    "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct ClientView {
    /// Our id, the `client_id` of its tokens.
    #[schema(value_type = words::Id)]
    id: String,
    /// A program, or an operator of the platform.
    #[schema(value_type = words::ClientKind)]
    kind: &'static str,
    /// Its name for people.
    #[schema(value_type = words::Line140)]
    display_name: String,
    /// Whether it may take tokens.
    #[schema(value_type = words::ClientStatus)]
    status: &'static str,
    /// Belongs to a demonstration.
    demo: bool,
    /// Its secrets, without what they are.
    #[schema(min_items = 0, max_items = 100)]
    secrets: Vec<SecretView>,
    /// Its public keys.
    #[schema(min_items = 0, max_items = 100)]
    keys: Vec<KeyView>,
    /// Limits of its own; absent means those of everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ClientLimitsView>)]
    limits: Option<ClientLimitsView>,
    /// For whom it may act.
    #[schema(min_items = 0, max_items = 1000)]
    delegations: Vec<DelegationView>,
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

/// That there is a secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SecretEntry)]
struct SecretView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// Whether it is accepted now.
    live: bool,
    /// When it was made.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// Not accepted from this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    expires_at: Option<Instant>,
}

/// A public key of a client.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientKey, example = json!({
    "id": "portale-2026", "algorithm": "ES256", "live": true, "created_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct KeyView {
    /// Its name, the `kid` of what it signs.
    #[schema(value_type = words::KeyId)]
    id: String,
    /// What it signs by, and nothing else.
    #[schema(value_type = words::KeyAlgorithm)]
    algorithm: &'static str,
    /// Whether it is accepted now.
    live: bool,
    /// When it was registered.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
    /// Not accepted from this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    expires_at: Option<Instant>,
}

/// Limits of a client of its own; what is absent is as for everybody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientLimits, example = json!({"requests_per_second": 100, "burst": 400, "requests_per_day": 500_000}))]
pub(super) struct ClientLimitsView {
    /// Requests a second, for each of its institutions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RequestsPerSecond>)]
    requests_per_second: Option<u32>,
    /// As many at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RequestBurst>)]
    burst: Option<u32>,
    /// Requests a day (Europe/Rome), for all its institutions together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RequestsPerDay>)]
    requests_per_day: Option<u32>,
}

/// What an institution lets a client do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delegation, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e05", "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
    "scopes": ["debt-positions:read", "receipts:read"], "service_codes": ["TARI"], "return_origins": [],
    "status": "active", "created_at": "2026-09-01T08:30:00Z",
}))]
pub(super) struct DelegationView {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// The institution.
    #[schema(value_type = words::Id)]
    institution_id: String,
    /// What the client may do.
    #[schema(value_type = Vec<words::Scope>, min_items = 0, max_items = 30)]
    scopes: Vec<&'static str>,
    /// Only objects of these services exist for it; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<words::ServiceCode>>, min_items = 0, max_items = 100)]
    service_codes: Option<Vec<String>>,
    /// Where citizens may be sent back.
    #[schema(value_type = Vec<words::Origin>, min_items = 0, max_items = 50)]
    return_origins: Vec<String>,
    /// Whether it holds.
    #[schema(value_type = words::DelegationStatus)]
    status: &'static str,
    /// Not valid from this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    expires_at: Option<Instant>,
    /// When it was made.
    #[schema(value_type = words::Timestamp)]
    created_at: Instant,
}

/// A secret in the only answer that shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = IssuedSecret, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e04", "created_at": "2026-09-01T08:30:00Z", "secret_shown": false,
    "client_secret": "tr_test_x7Yk2mQ9fLr3VbT8sWc5NdJ1hGz6PaKe0RuXoIiE4Bw",
}))]
pub(super) struct IssuedSecretView {
    /// Its id.
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    /// The secret; absent from replays.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown_once")]
    #[schema(value_type = Option<words::ClientSecret>)]
    pub(super) client_secret: Option<Secret<String>>,
    /// Whether an earlier answer has shown it already.
    pub(super) secret_shown: bool,
    /// When it was made.
    #[schema(value_type = words::Timestamp)]
    pub(super) created_at: Instant,
    /// Not accepted from this instant on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
}

/// A client that was registered, with its first secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AddedClient, example = json!({
    "client": {
        "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03", "kind": "application", "display_name": "Portale dei servizi",
        "status": "active", "demo": false,
        "secrets": [{"id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e04", "live": true, "created_at": "2026-09-01T08:30:00Z"}],
        "keys": [], "delegations": [], "version": 1, "created_at": "2026-09-01T08:30:00Z", "updated_at": "2026-09-01T08:30:00Z",
    },
    "secret": {
        "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e04", "created_at": "2026-09-01T08:30:00Z", "secret_shown": false,
        "client_secret": "tr_test_x7Yk2mQ9fLr3VbT8sWc5NdJ1hGz6PaKe0RuXoIiE4Bw",
    },
}))]
pub(super) struct AddedClientView {
    /// The client.
    pub(super) client: ClientView,
    /// Its first secret.
    pub(super) secret: IssuedSecretView,
}

/// A page of clients.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientPage)]
pub(super) struct ClientPage {
    /// The clients.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<ClientView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

impl ClientView {
    /// What is shown of a client.
    pub(super) fn of(client: &Client, now: Instant) -> Self {
        Self {
            id: client.id.to_string(),
            kind: client.kind.name(),
            display_name: client.display_name.to_string(),
            status: client.status.name(),
            demo: client.demo,
            secrets: client.secrets.iter().rev().take(SHOWN_MAX).map(|one| SecretView::of(one, now)).collect(),
            keys: client.keys.iter().rev().take(SHOWN_MAX).map(|one| KeyView::of(one, now)).collect(),
            limits: client.limits.as_ref().map(ClientLimitsView::of),
            delegations: client.delegations.iter().map(DelegationView::of).collect(),
            version: client.version,
            created_at: client.created_at,
            updated_at: client.updated_at,
        }
    }
}

impl SecretView {
    fn of(secret: &ClientSecret, now: Instant) -> Self {
        Self {
            id: secret.id.to_string(),
            live: is_live(secret, now),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        }
    }
}

impl KeyView {
    /// What is shown of a key.
    pub(super) fn of(key: &ClientKey, now: Instant) -> Self {
        Self {
            id: key.id.to_string(),
            algorithm: key.public.algorithm().name(),
            live: key.live_at(now),
            created_at: key.created_at,
            expires_at: key.expires_at,
        }
    }
}

impl ClientLimitsView {
    /// What is shown of limits.
    pub(super) fn of(limits: &ClientLimits) -> Self {
        Self {
            requests_per_second: limits.rate.map(|rate| rate.requests_per_second),
            burst: limits.rate.map(|rate| rate.burst),
            requests_per_day: limits.requests_per_day,
        }
    }
}

impl DelegationView {
    /// What is shown of a delegation.
    pub(super) fn of(delegation: &Delegation) -> Self {
        let codes = delegation.service_codes.as_ref();
        Self {
            id: delegation.id.to_string(),
            institution_id: delegation.institution_id.to_string(),
            scopes: delegation.scopes.iter().map(|scope| scope.name()).collect(),
            service_codes: codes.map(|codes| codes.iter().map(ToString::to_string).collect()),
            return_origins: delegation.return_origins.clone(),
            status: delegation.status.name(),
            expires_at: delegation.expires_at,
            created_at: delegation.created_at,
        }
    }
}

/// The one place where a secret is written: the answer that makes it. Replays hold none.
fn shown_once<S: Serializer>(secret: &Option<Secret<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|secret| secret.expose()).serialize(serializer)
}

impl IssuedSecretView {
    /// What is shown once.
    pub(super) fn of(secret: &ClientSecret, text: Secret<String>) -> Self {
        Self {
            id: secret.id.to_string(),
            client_secret: Some(text),
            secret_shown: false,
            created_at: secret.created_at,
            expires_at: secret.expires_at,
        }
    }

    /// What replays show.
    pub(super) fn shown(&self) -> Self {
        Self { client_secret: None, secret_shown: true, ..self.clone() }
    }
}
