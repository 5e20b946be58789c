// SPDX-License-Identifier: AGPL-3.0-or-later
//! Endpoints of webhooks as their client sees them. A door leads to those of one client: in one institution, behind the wall
//! of its tenant, or to those that are told of all its delegations, which belong to no tenant.

mod deliveries;
mod endpoints;
mod redeliver;
mod write;

use tramite_domain::audit::AuditLine;
use tramite_domain::ids::{ClientId, EventId, InstitutionId, WebhookEndpointId};
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::NIL;
use crate::commit;
use crate::db::Db;
use crate::error::StoreError;
use crate::idempotency::{self, IdempotencyRecord, Kept, RecordRow};
use crate::scope::Scope;
use crate::seal::{Spot, random};
use crate::store::Who;
use crate::system::SystemScope;

pub use deliveries::DeliveryFilter;
pub use redeliver::{DeliveryKey, REDELIVERIES_MAX, Redelivery};
pub(crate) use write::begin_lane;

/// Bytes of a secret.
pub(crate) const SECRET_BYTES: usize = 32;

/// The way to the endpoints of one client.
#[derive(Clone)]
pub struct WebhookDoor {
    store: Store,
    institution: InstitutionId,
    client: ClientId,
}

/// What goes with a change of an endpoint, in the same transaction.
#[derive(Debug, Clone, Default)]
pub struct WebhookChange {
    /// Who did what; a line without institution is one of the door's own.
    pub audit: Vec<(Option<InstitutionId>, AuditLine)>,
    /// The answer to replay.
    pub record: Option<IdempotencyRecord>,
}

/// A test event that is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestEvent {
    /// Its id.
    pub id: EventId,
    /// When it was asked for.
    pub at: Instant,
}

impl Store {
    /// The endpoints of the client of a token, in its institution; none where no client acts.
    #[must_use]
    pub fn webhooks(&self, scope: &Scope) -> Option<WebhookDoor> {
        let client = scope.client()?;
        Some(WebhookDoor { store: self.clone(), institution: scope.institution(), client })
    }
}

impl SystemScope {
    /// The endpoints of a client that are told of all its delegations.
    #[must_use]
    pub fn webhooks(&self, client: ClientId) -> WebhookDoor {
        WebhookDoor { store: self.store().clone(), institution: NIL, client }
    }
}

impl WebhookDoor {
    /// A new secret.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn new_secret(&self) -> Result<Secret<[u8; SECRET_BYTES]>, StoreError> {
        random().map(Secret::new)
    }

    fn who(&self) -> Who {
        Who::owner_of(self.institution)
    }

    async fn seal(&self, id: WebhookEndpointId, secret: &Secret<[u8; SECRET_BYTES]>) -> Result<Vec<u8>, StoreError> {
        self.store.seal(spot(self.institution, id.uuid().as_bytes()), secret.expose()).await
    }

    async fn ready(&self, change: WebhookChange) -> Result<Ready, StoreError> {
        let record = match change.record {
            None => None,
            Some(record) => {
                let kept = Kept { institution: self.institution, client: self.client, record };
                Some(self.store.record_row(kept).await?)
            }
        };
        let own = |(institution, line): (Option<InstitutionId>, _)| (institution.unwrap_or(self.institution), line);
        Ok(Ready { record, audit: change.audit.into_iter().map(own).collect() })
    }
}

/// Where the secrets of an endpoint are sealed: the present one and the one before it alike, for one becomes the other.
pub(crate) const fn spot(institution: InstitutionId, endpoint: &[u8]) -> Spot<'_> {
    Spot { table: "webhook_endpoints", column: "secret", institution, row: endpoint }
}

/// A change whose record is sealed.
struct Ready {
    record: Option<RecordRow>,
    audit: Vec<(InstitutionId, AuditLine)>,
}

impl Ready {
    /// The record is the first insert: a twin waits on it.
    async fn begin(&self, db: &mut Db<'_>) -> Result<(), StoreError> {
        match &self.record {
            Some(row) => idempotency::insert(db, row).await,
            None => Ok(()),
        }
    }

    async fn finish(&self, db: &mut Db<'_>) -> Result<(), StoreError> {
        for (institution, line) in &self.audit {
            commit::audit(db, *institution, line).await?;
        }
        Ok(())
    }
}
