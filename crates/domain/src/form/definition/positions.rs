// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of a submission, as written: when it may come, who owes, where the money goes.

use serde::{Deserialize, Serialize};

use crate::form::labels::Labels;

/// When the form is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowInput {
    /// The first instant, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// The first instant when it is closed again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// The last day, or the instant after which it is closed, for these values: an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<String>,
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleInput {
    /// An expression of yes or no; what is not known yet (a field without value) holds.
    pub assert: String,
    /// The code of the violation, the form's own.
    pub code: String,
    /// The field that the violation stands at; the whole where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What people read.
    pub message: Labels,
}

/// A share of the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferRuleInput {
    /// An expression of money; one transfer has none and takes the rest. A share of nothing is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The account; the form's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The taxonomy code; the form's where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxonomy_code: Option<String>,
    /// How it is booked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounting: Vec<AccountingInput>,
}

/// A part of a share and where it is booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountingInput {
    /// An expression of money; one entry has none and takes the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Chapter of the budget (capitolo).
    pub chapter: String,
    /// Article below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Assessment (accertamento).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<String>,
    /// Year of competence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
}

/// A digital stamp, paid beside the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampRuleInput {
    /// When there is one: an expression.
    pub when: String,
    /// Cents.
    pub amount: i64,
    /// The field with the hash of the document.
    pub document_hash: String,
    /// The province: an expression of two capital letters.
    pub province: String,
    /// Its taxonomy code.
    pub taxonomy_code: String,
    /// What its line is called.
    pub label: Labels,
}

/// How many submissions there may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaInput {
    /// Its name.
    pub name: String,
    /// What is counted apart: expressions of texts; all together where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Which submissions count; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How many: an expression of a whole number; without a value there is no limit.
    pub limit: String,
    /// For how many minutes a place is held for who goes on to pay, half an hour where absent; with a notice it is held until the due
    /// date, at most three days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_minutes: Option<u16>,
}

/// The position that is looked for first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupInput {
    /// The service whose positions are looked at.
    pub service: String,
    /// The fields that a position is known by, in its own metadata.
    pub by: Vec<String>,
    /// What happens when there is one.
    pub on_hit: OnHit,
    /// What happens when there is none.
    pub on_miss: OnMiss,
}

/// A position was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnHit {
    /// It is the one that is paid, whatever this form would ask.
    PayExisting,
    /// The submission is refused.
    Refuse,
}

/// No position was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMiss {
    /// The form makes one.
    Allow,
    /// The submission is refused.
    Refuse,
}

/// A person or a body, from the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyInput {
    /// When it is a legal person; always a natural one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_person_if: Option<String>,
    /// An expression of its tax code; `'ANONIMO'` for a debtor who cannot be identified.
    pub tax_code: String,
    /// An expression of its name.
    pub full_name: String,
    /// An expression of its e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}
