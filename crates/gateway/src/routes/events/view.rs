// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of an event: the envelope of the domain, with the bounds of the contract.

use serde::Serialize;
use tramite_domain::anomaly::Anomaly;
use tramite_domain::event::EventData;
use tramite_domain::event_envelope::Envelope;
use tramite_domain::money::Cents;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::routes::debt_positions::FieldChangeView;
use crate::routes::persons::ErasedView;
use crate::words;

/// Something that happened: enough to book without a second call, and no personal data.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Event, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e30", "type": "installment.paid", "timestamp": "2026-09-20T10:00:01Z",
    "institution_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01", "institution_tax_code": "99999000013", "sequence": 2,
    "data": {
        "service_code": "TARI", "external_id": "TARI-2026-000123",
        "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e05",
        "installment_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e06", "installment_reference": "unica",
        "iuv": "05000000001234586", "notice_number": "305000000001234586", "amount": 12050,
        "paid_at": "2026-09-20T10:00:00Z", "channel": "pagopa", "receipt_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09",
        "session_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e0a", "client_reference": "SUAPE-2026-000123",
        "status": "paid", "previous_status": "open",
    },
}))]
pub(crate) struct EventView {
    /// Tells it from its own repetitions.
    #[schema(value_type = words::Id)]
    id: String,
    #[serde(rename = "type")]
    #[schema(value_type = words::EventType)]
    kind: &'static str,
    #[schema(value_type = words::Timestamp)]
    timestamp: Instant,
    #[schema(value_type = words::Id)]
    institution_id: String,
    #[schema(value_type = words::InstitutionTaxCode)]
    institution_tax_code: String,
    /// The version of what it is about after the event: of two events of one debt position, or of one checkout session, the
    /// one with the higher number came later. Events of one act share it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::RowVersion>)]
    sequence: Option<i64>,
    data: EventDataView,
}

/// The facts of an event. What does not apply is absent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventData)]
pub(crate) struct EventDataView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ServiceCode>)]
    service_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ExternalId>)]
    external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    debt_position_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    installment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::InstallmentReference>)]
    installment_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    iuv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    notice_number: Option<String>,
    /// What was paid, or taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedCents>)]
    amount: Option<Cents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    paid_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FaultCode>)]
    channel: Option<String>,
    /// The `id` of the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    receipt_id: Option<String>,
    /// The checkout session, also that of a payment, where it is your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    session_id: Option<String>,
    /// What you called that session.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line128>)]
    client_reference: Option<String>,
    /// The file that was loaded, or was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    import_id: Option<String>,
    /// The file of documents that is there, or will not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    document_batch_id: Option<String>,
    /// The delegation that was given, changed or ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    delegation_id: Option<String>,
    /// The client that may act by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    delegated_client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    support_access_id: Option<String>,
    /// The webhook endpoint that is told no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    webhook_endpoint_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::WebhookDisabledReason>)]
    disabled_reason: Option<String>,
    /// The state afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FaultCode>)]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::FaultCode>)]
    previous_status: Option<String>,
    /// Whether a checkout session was paid after it had closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    late: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<words::Anomaly>, min_items = 0, max_items = 15)]
    anomalies: Vec<&'static str>,
    /// The client that did it; absent where the Node, a payer or the clock did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    changed_by: Option<String>,
    /// What was changed of a debt position.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 0, max_items = 50)]
    changes: Vec<FieldChangeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::MoreItems>)]
    more_changes: Option<u32>,
    /// How much of what named a person went. Whose it was is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    erased: Option<ErasedView>,
}

impl EventView {
    /// The envelope as it is.
    pub(super) fn of(told: Envelope) -> Self {
        Self {
            id: told.id.to_string(),
            kind: told.kind,
            timestamp: told.timestamp,
            institution_id: told.institution_id.to_string(),
            institution_tax_code: told.institution_tax_code,
            sequence: told.sequence,
            data: EventDataView::of(told.data),
        }
    }
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl EventDataView {
    fn of(data: EventData) -> Self {
        Self {
            service_code: text(data.service_code),
            external_id: text(data.external_id),
            debt_position_id: text(data.debt_position_id),
            installment_id: text(data.installment_id),
            installment_reference: text(data.installment_reference),
            iuv: data.iuv,
            notice_number: data.notice_number,
            amount: data.amount,
            paid_at: data.paid_at,
            channel: data.channel,
            receipt_id: text(data.receipt_id),
            session_id: text(data.session_id),
            client_reference: data.client_reference,
            import_id: text(data.import_id),
            document_batch_id: text(data.document_batch_id),
            delegation_id: text(data.delegation_id),
            delegated_client_id: text(data.delegated_client_id),
            support_access_id: text(data.support_access_id),
            webhook_endpoint_id: text(data.webhook_endpoint_id),
            disabled_reason: data.disabled_reason,
            status: data.status,
            previous_status: data.previous_status,
            late: data.late,
            anomalies: data.anomalies.into_iter().map(Anomaly::name).collect(),
            changed_by: text(data.changed_by),
            changes: data.changes.into_iter().map(FieldChangeView::of).collect(),
            more_changes: data.more_changes,
            erased: data.erased.map(ErasedView::of),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tramite_domain::event::{Event, EventKind};
    use tramite_domain::field_change::FieldChange;
    use tramite_domain::person::Erased;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_feed_tells_exactly_what_the_envelope_does() {
        let id = Uuid::from_u128(7);
        let change = FieldChange {
            field: "amount".to_owned(),
            installment_reference: Some("unica".parse().unwrap()),
            before: Some("100".to_owned()),
            after: Some("200".to_owned()),
        };
        let data = EventData {
            service_code: Some("TARI".parse().unwrap()),
            external_id: Some("TARI-1".parse().unwrap()),
            debt_position_id: Some(id.into()),
            version: Some(3),
            installment_id: Some(id.into()),
            installment_reference: Some("unica".parse().unwrap()),
            iuv: Some("05000000001234586".to_owned()),
            notice_number: Some("305000000001234586".to_owned()),
            amount: Some(Cents::payable(12_050).unwrap()),
            paid_at: Some(Instant::UNIX_EPOCH),
            channel: Some("pagopa".to_owned()),
            receipt_id: Some(id.into()),
            session_id: Some(id.into()),
            client_reference: Some("SUAPE-1".to_owned()),
            session_client_id: None,
            import_id: Some(id.into()),
            document_batch_id: Some(id.into()),
            delegation_id: Some(id.into()),
            delegated_client_id: Some(id.into()),
            support_access_id: Some(id.into()),
            webhook_endpoint_id: Some(id.into()),
            disabled_reason: Some("gone".to_owned()),
            status: Some("paid".to_owned()),
            previous_status: Some("open".to_owned()),
            late: Some(true),
            anomalies: BTreeSet::from([Anomaly::StandIn]),
            changed_by: Some(id.into()),
            changes: vec![change],
            more_changes: Some(4),
            erased: Some(Erased { debt_positions: 1, receipts: 2, ..Erased::default() }),
        };
        for data in [data, EventData::default()] {
            let kind = EventKind::InstallmentPaid;
            let event = Event { id: id.into(), kind, at: Instant::UNIX_EPOCH, client_id: None, data };
            let told = Envelope::of(event, id.into(), "99999000013");
            let shown = serde_json::to_value(EventView::of(told.clone())).unwrap();
            assert_eq!(shown, serde_json::to_value(&told).unwrap());
        }
    }
}
