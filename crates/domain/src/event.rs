// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happened, told to whoever subscribed: enough to book without a second call, and no personal data (api.md, Events).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::anomaly::Anomaly;
use crate::field_change::FieldChange;
use crate::ident::{ExternalId, InstallmentReference, ServiceCode};
use crate::ids::{
    ClientId, DebtPositionId, DelegationId, DocumentBatchId, EventId, ImportId, InstallmentId, ReceiptRowId, SessionId,
    SupportAccessId, WebhookEndpointId,
};
use crate::money::Cents;
use crate::named::named;
use crate::person::Erased;
use crate::time::Instant;

/// One event of an institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the `webhook-id` of every delivery.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
    /// The only client that may see it; none means every client with the scope.
    pub client_id: Option<ClientId>,
    /// The facts.
    pub data: EventData,
}

impl Event {
    /// The event as a client may see it: the session of a payment is told to the client that made the session, and to nobody
    /// else of the institution. Without a client everything is seen.
    #[must_use]
    pub fn seen_by(mut self, client: Option<ClientId>) -> Self {
        let owner = self.data.session_client_id.take();
        if owner.is_some() && client.is_some() && owner != client {
            self.data.session_id = None;
            self.data.client_reference = None;
        }
        self
    }
}

/// Kinds of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// A position was made.
    PositionCreated,
    /// A position changed its state or content.
    PositionUpdated,
    /// An installment was paid.
    InstallmentPaid,
    /// A payment outside of pagoPA was taken back: who has booked it books it back.
    InstallmentReopened,
    /// A receipt was kept that pays nothing here: KO, a second payment, or a beneficiary's copy.
    ReceiptReceived,
    /// Something about a payment is strange.
    AnomalyDetected,
    /// Somebody has dealt with what was strange about a payment.
    AnomalyResolved,
    /// A session changed its state.
    SessionUpdated,
    /// A service was defined or changed.
    ServiceUpdated,
    /// The institution's registry data changed.
    InstitutionUpdated,
    /// Somebody was allowed, or no longer allowed, to act.
    DelegationUpdated,
    /// An operator was let in for support, or no longer.
    SupportAccessUpdated,
    /// An endpoint of the client is told of events no longer.
    WebhookEndpointDisabled,
    /// What named a person was erased, on request or because its time was over.
    PersonalDataErased,
    /// A file of debt positions was loaded, or not.
    ImportFinished,
    /// A file of documents is there, or will not be.
    DocumentBatchFinished,
    /// Nothing happened: an endpoint is tested. It stands in no feed.
    WebhookEndpointTest,
}

named!(EventKind {
    PositionCreated = "debt_position.created", PositionUpdated = "debt_position.updated",
    InstallmentPaid = "installment.paid", InstallmentReopened = "installment.reopened", ReceiptReceived = "receipt.received",
    AnomalyDetected = "payment.anomaly", AnomalyResolved = "payment.anomaly_resolved",
    SessionUpdated = "checkout_session.updated",
    ServiceUpdated = "service.updated", InstitutionUpdated = "institution.updated",
    DelegationUpdated = "delegation.updated", SupportAccessUpdated = "support_access.updated",
    ImportFinished = "import.finished", DocumentBatchFinished = "document_batch.finished",
    WebhookEndpointDisabled = "webhook_endpoint.disabled", PersonalDataErased = "personal_data.erased",
    WebhookEndpointTest = "webhook_endpoint.test",
});

/// The facts of an event; what does not apply is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EventData {
    /// The service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_code: Option<ServiceCode>,
    /// The caller's key of the position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub debt_position_id: Option<DebtPositionId>,
    /// Its version after the event: orders the events of one position (I6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The installment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installment_id: Option<InstallmentId>,
    /// The caller's name of the installment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installment_reference: Option<InstallmentReference>,
    /// The creditor reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iuv: Option<String>,
    /// The notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_number: Option<String>,
    /// Cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Cents>,
    /// When it was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Instant>,
    /// By which way it was paid: `pagopa` or `external`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_id: Option<ReceiptRowId>,
    /// The session; of a payment the one in which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// The caller's key of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Whose the session is, where others see the event too: they are not told of it ([`Event::seen_by`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_client_id: Option<ClientId>,
    /// The file that was loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import_id: Option<ImportId>,
    /// The file of documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_batch_id: Option<DocumentBatchId>,
    /// The delegation that was given or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegation_id: Option<DelegationId>,
    /// Who is allowed to act by it, or no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_client_id: Option<ClientId>,
    /// The access of an operator in support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub support_access_id: Option<SupportAccessId>,
    /// The endpoint that is told no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_endpoint_id: Option<WebhookEndpointId>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// The state now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The state told before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_status: Option<String>,
    /// Whether a session was paid after it had closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late: Option<bool>,
    /// What is strange.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub anomalies: BTreeSet<Anomaly>,
    /// The client that made or changed the position; absent where the Node or the clock did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ClientId>,
    /// What was changed of the position, at most [`crate::field_change::FIELD_CHANGES_MAX`] of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FieldChange>,
    /// How many changes there were beyond those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_changes: Option<u32>,
    /// How much of what named a person went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}
