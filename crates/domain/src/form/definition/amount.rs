// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is due, as written.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::form::labels::Labels;

/// The rule of the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum AmountInput {
    /// Always the same.
    Fixed {
        /// Cents.
        amount: i64,
        /// What the line of the breakdown is called; the title of the form where absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<Labels>,
    },
    /// What a table of money says.
    Table {
        /// Its name.
        table: String,
        /// As above.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<Labels>,
    },
    /// What the chosen row of a registry says.
    Registry {
        /// The field that chooses the row.
        field: String,
        /// The column; `amount` where absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        column: Option<String>,
        /// As above.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<Labels>,
    },
    /// What the payer enters, within the bounds of the field.
    Free {
        /// The field, of money.
        field: String,
        /// As above.
        #[serde(skip_serializing_if = "Option::is_none")]
        label: Option<Labels>,
    },
    /// The sum of lines.
    Formula {
        /// The lines; one that is nothing is left out.
        lines: Vec<LineInput>,
        /// The least total, cents; below it the submission is refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        least: Option<i64>,
        /// The most, cents.
        #[serde(skip_serializing_if = "Option::is_none")]
        most: Option<i64>,
    },
}

/// A line of the breakdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// What it is called.
    pub label: Labels,
    /// An expression of money; below zero it is a discount.
    pub amount: String,
}

/// Values by keys; expressions read it by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableInput {
    /// Its name.
    pub name: String,
    /// `money` (cents), `integer` or `decimal` (text).
    #[serde(rename = "type")]
    pub kind: super::FieldType,
    /// The keys: expressions of texts.
    pub by: Vec<String>,
    /// Its rows.
    pub rows: Vec<TableRowInput>,
    /// What holds for keys that no row has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Value>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRowInput {
    /// The keys, one for each of `by`.
    pub when: Vec<String>,
    /// The value.
    pub value: Value,
}
