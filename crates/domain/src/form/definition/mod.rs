// SPDX-License-Identifier: AGPL-3.0-or-later
//! A form as an office writes it: JSON, nothing in it believed yet. Expressions are texts here; [`super::publish()`] reads them.

mod amount;
mod field;
mod positions;
mod read;
mod test_case;

use serde::{Deserialize, Serialize};

pub use amount::{AmountInput, LineInput, TableInput, TableRowInput};
pub use field::{Bound, FieldInput, FieldType, Normalization, OptionInput};
pub use positions::{
    AccountingInput, LookupInput, OnHit, OnMiss, PartyInput, QuotaInput, RuleInput, StampRuleInput, TransferRuleInput,
    WindowInput,
};
pub use read::read;
pub use test_case::{CaseInput, ExpectedInput, FaultInput};

use super::labels::Labels;

/// A form as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The code of the service.
    pub code: String,
    /// Languages of every label, Italian among them.
    pub languages: Vec<String>,
    /// What citizens read above it.
    pub title: Labels,
    /// National taxonomy code, bare; what every transfer has that names none.
    pub taxonomy_code: String,
    /// Kind of collection, 6 to 9.
    pub collection_kind: u8,
    /// The account of every transfer that names none.
    pub account_id: String,
    /// When it is open; always where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowInput>,
    /// What is asked.
    pub fields: Vec<FieldInput>,
    /// Values by keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableInput>,
    /// What must hold between fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleInput>,
    /// What is due.
    pub amount: AmountInput,
    /// Where the money goes; all of it to the account above where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfers: Vec<TransferRuleInput>,
    /// A digital stamp beside the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<StampRuleInput>,
    /// What makes two submissions the same one; nothing where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<String>,
    /// How many submissions there may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<QuotaInput>,
    /// The position that is looked for before one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<LookupInput>,
    /// Who owes.
    pub debtor: PartyInput,
    /// Who pays, where it is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer: Option<PartyInput>,
    /// For whom it is paid, where it is somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<PartyInput>,
    /// What the payment says, with `{names}`.
    pub remittance_template: String,
    /// What goes to the Node with the payment, each value a template.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub payment_metadata: std::collections::BTreeMap<String, String>,
    /// Until when it is to be paid: an expression of a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<String>,
    /// From when on it cannot be paid: an expression of a day (its end) or of an instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// What is tried when it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<CaseInput>,
}
