// SPDX-License-Identifier: AGPL-3.0-or-later
//! An office's own examples: a form that does not answer them is not published.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Instant;

/// One example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseInput {
    /// What it shows.
    pub name: String,
    /// When it is submitted.
    pub at: Instant,
    /// What is entered.
    pub values: Map<String, Value>,
    /// What is answered.
    pub expect: ExpectedInput,
}

/// What a case expects; what it does not name is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedInput {
    /// Total, cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    /// The remittance text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remittance_information: Option<String>,
    /// Until when it is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<NaiveDate>,
    /// Cents of every transfer, the stamp last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfers: Option<Vec<i64>>,
    /// Every fault, in any order; a case that names some expects no amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FaultInput>,
}

/// A fault that is expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultInput {
    /// Where, within the body of the submission (`/values/plate`).
    pub pointer: String,
    /// What.
    pub code: String,
}
