// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a client is told of events, and what it may be told.

use std::collections::BTreeSet;

use crate::access::{ApiScope, ClientStatus, Delegation};
use crate::event::{Event, EventKind};
use crate::ident::ServiceCode;
use crate::ids::{ClientId, WebhookEndpointId};
use crate::institution::InstitutionStatus;
use crate::named::named;
use crate::text::Text;
use crate::time::Instant;

/// Endpoints that a client may have in one institution, and for all its delegations together.
pub const ENDPOINTS_MAX: usize = 10;

/// An address of a client that is told of events: of one institution, or of all that let the client act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Our id.
    pub id: WebhookEndpointId,
    /// Whose it is.
    pub client_id: ClientId,
    /// Where it is told.
    pub url: String,
    /// What its client says of it.
    pub description: Option<Text<1, 140>>,
    /// Of what it is told; none means everything.
    pub event_types: Option<BTreeSet<EventKind>>,
    /// Whether it is told.
    pub status: EndpointStatus,
    /// Why it is no longer.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing reached it.
    pub failing_since: Option<Instant>,
    /// When the secret that signs was made.
    pub secret_created_at: Instant,
    /// Whether the secret before it signs as well.
    pub former_secret: bool,
    /// Row version, for optimistic locking and ETags.
    pub version: i64,
    /// When it was made.
    pub created_at: Instant,
    /// When its client last changed it.
    pub updated_at: Instant,
}

/// Whether an endpoint is told of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointStatus {
    /// Not before a test event got its 2xx.
    Pending,
    /// Yes.
    Active,
    /// No longer.
    Disabled,
}

named!(EndpointStatus { Pending = "pending", Active = "active", Disabled = "disabled" });

/// Why an endpoint is no longer told of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledReason {
    /// It said so: 410.
    Gone,
    /// Nothing reached it for as long as a delivery is tried.
    Failing,
}

named!(DisabledReason { Gone = "gone", Failing = "failing" });

/// The scope of reading what events of a kind tell: who may not read it is not told either.
#[must_use]
pub const fn read_scope(kind: EventKind) -> ApiScope {
    match kind {
        EventKind::PositionCreated
        | EventKind::PositionUpdated
        | EventKind::InstallmentPaid
        | EventKind::InstallmentReopened => ApiScope::DebtPositionsRead,
        EventKind::ReceiptReceived | EventKind::AnomalyDetected | EventKind::AnomalyResolved => ApiScope::ReceiptsRead,
        EventKind::SessionUpdated => ApiScope::PaymentsRead,
        EventKind::ServiceUpdated | EventKind::InstitutionUpdated => ApiScope::ServicesRead,
        EventKind::DelegationUpdated | EventKind::SupportAccessUpdated => ApiScope::DelegationsRead,
        EventKind::PersonalDataErased => ApiScope::PersonsRead,
        EventKind::ImportFinished => ApiScope::ImportsRead,
        EventKind::DocumentBatchFinished => ApiScope::DocumentsWrite,
        EventKind::WebhookEndpointDisabled | EventKind::WebhookEndpointTest => ApiScope::WebhooksWrite,
    }
}

/// What a client may be told of one institution at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    client_id: ClientId,
    scopes: BTreeSet<ApiScope>,
    services: Option<BTreeSet<ServiceCode>>,
}

impl Mandate {
    /// The mandate of a client under its delegation; none where the client, the delegation or the institution is not live now,
    /// or the delegation gives no webhooks: then nothing leaves.
    #[must_use]
    pub fn of(
        client: ClientStatus,
        delegation: &Delegation,
        institution: InstitutionStatus,
        now: Instant,
    ) -> Option<Self> {
        let live = client == ClientStatus::Active
            && delegation.live_at(now)
            && institution == InstitutionStatus::Active
            && delegation.scopes.contains(&ApiScope::WebhooksWrite);
        live.then(|| Self {
            client_id: delegation.client_id,
            scopes: delegation.scopes.clone(),
            services: delegation.service_codes.clone(),
        })
    }

    /// Whether that event may be told: its kind may be read, its service is one of the delegation, and it is for nobody else.
    /// Events of the client's own sessions have no service and are its own.
    #[must_use]
    pub fn covers(&self, event: &Event) -> bool {
        let own = event.client_id.is_none_or(|client| client == self.client_id);
        let served = self.services.as_ref().is_none_or(|codes| match &event.data.service_code {
            Some(code) => codes.contains(code),
            None => event.client_id == Some(self.client_id),
        });
        own && served && self.scopes.contains(&read_scope(event.kind))
    }
}

impl WebhookEndpoint {
    /// Whether its client wants to be told of that kind.
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        self.event_types.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::event::EventData;
    use crate::ids::EventId;

    fn mandate(scopes: &[ApiScope], services: Option<&str>) -> Mandate {
        Mandate {
            client_id: ClientId::new(Uuid::from_u128(1)),
            scopes: scopes.iter().copied().collect(),
            services: services.map(|code| BTreeSet::from([code.parse().unwrap()])),
        }
    }

    fn event(kind: EventKind, client: Option<u128>, service: Option<&str>) -> Event {
        Event {
            id: EventId::new(Uuid::from_u128(9)),
            kind,
            at: Instant::UNIX_EPOCH,
            client_id: client.map(|number| ClientId::new(Uuid::from_u128(number))),
            data: EventData { service_code: service.map(|code| code.parse().unwrap()), ..EventData::default() },
        }
    }

    #[test]
    fn nobody_is_told_what_it_may_not_read() {
        let all = mandate(ApiScope::ALL, None);
        assert!(all.covers(&event(EventKind::InstallmentPaid, None, Some("TARI"))));
        assert!(all.covers(&event(EventKind::SessionUpdated, Some(1), None)));
        assert!(!all.covers(&event(EventKind::SessionUpdated, Some(2), None)), "another client's session");
        let receipts = mandate(&[ApiScope::ReceiptsRead], None);
        assert!(receipts.covers(&event(EventKind::ReceiptReceived, None, Some("TARI"))));
        assert!(!receipts.covers(&event(EventKind::InstallmentPaid, None, Some("TARI"))), "another scope");
        let restricted = mandate(ApiScope::ALL, Some("TARI"));
        assert!(restricted.covers(&event(EventKind::InstallmentPaid, None, Some("TARI"))));
        assert!(!restricted.covers(&event(EventKind::InstallmentPaid, None, Some("MENSA"))), "another service");
        assert!(!restricted.covers(&event(EventKind::DelegationUpdated, None, None)), "none of its services");
        assert!(restricted.covers(&event(EventKind::SessionUpdated, Some(1), None)), "its own session");
    }
}
