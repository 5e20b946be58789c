// SPDX-License-Identifier: AGPL-3.0-or-later
//! One thing that happened to a debt position, in the one shape of all of them. It holds no personal data: whoever may see
//! more follows an id.

use serde::Serialize;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::attempt::{Attempt, AttemptKind};
use tramite_domain::debt_position::DebtPosition;
use tramite_domain::event::{Event, EventKind};
use tramite_domain::field_change::FieldChange;
use tramite_domain::ids::InstallmentId;
use tramite_domain::journal::{Direction, JournalEntry};
use tramite_domain::money::Cents;
use tramite_domain::receipt::Receipt;
use tramite_domain::time::Instant;
use tramite_storage::{TimelineFact, TimelineItem};
use utoipa::ToSchema;

use crate::words;

/// One thing that happened to a debt position. What does not apply is absent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Happening, example = json!({
    "at": "2026-09-01T08:30:00Z", "kind": "debt_position.updated", "event_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e30",
    "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e31", "status": "open",
    "changes": [{"field": "amount", "installment_reference": "single", "before": "12050", "after": "11000"}],
}))]
pub(crate) struct HappeningView {
    #[schema(value_type = words::Timestamp)]
    at: Instant,
    /// `message.*` is a line of the journal, `attempt.*` a try to pay, `receipt.kept` a receipt, `checkout_session.created` a
    /// session; other names are those of events and of actions in the audit trail.
    #[schema(value_type = words::HappeningKind)]
    kind: String,
    /// The client that did it; absent where the Node, a payer or the clock did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    installment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::InstallmentReference>)]
    installment_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    notice_number: Option<String>,
    /// Of a message: its line of the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    journal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    receipt_id: Option<String>,
    /// The checkout session, where it is your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    session_id: Option<String>,
    /// Of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::OperationName>)]
    operation: Option<String>,
    /// Of an answer, or of a receipt: `OK`, `KO`, or the code of the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::OutcomeText>)]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedCents>)]
    amount: Option<Cents>,
    /// The state afterwards, of the debt position or of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FaultCode>)]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FaultCode>)]
    previous_status: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<words::Anomaly>, min_items = 0, max_items = 15)]
    anomalies: Vec<&'static str>,
    /// What was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 0, max_items = 50)]
    changes: Vec<FieldChangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::MoreItems>)]
    more_changes: Option<u32>,
    /// What the client gave as its reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Sentence>)]
    reason: Option<String>,
}

/// A field that was changed. Of what may hold personal data the name alone is told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldChange)]
pub(crate) struct FieldChangeView {
    #[schema(value_type = words::FieldPath)]
    field: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::InstallmentReference>)]
    installment_reference: Option<String>,
    /// Cents, a day, an instant or a word; absent where there was none, and where values are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    after: Option<String>,
}

impl HappeningView {
    pub(super) fn of(item: TimelineItem, position: &DebtPosition) -> Self {
        let session_id = item.session_id.map(|id| id.to_string());
        let view = |kind: &str| Self { session_id, ..Self::new(item.at, kind) };
        match item.fact {
            TimelineFact::Session(_, client) => {
                Self { client_id: Some(client.to_string()), ..view("checkout_session.created") }
            }
            TimelineFact::Message(entry) => Self::of_message(view(message_kind(&entry)), *entry, position),
            TimelineFact::Attempt(attempt) => Self::of_attempt(view(attempt_kind(&attempt)), &attempt, position),
            TimelineFact::Receipt(receipt) => Self::of_receipt(view("receipt.kept"), &receipt, position),
            TimelineFact::Event(event) => Self::of_event(view(event.kind.name()), *event, position),
            TimelineFact::Action(line) => {
                let client_id = line.client_id.map(|id| id.to_string());
                Self { client_id, reason: line.reason, ..view(&line.action) }
            }
        }
    }

    fn new(at: Instant, kind: &str) -> Self {
        Self {
            at,
            kind: kind.to_owned(),
            client_id: None,
            installment_id: None,
            installment_reference: None,
            notice_number: None,
            journal_id: None,
            event_id: None,
            receipt_id: None,
            session_id: None,
            operation: None,
            outcome: None,
            amount: None,
            status: None,
            previous_status: None,
            anomalies: Vec::new(),
            changes: Vec::new(),
            more_changes: None,
            reason: None,
        }
    }

    /// About one of its installments.
    fn about(self, position: &DebtPosition, id: Option<InstallmentId>) -> Self {
        let found = id.and_then(|id| position.installment(id)).map(|(_, one)| one);
        Self {
            installment_id: id.map(|id| id.to_string()),
            installment_reference: found.map(|one| one.reference.to_string()),
            notice_number: found.and_then(|one| one.notice_number.as_ref()).map(ToString::to_string),
            ..self
        }
    }

    fn of_message(view: Self, entry: JournalEntry, position: &DebtPosition) -> Self {
        let is = |number: &str| entry.notice_number.as_deref() == Some(number);
        let mut all = position.installments();
        let found = all.find(|(_, one)| one.notice_number.as_ref().is_some_and(|number| is(number.as_str())));
        let installment = found.map(|(_, one)| one.id);
        let journal_id = Some(entry.id.to_string());
        let view = Self { journal_id, operation: Some(entry.operation), outcome: entry.outcome, ..view };
        view.about(position, installment)
    }

    fn of_attempt(view: Self, attempt: &Attempt, position: &DebtPosition) -> Self {
        Self { amount: Some(attempt.amount), ..view }.about(position, Some(attempt.installment_id))
    }

    fn of_receipt(view: Self, receipt: &Receipt, position: &DebtPosition) -> Self {
        let view = Self {
            receipt_id: Some(receipt.id.to_string()),
            outcome: Some(receipt.content.outcome.name().to_ascii_uppercase()),
            amount: Some(receipt.content.amount),
            anomalies: receipt.anomalies.iter().copied().map(Anomaly::name).collect(),
            ..view
        };
        view.about(position, receipt.position.as_ref().map(|subject| subject.installment_id))
    }

    fn of_event(view: Self, event: Event, position: &DebtPosition) -> Self {
        let data = event.data;
        let by = match event.kind {
            EventKind::PositionCreated => data.changed_by.or(position.created_by),
            EventKind::SessionUpdated => event.client_id,
            _ => data.changed_by,
        };
        let view = Self {
            client_id: by.map(|id| id.to_string()),
            event_id: Some(event.id.to_string()),
            receipt_id: data.receipt_id.map(|id| id.to_string()),
            amount: data.amount,
            status: data.status,
            previous_status: data.previous_status,
            anomalies: data.anomalies.iter().copied().map(Anomaly::name).collect(),
            changes: data.changes.into_iter().map(FieldChangeView::of).collect(),
            more_changes: data.more_changes,
            ..view
        };
        view.about(position, data.installment_id)
    }
}

fn message_kind(entry: &JournalEntry) -> &'static str {
    match entry.direction {
        Direction::Request => "message.request",
        Direction::Response => "message.response",
    }
}

fn attempt_kind(attempt: &Attempt) -> &'static str {
    match attempt.kind {
        AttemptKind::Cart => "attempt.cart",
        AttemptKind::Get => "attempt.get",
        AttemptKind::Rpt => "attempt.rpt",
    }
}

impl FieldChangeView {
    pub(crate) fn of(change: FieldChange) -> Self {
        Self {
            field: change.field,
            installment_reference: change.installment_reference.map(|reference| reference.to_string()),
            before: change.before,
            after: change.after,
        }
    }
}
