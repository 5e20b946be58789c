// SPDX-License-Identifier: AGPL-3.0-or-later
//! A registry as it is written.

use serde::Deserialize;
use serde_json::{Map, Value};
use tramite_domain::form::{Column, ColumnType, RegistryInput};
use utoipa::ToSchema;

use crate::words;

/// A registry, as a whole: what is not in it is gone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistryInput, example = json!({
    "columns": [{"key": "amount", "type": "money", "required": true, "public": true}, {"key": "seats_left", "type": "text"}],
    "rows": [{"code": "L12", "label": {"it": "Lettere", "en": "Humanities"}, "amount": 3000}],
}))]
pub(super) struct RegistryBody {
    /// What a row has beside `code` and `label`.
    #[schema(min_items = 0, max_items = 30)]
    columns: Option<Vec<ColumnBody>>,
    /// The rows, in the order in which they are shown.
    #[schema(value_type = Vec<words::RegistryRow>, min_items = 0, max_items = 10_000)]
    rows: Vec<Map<String, Value>>,
}

/// A column.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RegistryColumnInput)]
struct ColumnBody {
    /// The member of a row that it is, and what expressions call it. `amount` is money, `deadline` a date or an instant, `capacity` a whole number.
    #[schema(value_type = words::RegistryCode)]
    key: String,
    /// What it holds.
    #[serde(rename = "type")]
    #[schema(value_type = words::ColumnType)]
    kind: ColumnType,
    /// Whether every row has it.
    #[serde(default)]
    #[schema(required = false, default = false)]
    required: bool,
    /// Whether whoever fills in a form sees it.
    #[serde(default)]
    #[schema(required = false, default = false)]
    public: bool,
    /// Whether it says something of a person; then it is never shown, and stands in no text that leaves.
    #[serde(default)]
    #[schema(required = false, default = false)]
    personal: bool,
    /// Most characters of a text; 140 where absent.
    #[schema(value_type = Option<words::ColumnLength>)]
    max_length: Option<u16>,
    /// The least of a number; cents for money.
    #[schema(value_type = Option<words::ColumnBound>)]
    min: Option<i64>,
    /// The most of a number; cents for money.
    #[schema(value_type = Option<words::ColumnBound>)]
    max: Option<i64>,
}

impl From<RegistryBody> for RegistryInput {
    fn from(body: RegistryBody) -> Self {
        Self { columns: body.columns.unwrap_or_default().into_iter().map(Column::from).collect(), rows: body.rows }
    }
}

impl From<ColumnBody> for Column {
    fn from(body: ColumnBody) -> Self {
        Self {
            name: body.key,
            kind: body.kind,
            required: body.required,
            public: body.public,
            personal: body.personal,
            max_length: body.max_length.map(usize::from),
            min: body.min,
            max: body.max,
        }
    }
}
