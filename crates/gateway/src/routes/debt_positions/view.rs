// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller reads of a debt position: its facts, and the states that follow from them now.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use super::accounting::AccountingEntryView;
use crate::words;

/// A debt position.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DebtPosition, example = json!({
    "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e01",
    "external_id": "TARI-2026-000123",
    "service_code": "TARI",
    "description": "TARI 2026",
    "origin": "api",
    "status": "open",
    "is_final": false,
    "published_at": "2026-09-01T08:30:00Z",
    "expires_after_due_date": false,
    "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
    "payment_options": [{
        "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e02",
        "kind": "single",
        "installments": [{
            "id": "01985d3c-7a10-7b7e-8d0b-3f1f5a6c2e03",
            "reference": "single",
            "amount": 12050,
            "amount_due": 12050,
            "due_date": "2026-12-31",
            "iuv": "05000000001234586",
            "notice_number": "305000000001234586",
            "qr_code": "PAGOPA|002|305000000001234586|99999000013|12050",
            "status": "open",
            "is_final": false,
            "anomalies": [],
            "transfers": [{
                "index": 1,
                "amount": 12050,
                "account_id": "main",
                "taxonomy_code": "0101101IM",
                "remittance_information": "/RFB/05000000001234586/120.50/TXT/TARI 2026",
                "payment_metadata": {}
            }],
            "payment_metadata": {},
            "metadata": {}
        }]
    }],
    "warnings": [],
    "created_at": "2026-09-01T08:30:00Z",
    "updated_at": "2026-09-01T08:30:00Z"
}))]
pub(crate) struct DebtPositionView {
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    /// Absent where a receipt for an unknown notice made the position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ExternalId>)]
    pub(super) external_id: Option<String>,
    /// Absent as `external_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ServiceCode>)]
    pub(super) service_code: Option<String>,
    #[schema(value_type = words::Line140)]
    pub(super) description: String,
    /// How it came to be.
    #[schema(value_type = words::PositionOrigin)]
    pub(super) origin: &'static str,
    #[schema(value_type = words::PositionStatus)]
    pub(super) status: &'static str,
    /// True when no later event can change the status; only a payment that you marked yourself you can still take back.
    pub(super) is_final: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) published_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) cancelled_at: Option<Instant>,
    pub(super) expires_after_due_date: bool,
    pub(super) debtor: DebtorView,
    #[schema(min_items = 1, max_items = 100)]
    pub(super) payment_options: Vec<PaymentOptionView>,
    /// What you should look at, though it was accepted.
    #[schema(min_items = 0, max_items = 100)]
    pub(super) warnings: Vec<WarningView>,
    #[schema(value_type = words::Timestamp)]
    pub(super) created_at: Instant,
    #[schema(value_type = words::Timestamp)]
    pub(super) updated_at: Instant,
}

/// Something accepted that looks wrong.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Warning)]
pub(crate) struct WarningView {
    #[schema(value_type = words::Pointer)]
    pub(super) pointer: String,
    #[schema(value_type = words::FaultCode)]
    pub(super) code: &'static str,
}

/// Who owes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Debtor)]
pub(crate) struct DebtorView {
    #[serde(rename = "type")]
    #[schema(value_type = words::SubjectKind)]
    pub(super) kind: &'static str,
    #[schema(value_type = words::SubjectTaxCode)]
    pub(super) tax_code: String,
    #[schema(value_type = words::Line70)]
    pub(super) full_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::EmailAddress>)]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<AddressView>,
}

/// A postal address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub(crate) struct AddressView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line70>)]
    pub(super) street: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line16>)]
    pub(super) number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line16>)]
    pub(super) postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line35>)]
    pub(super) city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::TwoCapitals>)]
    pub(super) province: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::TwoCapitals>)]
    pub(super) country: Option<String>,
}

/// One way to pay the whole debt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PaymentOption)]
pub(crate) struct PaymentOptionView {
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    #[schema(value_type = words::OptionKind)]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) available_until: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Days>)]
    pub(super) available_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    pub(super) notified_on: Option<NaiveDate>,
    #[schema(min_items = 1, max_items = 10000)]
    pub(super) installments: Vec<InstallmentView>,
}

/// One payment with its own notice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Installment)]
pub(crate) struct InstallmentView {
    #[schema(value_type = words::Id)]
    pub(super) id: String,
    #[schema(value_type = words::InstallmentReference)]
    pub(super) reference: String,
    /// What stands in the debt position.
    #[schema(value_type = words::ReceivedCents)]
    pub(super) amount: i64,
    /// What is due now, while it can be paid: the amount, and what the service adds after the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AmountCents>)]
    pub(super) amount_due: Option<i64>,
    /// What the service adds to the amount now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) late_charge: Option<LateChargeView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Day>)]
    pub(super) due_date: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) expires_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    pub(super) description: Option<String>,
    #[schema(value_type = words::IuvText)]
    pub(super) iuv: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::NoticeNumber>)]
    pub(super) notice_number: Option<String>,
    /// The text of the QR code on the notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::QrText>)]
    pub(super) qr_code: Option<String>,
    #[schema(value_type = words::InstallmentStatus)]
    pub(super) status: &'static str,
    /// True when no later event can change the status; only a payment that you marked yourself you can still take back.
    pub(super) is_final: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) paid_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ReceivedCents>)]
    pub(super) paid_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::PaymentChannel>)]
    pub(super) channel: Option<&'static str>,
    /// By what you find a payment again that you marked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Line140>)]
    pub(super) payment_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Id>)]
    pub(super) receipt_id: Option<String>,
    /// Until when somebody may be paying it: it can be neither replaced nor cancelled before, unless forced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Timestamp>)]
    pub(super) locked_until: Option<Instant>,
    #[schema(value_type = Vec<words::Anomaly>, min_items = 0, max_items = 15)]
    pub(super) anomalies: Vec<&'static str>,
    #[schema(min_items = 0, max_items = 5)]
    pub(super) transfers: Vec<TransferView>,
    #[schema(value_type = words::PaymentMetadata)]
    pub(super) payment_metadata: BTreeMap<String, String>,
    #[schema(value_type = words::OwnMetadata)]
    pub(super) metadata: BTreeMap<String, String>,
}

/// What is added because an installment is late. It goes with one of the transfers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LateCharge)]
pub(crate) struct LateChargeView {
    #[schema(value_type = words::DaysLate)]
    pub(super) days: i64,
    #[schema(value_type = words::ReceivedCents)]
    pub(super) interest: i64,
    #[schema(value_type = words::ReceivedCents)]
    pub(super) surcharge: i64,
}

/// A share of an installment.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Transfer)]
pub(crate) struct TransferView {
    #[schema(value_type = words::TransferIndex)]
    pub(super) index: u8,
    #[schema(value_type = words::AmountCents)]
    pub(super) amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::AccountCode>)]
    pub(super) account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::BeneficiaryCode>)]
    pub(super) beneficiary_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) beneficiary: Option<InlineBeneficiaryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stamp: Option<StampView>,
    #[schema(value_type = words::TaxonomyCode)]
    pub(super) taxonomy_code: String,
    #[schema(value_type = words::Line140)]
    pub(super) remittance_information: String,
    #[schema(value_type = words::PaymentMetadata)]
    pub(super) payment_metadata: BTreeMap<String, String>,
    /// How it is booked, where you said so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(min_items = 0, max_items = 20)]
    pub(super) accounting: Vec<AccountingEntryView>,
}

/// A beneficiary written out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InlineBeneficiary)]
pub(crate) struct InlineBeneficiaryView {
    #[schema(value_type = words::InstitutionTaxCode)]
    pub(super) tax_code: String,
    #[schema(value_type = words::Line140)]
    pub(super) company_name: String,
    #[schema(value_type = words::Iban)]
    pub(super) iban: String,
}

/// A digital stamp.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Stamp)]
pub(crate) struct StampView {
    #[schema(value_type = words::DocumentHash)]
    pub(super) document_hash: String,
    #[schema(value_type = words::TwoCapitals)]
    pub(super) province: String,
}
