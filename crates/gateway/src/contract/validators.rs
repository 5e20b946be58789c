// SPDX-License-Identifier: AGPL-3.0-or-later
//! The schemas of the contract, compiled: what the document promises to refuse is refused by the document itself.

use std::collections::{BTreeSet, HashMap};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::ContractError;

/// Checks the body of requests against one component.
pub(crate) struct BodyValidator(Validator);

/// How a query parameter is read and checked.
pub(crate) struct ParameterRule {
    /// What its text stands for.
    pub(crate) kind: ParameterKind,
    /// The schema of its value.
    pub(crate) validator: Validator,
    /// Whether it must be there.
    pub(crate) required: bool,
}

/// What the text of a query parameter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    /// Itself.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

impl BodyValidator {
    /// The validator within.
    pub(crate) fn schema(&self) -> &Validator {
        &self.0
    }
}

/// Validators of all components that are bodies of requests.
pub(super) fn bodies(document: &Value) -> Result<HashMap<String, BodyValidator>, ContractError> {
    let mut names = BTreeSet::new();
    let items = document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.values());
    for operation in items.filter_map(Value::as_object).flat_map(|item| item.values()) {
        let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
        let schemas = content.into_iter().flatten().filter_map(|(_, media)| media.pointer("/schema/$ref")?.as_str());
        names.extend(schemas.filter_map(|reference| reference.rsplit('/').next()).map(str::to_owned));
    }
    names
        .into_iter()
        .map(|name| {
            let validator = component(document, &name)?;
            Ok((name, validator))
        })
        .collect()
}

/// The validator of one component, wherever it stands.
pub(super) fn component(document: &Value, name: &str) -> Result<BodyValidator, ContractError> {
    compile(document, name, json!({"$ref": format!("{COMPONENTS}{name}")})).map(BodyValidator)
}

/// The rule of one query parameter.
pub(super) fn parameter(document: &Value, name: &str, written: &Value) -> Result<ParameterRule, ContractError> {
    let schema = written.get("schema").cloned().unwrap_or(Value::Bool(true));
    Ok(ParameterRule {
        kind: kind_of(document, &schema),
        required: written.get("required").and_then(Value::as_bool).unwrap_or(false),
        validator: compile(document, name, schema)?,
    })
}

fn kind_of(document: &Value, schema: &Value) -> ParameterKind {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
    let schema = reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => ParameterKind::Integer,
        Some("boolean") => ParameterKind::Boolean,
        _ => ParameterKind::Text,
    }
}

fn compile(document: &Value, name: &str, mut schema: Value) -> Result<Validator, ContractError> {
    // The components that it names come along, so that its references resolve within the schema itself. All others would
    // be kept in memory with every validator, and they are most of the document.
    let named = components(document, &schema);
    if let Some(object) = schema.as_object_mut() {
        object.insert("components".to_owned(), json!({"schemas": named}));
    }
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .build(&schema)
        .map_err(|error| ContractError::Schema { name: name.to_owned(), reason: error.to_string() })
}

/// Where references to components lead.
const COMPONENTS: &str = "#/components/schemas/";

/// The components that a schema names, and those that they name.
fn components(document: &Value, schema: &Value) -> Map<String, Value> {
    let mut found = Map::new();
    let mut unread = vec![schema];
    while let Some(value) = unread.pop() {
        let children: Vec<&Value> = match value {
            Value::Object(members) => members.values().collect(),
            Value::Array(items) => items.iter().collect(),
            _ => continue,
        };
        unread.extend(children);
        let named = value.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix(COMPONENTS));
        let Some(name) = named.filter(|name| !found.contains_key(*name)) else { continue };
        if let Some(component) = document.pointer("/components/schemas").and_then(|schemas| schemas.get(name)) {
            found.insert(name.to_owned(), component.clone());
            unread.push(component);
        }
    }
    found
}
