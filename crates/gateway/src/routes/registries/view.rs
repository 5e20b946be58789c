// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is shown of registries.

use serde::Serialize;
use serde_json::{Map, Value};
use tramite_domain::form::{Column, RegistryVersion};
use tramite_domain::time::Instant;
use tramite_storage::RegistryHead;
use utoipa::ToSchema;

use crate::words;

/// A registry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Registry, example = json!({
    "code": "doctoral_courses", "version": 3, "written_at": "2026-09-01T08:30:00Z",
    "columns": [{"key": "amount", "type": "money", "required": true, "public": true, "personal": false}],
    "rows": [{"code": "L12", "label": {"it": "Lettere", "en": "Humanities"}, "amount": 3000}],
}))]
pub(super) struct RegistryView {
    /// Its code.
    #[schema(value_type = words::RegistryCode)]
    code: String,
    /// Which version of it this is.
    #[schema(value_type = words::FormVersionNumber)]
    version: u32,
    /// When that was written.
    #[schema(value_type = words::Timestamp)]
    written_at: Instant,
    /// What a row has beside `code` and `label`.
    #[schema(min_items = 0, max_items = 30)]
    columns: Vec<ColumnView>,
    /// The rows.
    #[schema(value_type = Vec<words::RegistryRow>, min_items = 0, max_items = 10_000)]
    rows: Vec<Map<String, Value>>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryColumn)]
struct ColumnView {
    /// The member of a row that it is, and what expressions call it.
    #[schema(value_type = words::RegistryCode)]
    key: String,
    /// What it holds.
    #[serde(rename = "type")]
    #[schema(value_type = words::ColumnType)]
    kind: &'static str,
    /// Whether every row has it.
    required: bool,
    /// Whether whoever fills in a form sees it.
    public: bool,
    /// Whether it says something of a person.
    personal: bool,
    /// Most characters of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ColumnLength>)]
    max_length: Option<usize>,
    /// The least of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ColumnBound>)]
    min: Option<i64>,
    /// The most of a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ColumnBound>)]
    max: Option<i64>,
}

/// A page of registries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryPage, example = json!({"items": [
    {"code": "doctoral_courses", "version": 3, "rows": 42, "written_at": "2026-09-01T08:30:00Z"},
]}))]
pub(super) struct RegistryPage {
    /// The registries.
    #[schema(min_items = 0, max_items = 500)]
    pub(super) items: Vec<RegistryHeadView>,
    /// How to ask for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CursorText>)]
    pub(super) next_cursor: Option<String>,
}

/// What a list says of a registry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegistryHead)]
pub(super) struct RegistryHeadView {
    /// Its code.
    #[schema(value_type = words::RegistryCode)]
    code: String,
    /// The present version.
    #[schema(value_type = words::FormVersionNumber)]
    version: u32,
    /// How many rows that has.
    #[schema(value_type = words::RegistryRowCount)]
    rows: u32,
    /// When that was written.
    #[schema(value_type = words::Timestamp)]
    written_at: Instant,
}

impl RegistryView {
    /// What is shown of a registry.
    pub(super) fn of(registry: RegistryVersion) -> Self {
        Self {
            code: registry.code.to_string(),
            version: registry.version,
            written_at: registry.written_at,
            columns: registry.input.columns.into_iter().map(ColumnView::of).collect(),
            rows: registry.input.rows,
        }
    }
}

impl ColumnView {
    fn of(column: Column) -> Self {
        Self {
            key: column.name,
            kind: column.kind.name(),
            required: column.required,
            public: column.public,
            personal: column.personal,
            max_length: column.max_length,
            min: column.min,
            max: column.max,
        }
    }
}

impl RegistryHeadView {
    /// What is shown of it.
    pub(super) fn of(head: RegistryHead) -> Self {
        Self { code: head.code.to_string(), version: head.version, rows: head.rows, written_at: head.written_at }
    }
}
