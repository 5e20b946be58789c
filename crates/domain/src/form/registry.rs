// SPDX-License-Identifier: AGPL-3.0-or-later
//! Registries: lists that an office keeps beside its forms (courses, streets, halls), whose rows carry amounts, deadlines and
//! whatever else an expression looks up.

mod read;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

pub(crate) use read::bounds;
pub use read::registry;

use super::labels::Labels;
use super::value::Value;
use crate::named::named;

/// A registry as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistryInput {
    /// What a row has beside `code` and `label`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The rows: `code`, `label` by language, and a member for each column.
    pub rows: Vec<Map<String, Json>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The member of a row that it is, and what expressions call it; `amount` is money, `deadline` a date or an instant, `capacity` a whole number.
    #[serde(rename = "key")]
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether every row has it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether whoever fills in the form may see it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// Whether it says something of a person; then it is never public and never in a text that leaves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// Most characters of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// The least of a number (cents for money).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The most of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number, as text.
    Decimal,
    /// Cents.
    Money,
    /// `YYYY-MM-DD`.
    Date,
    /// RFC 3339.
    Instant,
    /// Yes or no.
    Boolean,
}

named!(ColumnType {
    Text = "text",
    Integer = "integer",
    Decimal = "decimal",
    Money = "money",
    Date = "date",
    Instant = "instant",
    Boolean = "boolean",
});

/// A row.
#[derive(Debug, PartialEq)]
pub struct Row {
    /// Its code, unique in the registry.
    pub(crate) code: Arc<str>,
    /// What people read.
    pub(crate) label: Labels,
    /// The values by column.
    pub(crate) cells: BTreeMap<String, Value>,
}

impl Row {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What people read.
    #[must_use]
    pub const fn label(&self) -> &Labels {
        &self.label
    }

    pub(crate) fn cell(&self, column: &str) -> Value {
        if column == CODE {
            return Value::Text(Arc::clone(&self.code));
        }
        self.cells.get(column).cloned().unwrap_or(Value::Absent)
    }
}

/// The column that every registry has.
pub(crate) const CODE: &str = "code";

/// A checked registry.
#[derive(Debug)]
pub struct Registry {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Arc<Row>>,
    pub(crate) by_code: HashMap<Arc<str>, Arc<Row>>,
}

impl Registry {
    /// The rows, in the order they were written.
    #[must_use]
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.rows
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub(crate) fn row(&self, code: &str) -> Option<&Arc<Row>> {
        self.by_code.get(code)
    }
}

/// Registries of an institution, by name.
#[derive(Debug, Default)]
pub struct Registries(BTreeMap<String, Registry>);

impl Registries {
    /// None.
    #[must_use]
    pub const fn new() -> Registries {
        Registries(BTreeMap::new())
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, name: &str, registry: Registry) -> Registries {
        self.0.insert(name.to_owned(), registry);
        self
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The registry of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Registry> {
        self.0.get(name)
    }
}
