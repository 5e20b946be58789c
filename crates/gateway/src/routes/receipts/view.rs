// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a receipt, in one shape whatever primitive brought it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use crate::routes::debt_positions::AccountingEntryView;
use crate::words;

/// A receipt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Receipt, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e09",
    "receipt_id": "c110729d258c4ab1b765fe902aae41d6",
    "role": "owner",
    "source": "node",
    "outcome": "ok",
    "creditor_tax_code": "99999000013",
    "debt_position_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
    "external_id": "TARI-2026-000123",
    "service_code": "TARI",
    "installment_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
    "iuv": "05000000001234586",
    "notice_number": "305000000001234586",
    "amount": 12050,
    "fee": 150,
    "description": "TARI 2026",
    "paid_at": "2026-09-15T08:22:33Z",
    "received_at": "2026-09-15T08:22:35Z",
    "transfer_date": "2026-09-16",
    "psp": {"id": "ABCDITM1", "company_name": "Istituto di Prova S.p.A.", "channel_id": "12345678903_07", "channel": "app"},
    "payment_method": "creditCard",
    "transfers": [{
        "index": 1,
        "amount": 12050,
        "beneficiary_tax_code": "99999000013",
        "iban": "IT60X0542811101000000123456",
        "remittance_information": "/RFB/05000000001234586/120.50/TXT/TARI 2026",
        "taxonomy_code": "0101101IM",
        "stamp": false,
        "payment_metadata": {}
    }],
    "payment_metadata": {},
    "anomalies": ["duplicate_payment"],
    "resolutions": [{
        "anomaly": "duplicate_payment",
        "resolved_at": "2026-09-20T09:00:00Z",
        "client_id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e11",
        "note": "Refunded on 2026-09-20, mandate 311"
    }],
    "has_xml": true
}))]
pub(crate) struct ReceiptView {
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    /// The payment token: the IUR of settlement flows.
    #[schema(value_type = words::ReceivedLine)]
    pub(super) receipt_id: String,
    /// Whether your institution owns the notice, or receives a transfer of it.
    #[schema(value_type = words::ReceiptRole)]
    pub(super) role: &'static str,
    #[schema(value_type = words::ReceiptSource)]
    pub(super) source: &'static str,
    /// `ko`: nothing was paid.
    #[schema(value_type = words::ReceiptOutcome)]
    pub(super) outcome: &'static str,
    /// The institution that owns the notice.
    #[schema(value_type = words::InstitutionTaxCode)]
    pub(super) creditor_tax_code: String,
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
    #[schema(value_type = words::ReceivedLine)]
    pub(super) iuv: String,
    #[schema(value_type = words::NoticeNumber)]
    pub(super) notice_number: String,
    /// What was paid, without the fee of the provider, in cents.
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedCents>)]
    pub(super) fee: Option<i64>,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) description: String,
    #[schema(value_type = words::Timestamp)]
    pub(super) paid_at: Instant,
    #[schema(value_type = words::Timestamp)]
    pub(super) received_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    pub(super) application_date: Option<NaiveDate>,
    /// When the money is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    pub(super) transfer_date: Option<NaiveDate>,
    pub(super) psp: PspView,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    pub(super) payment_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) debtor: Option<PartyView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payer: Option<PartyView>,
    /// All of them for the owner of the notice; its own for a beneficiary.
    #[schema(min_items = 0, max_items = 100)]
    pub(super) transfers: Vec<ReceiptTransferView>,
    #[schema(value_type = words::ReceivedMetadata)]
    pub(super) payment_metadata: BTreeMap<String, String>,
    #[schema(value_type = Vec<words::Anomaly>, min_items = 0, max_items = 15)]
    pub(super) anomalies: Vec<&'static str>,
    /// Which of the anomalies somebody has dealt with.
    #[schema(min_items = 0, max_items = 15)]
    pub(super) resolutions: Vec<AnomalyResolutionView>,
    /// Whether the message itself can be read as `application/xml`.
    pub(super) has_xml: bool,
}

/// Who has dealt with an anomaly, and how.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnomalyResolution)]
pub(crate) struct AnomalyResolutionView {
    #[schema(value_type = words::Anomaly)]
    pub(super) anomaly: &'static str,
    #[schema(value_type = words::Timestamp)]
    pub(super) resolved_at: Instant,
    /// The client that resolved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub(super) client_id: Option<String>,
    #[schema(value_type = words::Note)]
    pub(super) note: String,
}

/// The payment service provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Psp)]
pub(crate) struct PspView {
    #[schema(value_type = words::ReceivedLine)]
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    pub(super) tax_code: Option<String>,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) company_name: String,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) channel_id: String,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) channel: String,
}

/// A person or body as the Node wrote it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Party)]
pub(crate) struct PartyView {
    #[serde(rename = "type")]
    #[schema(value_type = words::SubjectKind)]
    pub(super) kind: &'static str,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) tax_code: String,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    pub(super) email: Option<String>,
}

/// A share of a receipt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReceiptTransfer)]
pub(crate) struct ReceiptTransferView {
    #[schema(value_type = words::ReceivedIndex)]
    pub(super) index: u8,
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount: i64,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) beneficiary_tax_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    pub(super) company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedLine>)]
    pub(super) iban: Option<String>,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) remittance_information: String,
    #[schema(value_type = words::ReceivedLine)]
    pub(super) taxonomy_code: String,
    /// Whether a digital stamp came with it.
    pub(super) stamp: bool,
    #[schema(value_type = words::ReceivedMetadata)]
    pub(super) payment_metadata: BTreeMap<String, String>,
    /// How the transfer of your debt position that it pays is booked; absent where its amount is another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 0, max_items = 20)]
    pub(super) accounting: Vec<AccountingEntryView>,
}
