// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a caller writes about a debt position. The schema checks the form; the domain checks the meaning.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use tramite_domain::personal::Personal;
use tramite_domain::time::Instant;
use utoipa::ToSchema;

use super::accounting::AccountingEntryInput;
use crate::words;

/// A debt position as you write it: the short form with `amount` and `due_date`, or the long one with
/// `payment_options`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "external_id": "TARI-2026-000123",
    "service_code": "TARI",
    "description": "TARI 2026",
    "debtor": {"type": "natural_person", "tax_code": "RSSMRA85T10A562S", "full_name": "Mario Rossi"},
    "amount": 12050,
    "due_date": "2026-12-31"
}))]
pub(crate) struct DebtPositionInput {
    #[schema(value_type = words::ExternalId)]
    pub(crate) external_id: String,
    #[schema(value_type = words::ServiceCode)]
    pub(crate) service_code: String,
    #[schema(value_type = Option<words::Line140>)]
    pub(crate) description: Option<String>,
    /// Whether it becomes payable at once; a draft otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub(crate) publish: bool,
    /// Payable only from this instant.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(crate) valid_from: Option<Instant>,
    /// Overrides the rule of the service.
    pub(crate) expires_after_due_date: Option<bool>,
    pub(crate) debtor: DebtorInput,
    /// Short form: what is due, in cents. May be left out where the service has a fixed amount.
    #[schema(value_type = Option<words::AmountCents>)]
    pub(crate) amount: Option<i64>,
    /// Short form: until when.
    #[schema(value_type = Option<words::Day>)]
    pub(crate) due_date: Option<NaiveDate>,
    /// Long form: the alternatives; the first that is used excludes the others.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 10)]
    pub(crate) payment_options: Vec<PaymentOptionInput>,
}

/// Who owes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DebtorInput {
    #[serde(rename = "type")]
    #[schema(value_type = Option<words::SubjectKind>)]
    pub(crate) kind: Option<tramite_domain::debt_position::SubjectKind>,
    #[schema(value_type = words::SubjectTaxCode)]
    pub(crate) tax_code: Personal<String>,
    #[schema(value_type = words::Line70)]
    pub(crate) full_name: Personal<String>,
    #[schema(value_type = Option<words::EmailAddress>)]
    pub(crate) email: Option<Personal<String>>,
    pub(crate) address: Option<AddressInput>,
}

/// A postal address.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressInput {
    #[schema(value_type = Option<words::Line70>)]
    pub(crate) street: Option<Personal<String>>,
    #[schema(value_type = Option<words::Line16>)]
    pub(crate) number: Option<Personal<String>>,
    #[schema(value_type = Option<words::Line16>)]
    pub(crate) postal_code: Option<Personal<String>>,
    #[schema(value_type = Option<words::Line35>)]
    pub(crate) city: Option<Personal<String>>,
    #[schema(value_type = Option<words::TwoCapitals>)]
    pub(crate) province: Option<Personal<String>>,
    #[schema(value_type = Option<words::TwoCapitals>)]
    pub(crate) country: Option<Personal<String>>,
}

/// One way to pay the whole debt.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentOptionInput {
    #[schema(value_type = words::OptionKind)]
    pub(crate) kind: tramite_domain::debt_position::OptionKind,
    /// A reduced option ends here.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(crate) available_until: Option<Instant>,
    /// A reduced option ends so many days after notification.
    #[schema(value_type = Option<words::Days>)]
    pub(crate) available_days: Option<u16>,
    #[schema(min_items = 1, max_items = 100)]
    pub(crate) installments: Vec<InstallmentInput>,
}

/// One payment: it gets its own notice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InstallmentInput {
    /// Your own name of it; needed where the position has more than one installment.
    #[schema(value_type = Option<words::InstallmentReference>)]
    pub(crate) reference: Option<String>,
    /// A number of the institution's own, or the one that the installment has already; left out, a new installment gets a
    /// new one. It has a code of one of the institution's stations, right check digits, lies outside of the range that is
    /// numbered here (or was reserved by an IUV batch), and was never used.
    #[schema(value_type = Option<words::NoticeNumber>)]
    pub(crate) notice_number: Option<String>,
    /// The same by the creditor reference alone: seventeen digits stand for the notice number `3` and these digits. Beside
    /// `notice_number` it must be the one that it carries.
    #[schema(value_type = Option<words::IuvText>)]
    pub(crate) iuv: Option<String>,
    /// What is due, in cents. May be left out where the service has a fixed amount.
    #[schema(value_type = Option<words::AmountCents>)]
    pub(crate) amount: Option<i64>,
    #[schema(value_type = Option<words::Day>)]
    pub(crate) due_date: Option<NaiveDate>,
    /// Not payable from this instant on.
    #[schema(value_type = Option<words::Timestamp>)]
    pub(crate) expires_at: Option<Instant>,
    #[schema(value_type = Option<words::Line140>)]
    pub(crate) description: Option<String>,
    /// One to five shares that add up to the amount; left out: all of it onto the account of the service.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 5)]
    pub(crate) transfers: Vec<TransferInput>,
    /// Goes to the Node and comes back in receipts; no personal data.
    #[serde(default)]
    #[schema(value_type = Option<words::PaymentMetadata>)]
    pub(crate) payment_metadata: BTreeMap<String, String>,
    /// Your own data; never leaves Tramite.
    #[serde(default)]
    #[schema(value_type = Option<words::OwnMetadata>)]
    pub(crate) metadata: BTreeMap<String, String>,
}

/// A share of an installment, with at most one of `account_id`, `beneficiary_id`, `beneficiary` and `stamp`; with
/// none it goes onto the account of the service.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferInput {
    #[schema(value_type = words::AmountCents)]
    pub(crate) amount: i64,
    #[schema(value_type = Option<words::AccountCode>)]
    pub(crate) account_id: Option<String>,
    #[schema(value_type = Option<words::BeneficiaryCode>)]
    pub(crate) beneficiary_id: Option<String>,
    /// A beneficiary written out; needs the scope `debt-positions:free-beneficiary`.
    pub(crate) beneficiary: Option<BeneficiaryInput>,
    pub(crate) stamp: Option<StampInput>,
    /// The taxonomy code of the service where left out.
    #[schema(value_type = Option<words::TaxonomyCode>)]
    pub(crate) taxonomy_code: Option<String>,
    /// Made from IUV, amount and description where left out.
    #[schema(value_type = Option<words::Line140>)]
    pub(crate) remittance_information: Option<String>,
    /// Goes to the Node and comes back in receipts; no personal data.
    #[serde(default)]
    #[schema(value_type = Option<words::PaymentMetadata>)]
    pub(crate) payment_metadata: BTreeMap<String, String>,
    /// How it is booked in your budget: the entries add up to the transfer. Never leaves Tramite; comes back with the
    /// receipt.
    #[serde(default)]
    #[schema(min_items = 0, max_items = 20)]
    pub(crate) accounting: Vec<AccountingEntryInput>,
}

/// A beneficiary written out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BeneficiaryInput {
    #[schema(value_type = words::InstitutionTaxCode)]
    pub(crate) tax_code: String,
    #[schema(value_type = words::Line140)]
    pub(crate) company_name: String,
    #[schema(value_type = words::Iban)]
    pub(crate) iban: String,
}

/// A digital stamp.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StampInput {
    /// SHA-256 of the document, base64.
    #[schema(value_type = words::DocumentHash)]
    pub(crate) document_hash: String,
    /// Province of residence of the payer.
    #[schema(value_type = words::TwoCapitals)]
    pub(crate) province: String,
}

const fn yes() -> bool {
    true
}
