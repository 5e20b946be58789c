// SPDX-License-Identifier: AGPL-3.0-or-later
//! Endpoints of webhooks and deliveries to them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use tramite_domain::event::EventKind;
use tramite_domain::ids::{ClientId, EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::time::Instant;
use tramite_domain::webhook::{
    Answered, Attempt, Delivery, DeliveryFailure, DeliveryStatus, DisabledReason, EndpointStatus, WebhookEndpoint,
};

use super::{fit, known, read_some};
use crate::column::{At, Doc, Id, NIL};
use crate::error::StoreError;
use crate::schema::{webhook_deliveries, webhook_endpoints};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_endpoints, treat_none_as_default_value = false)]
pub(crate) struct EndpointRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) id: Id<WebhookEndpointId>,
    pub(crate) client_id: Id<ClientId>,
    url: String,
    description: Option<String>,
    event_types: Option<Doc<BTreeSet<String>>>,
    pub(crate) status: String,
    disabled_reason: Option<String>,
    failing_since: Option<At>,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) former_secret: Option<Vec<u8>>,
    secret_created_at: At,
    version: i64,
    created_at: At,
    updated_at: At,
    ended_at: Option<At>,
}

/// What its client changes of an endpoint.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
pub(crate) struct EndpointTerms {
    url: String,
    description: Option<String>,
    event_types: Option<Doc<BTreeSet<String>>>,
    version: i64,
    updated_at: At,
}

/// Where an endpoint stands: what workers decide, and a new address begins anew.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = webhook_endpoints, treat_none_as_null = true)]
pub(crate) struct EndpointState {
    status: String,
    disabled_reason: Option<String>,
    failing_since: Option<At>,
}

fn kinds(endpoint: &WebhookEndpoint) -> Option<Doc<BTreeSet<String>>> {
    let names = |kinds: &BTreeSet<EventKind>| kinds.iter().map(|kind| kind.name().to_owned()).collect();
    endpoint.event_types.as_ref().map(|kinds| Doc(names(kinds)))
}

impl EndpointRow {
    pub(crate) fn of(institution: InstitutionId, endpoint: &WebhookEndpoint, secret: Vec<u8>) -> Self {
        Self {
            institution_id: Id(institution),
            id: Id(endpoint.id),
            client_id: Id(endpoint.client_id),
            url: endpoint.url.clone(),
            description: endpoint.description.as_ref().map(ToString::to_string),
            event_types: kinds(endpoint),
            status: endpoint.status.name().to_owned(),
            disabled_reason: endpoint.disabled_reason.map(|reason| reason.name().to_owned()),
            failing_since: endpoint.failing_since.map(At),
            secret: Some(secret),
            former_secret: None,
            secret_created_at: At(endpoint.secret_created_at),
            version: endpoint.version,
            created_at: At(endpoint.created_at),
            updated_at: At(endpoint.updated_at),
            ended_at: None,
        }
    }

    /// The sealed secrets that sign now.
    pub(crate) fn sealed(&self) -> Vec<Vec<u8>> {
        [&self.secret, &self.former_secret].into_iter().flatten().cloned().collect()
    }

    /// The names of the kinds that it is told of; none means all.
    pub(crate) fn terms(&self) -> Option<&BTreeSet<String>> {
        self.event_types.as_ref().map(|Doc(names)| names)
    }

    /// Whether it is told of all institutions that let its client act.
    pub(crate) fn is_wide(&self) -> bool {
        self.institution_id.0 == NIL
    }

    pub(crate) fn into_endpoint(self) -> Result<WebhookEndpoint, StoreError> {
        // A kind that a newer program knows is none that this one tells.
        let kinds = self.event_types.map(|Doc(names)| names.iter().filter_map(|name| EventKind::named(name)).collect());
        let reason =
            self.disabled_reason.map(|name| known("webhook_endpoints.disabled_reason", DisabledReason::named(&name)));
        Ok(WebhookEndpoint {
            id: self.id.0,
            client_id: self.client_id.0,
            url: self.url,
            description: read_some("webhook_endpoints.description", self.description.as_deref())?,
            event_types: kinds,
            status: known("webhook_endpoints.status", EndpointStatus::named(&self.status))?,
            disabled_reason: reason.transpose()?,
            failing_since: self.failing_since.map(|at| at.0),
            secret_created_at: self.secret_created_at.0,
            former_secret: self.former_secret.is_some(),
            version: self.version,
            created_at: self.created_at.0,
            updated_at: self.updated_at.0,
        })
    }
}

impl EndpointTerms {
    pub(crate) fn of(endpoint: &WebhookEndpoint) -> Self {
        Self {
            url: endpoint.url.clone(),
            description: endpoint.description.as_ref().map(ToString::to_string),
            event_types: kinds(endpoint),
            version: endpoint.version,
            updated_at: At(endpoint.updated_at),
        }
    }
}

impl EndpointState {
    pub(crate) fn of(endpoint: &WebhookEndpoint) -> Self {
        Self {
            status: endpoint.status.name().to_owned(),
            disabled_reason: endpoint.disabled_reason.map(|reason| reason.name().to_owned()),
            failing_since: endpoint.failing_since.map(At),
        }
    }
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries, treat_none_as_default_value = false)]
pub(crate) struct DeliveryRow {
    pub(crate) institution_id: Id<InstitutionId>,
    pub(crate) endpoint_id: Id<WebhookEndpointId>,
    pub(crate) event_id: Id<EventId>,
    wide: bool,
    kind: String,
    pub(crate) event_at: At,
    status: String,
    pub(crate) attempts: i32,
    pub(crate) began_at: Option<At>,
    due_at: Option<At>,
    last_at: Option<At>,
    last_status: Option<i32>,
    last_failure: Option<String>,
    latency_ms: Option<i32>,
    created_at: At,
}

/// Of what a delivery tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    pub(crate) id: EventId,
    pub(crate) kind: EventKind,
    pub(crate) at: Instant,
}

impl DeliveryRow {
    /// A new delivery, due at once.
    pub(crate) fn new(
        institution: InstitutionId,
        endpoint: WebhookEndpointId,
        wide: bool,
        told: Told,
        now: Instant,
    ) -> Self {
        Self {
            institution_id: Id(institution),
            endpoint_id: Id(endpoint),
            event_id: Id(told.id),
            wide,
            kind: told.kind.name().to_owned(),
            event_at: At(told.at),
            status: DeliveryStatus::Pending.name().to_owned(),
            attempts: 0,
            began_at: None,
            due_at: Some(At(now)),
            last_at: None,
            last_status: None,
            last_failure: None,
            latency_ms: None,
            created_at: At(now),
        }
    }

    pub(crate) fn kind(&self) -> Result<EventKind, StoreError> {
        known("webhook_deliveries.kind", EventKind::named(&self.kind))
    }

    pub(crate) fn into_delivery(self) -> Result<Delivery, StoreError> {
        let kind = self.kind()?;
        let answered = match (self.last_status, &self.last_failure) {
            (Some(status), _) => Some(Answered::Status(fit("webhook_deliveries.last_status", status)?)),
            (None, Some(name)) => {
                Some(Answered::Failure(known("webhook_deliveries.last_failure", DeliveryFailure::named(name))?))
            }
            (None, None) => None,
        };
        let last = match (self.last_at, answered) {
            (Some(At(at)), Some(answered)) => {
                let latency_ms = fit("webhook_deliveries.latency_ms", self.latency_ms.unwrap_or_default())?;
                Some(Attempt { at, answered, latency_ms })
            }
            _ => None,
        };
        Ok(Delivery {
            institution_id: Some(self.institution_id.0).filter(|id| *id != NIL),
            event_id: self.event_id.0,
            kind,
            event_at: self.event_at.0,
            status: known("webhook_deliveries.status", DeliveryStatus::named(&self.status))?,
            attempts: fit("webhook_deliveries.attempts", self.attempts)?,
            last,
            next_attempt_at: self.due_at.map(|at| at.0),
        })
    }
}
