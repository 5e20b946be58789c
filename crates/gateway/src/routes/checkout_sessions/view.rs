// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a checkout session.

use serde::Serialize;
use serde_json::{Map, Value};
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::words;

/// A checkout session. Its status is apart from the status of its debt positions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CheckoutSession, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e05",
    "status": "open",
    "status_reason": "waiting_for_payer",
    "is_final": false,
    "client_reference": "SUAPE-2026-000123",
    "url": "https://tramite.example.it/s/AZhdPHoQe36NCz8fWmwuBcUo2mXq0g8h5sVbY1dTnKk",
    "amount": 5000,
    "amount_paid": 0,
    "created_at": "2026-09-01T08:30:00Z",
    "expires_at": "2026-09-01T09:00:00Z",
    "next_check_after": "2026-09-01T08:30:05Z",
    "line_items": [{
        "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
        "external_id": "SUAPE-2026-000123",
        "service_code": "SUAPE",
        "installment_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
        "installment_reference": "single",
        "iuv": "05000000001234586",
        "notice_number": "305000000001234586",
        "description": "Pratica SUAPE",
        "amount": 5000,
        "amount_due": 5000,
        "status": "open",
        "anomalies": []
    }],
    "links": {"receipts": []},
    "metadata": {}
}))]
pub(crate) struct CheckoutSessionView {
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    #[schema(value_type = words::SessionStatus)]
    pub(super) status: &'static str,
    /// Why it is in that status.
    #[schema(value_type = words::SessionReason)]
    pub(super) status_reason: &'static str,
    /// True when no later event can change the status: everything is paid.
    pub(super) is_final: bool,
    /// Whether it was paid after it had closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) late: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line128>)]
    pub(super) client_reference: Option<String>,
    /// Where you send the citizen. It is the citizen's key, and absent for an operator who reads in support.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::WebAddress>)]
    pub(super) url: Option<String>,
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount: i64,
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount_paid: i64,
    #[schema(value_type = words::Timestamp)]
    pub(super) created_at: Instant,
    /// The address mints no cart from this instant on.
    #[schema(value_type = words::Timestamp)]
    pub(super) expires_at: Instant,
    /// When it is worth asking again, if you do not wait or listen to events.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) next_check_after: Option<Instant>,
    /// Until when the payment may be running.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) locked_until: Option<Instant>,
    #[schema(min_items = 1, max_items = 5)]
    pub(super) line_items: Vec<LineItemView>,
    pub(super) links: SessionLinks,
    #[schema(value_type = words::FreeMetadata)]
    pub(super) metadata: Map<String, Value>,
}

/// One thing to pay. Of another institution's notice you learn its number, amount and whether it is paid.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LineItem)]
pub(crate) struct LineItemView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub(super) debt_position_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ExternalId>)]
    pub(super) external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ServiceCode>)]
    pub(super) service_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub(super) installment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::InstallmentReference>)]
    pub(super) installment_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::IuvText>)]
    pub(super) iuv: Option<String>,
    #[schema(value_type = words::NoticeNumber)]
    pub(super) notice_number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    pub(super) description: Option<String>,
    /// What was due when the session was made.
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount: i64,
    /// What is due now, while it can be paid: the address asks for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    pub(super) amount_due: Option<i64>,
    #[schema(value_type = words::InstallmentStatus)]
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) paid_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedCents>)]
    pub(super) paid_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::PaymentChannel>)]
    pub(super) channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub(super) receipt_id: Option<String>,
    #[schema(value_type = Vec<words::Anomaly>, min_items = 0, max_items = 15)]
    pub(super) anomalies: Vec<&'static str>,
}

/// Where to read on.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionLinks {
    /// Addresses of the receipts.
    #[schema(value_type = Vec<words::ResourcePath>, min_items = 0, max_items = 5)]
    pub(super) receipts: Vec<String>,
}
