// SPDX-License-Identifier: AGPL-3.0-or-later
//! Who may do what: clients, their secrets, and the delegations that institutions give them (api.md, Tenancy and tokens).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::client_key::ClientKey;
use crate::client_limits::ClientLimits;
use crate::ident::ServiceCode;
use crate::ids::{ClientId, ClientSecretId, DelegationId, InstitutionId};
use crate::named::named;
use crate::text::Text;
use crate::time::Instant;

/// Live secrets a client may have at a time, so that it can change them without a pause.
pub const LIVE_SECRETS_MAX: usize = 2;
/// How long an operator's secret lives, in days.
pub const OPERATOR_SECRET_DAYS: i64 = 90;

/// A program that calls the API, or an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Our id, the `client_id` of its tokens.
    pub id: ClientId,
    /// Application or operator.
    pub kind: ClientKind,
    /// Its name for people.
    pub display_name: Text<1, 140>,
    /// Live or revoked.
    pub status: ClientStatus,
    /// Made by `tramite demo`; refused in production.
    pub demo: bool,
    /// Its secrets, live ones and ended ones.
    pub secrets: Vec<ClientSecret>,
    /// Its public keys, live ones and ended ones.
    pub keys: Vec<ClientKey>,
    /// Limits of its own; none means those of everybody.
    pub limits: Option<ClientLimits>,
    /// For whom it may act.
    pub delegations: Vec<Delegation>,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// Application or operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Acts for institutions that delegated it.
    Application,
    /// Runs the platform; opens no tenant's data.
    Operator,
}

impl Client {
    /// The delegation under which it acts for an institution at that instant; none where it does not: it was revoked, its
    /// delegation is over, or it is an operator. Whoever shows a token is asked this, and so is what goes on after its token.
    #[must_use]
    pub fn acts_for(&self, institution: InstitutionId, now: Instant) -> Option<&Delegation> {
        let may = self.status == ClientStatus::Active && self.kind == ClientKind::Application;
        self.delegations.iter().find(|one| may && one.institution_id == institution && one.live_at(now))
    }
}

/// Live or revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    /// May take tokens.
    Active,
    /// May not.
    Revoked,
}

/// A secret of a client: 32 random bytes of ours, kept as SHA-256 (api.md, Secrets).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// Our id.
    pub id: ClientSecretId,
    /// SHA-256 of the secret.
    pub sha256: [u8; 32],
    /// When it was made.
    pub created_at: Instant,
    /// Not accepted from this instant on.
    pub expires_at: Option<Instant>,
}

/// What an institution lets a client do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Our id.
    pub id: DelegationId,
    /// The institution.
    pub institution_id: InstitutionId,
    /// The client.
    pub client_id: ClientId,
    /// What it may do.
    pub scopes: BTreeSet<ApiScope>,
    /// Only objects of these services exist for it; none means all.
    pub service_codes: Option<BTreeSet<ServiceCode>>,
    /// Where citizens may be sent back: scheme, host and port.
    pub return_origins: Vec<String>,
    /// Live or ended.
    pub status: DelegationStatus,
    /// Not valid from this instant on.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

impl Delegation {
    /// Whether it holds at that instant.
    #[must_use]
    pub fn live_at(&self, now: Instant) -> bool {
        self.status == DelegationStatus::Active && self.expires_at.is_none_or(|end| now < end)
    }

    /// Of the services that a token was made for, those that it gives today; none means all.
    #[must_use]
    pub fn services_of(&self, claimed: Option<BTreeSet<ServiceCode>>) -> Option<BTreeSet<ServiceCode>> {
        match (&self.service_codes, claimed) {
            (Some(given), Some(claimed)) => Some(given.intersection(&claimed).cloned().collect()),
            (Some(given), None) => Some(given.clone()),
            (None, claimed) => claimed,
        }
    }
}

/// Live or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DelegationStatus {
    /// Holds.
    Active,
    /// Was ended.
    Ended,
}

named!(ClientKind { Application = "application", Operator = "operator" });
named!(ClientStatus { Active = "active", Revoked = "revoked" });
named!(DelegationStatus { Active = "active", Ended = "ended" });

macro_rules! scopes {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal),+ $(,)?) => {
        /// What a token may do (api.md, Scopes).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ApiScope {
            $($(#[$doc])+ #[serde(rename = $name)] $variant),+
        }

        impl ApiScope {
            /// Every scope there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }

        named!(ApiScope { $($variant = $name),+ });
    };
}

scopes! {
    /// See debt positions.
    DebtPositionsRead = "debt-positions:read",
    /// Make and change debt positions.
    DebtPositionsWrite = "debt-positions:write",
    /// Mark positions paid outside of pagoPA, and resolve what is strange about receipts.
    DebtPositionsSettle = "debt-positions:settle",
    /// Write out beneficiaries in requests.
    DebtPositionsFreeBeneficiary = "debt-positions:free-beneficiary",
    /// See checkout sessions and submissions.
    PaymentsRead = "payments:read",
    /// Start payments.
    PaymentsWrite = "payments:write",
    /// See receipts.
    ReceiptsRead = "receipts:read",
    /// See services and registries.
    ServicesRead = "services:read",
    /// Define services and registries.
    ServicesWrite = "services:write",
    /// See imports.
    ImportsRead = "imports:read",
    /// Load files.
    ImportsWrite = "imports:write",
    /// Export outcomes.
    ExportsRead = "exports:read",
    /// Read events.
    EventsRead = "events:read",
    /// Register webhook endpoints.
    WebhooksWrite = "webhooks:write",
    /// Make documents in bulk.
    DocumentsWrite = "documents:write",
    /// See settlement flows.
    SettlementsRead = "settlements:read",
    /// Reconcile.
    SettlementsWrite = "settlements:write",
    /// See the journal.
    JournalRead = "journal:read",
    /// See the messages in the journal.
    JournalPayload = "journal:payload",
    /// See the audit trail.
    AuditRead = "audit:read",
    /// See who acts for the institution.
    DelegationsRead = "delegations:read",
    /// End delegations.
    DelegationsWrite = "delegations:write",
    /// Export everything that is kept of one person.
    PersonsRead = "persons:read",
    /// Erase what is kept of one person.
    PersonsErase = "persons:erase",
    /// See the platform's registry.
    PlatformRead = "platform:read",
    /// Change the platform's registry.
    PlatformWrite = "platform:write",
    /// Ask an institution for read access in support.
    PlatformSupport = "platform:support",
}

impl ApiScope {
    /// Whether only operators may hold it.
    #[must_use]
    pub const fn is_platform(self) -> bool {
        matches!(self, Self::PlatformRead | Self::PlatformWrite | Self::PlatformSupport)
    }
}
