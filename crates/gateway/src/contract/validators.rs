// SPDX-License-Identifier: AGPL-3.0-or-later
//! The schemas of the contract, compiled: what the document promises to refuse is refused by the document itself.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::ContractError;

/// Where references to components lead.
const COMPONENTS: &str = "#/components/schemas/";
/// What a schema says to people only: most of the document, which no check needs.
const FOR_PEOPLE: [&str; 6] = ["title", "description", "example", "examples", "default", "deprecated"];
/// Members of a schema whose own members are names, each with a schema.
const NAMES: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "$defs"];
/// Members of a schema that are values and no schemas.
const VALUES: [&str; 4] = ["enum", "const", "required", "dependentRequired"];

/// The components that are bodies of requests, each compiled when the first of its kind comes: together they are some
/// megabytes, and a program serves few kinds of them.
pub(super) struct Bodies {
    /// What each component that they reach says to a check, as JSON.
    texts: HashMap<String, Box<str>>,
    compiled: HashMap<String, OnceLock<Validator>>,
}

/// Validators of parameters. Many operations have the same ones.
#[derive(Default)]
pub(super) struct Parameters(HashMap<String, Arc<Validator>>);

/// How a query parameter is read and checked.
pub(crate) struct ParameterRule {
    /// What its text stands for.
    pub(crate) kind: ParameterKind,
    /// The schema of its value.
    pub(crate) validator: Arc<Validator>,
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

impl Bodies {
    /// Those of a document.
    pub(super) fn of(document: &Value) -> Bodies {
        let mut names = BTreeSet::new();
        let items = document.get("paths").and_then(Value::as_object).into_iter().flat_map(|paths| paths.values());
        for operation in items.filter_map(Value::as_object).flat_map(|item| item.values()) {
            let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
            let schemas =
                content.into_iter().flatten().filter_map(|(_, media)| media.pointer("/schema/$ref")?.as_str());
            names.extend(schemas.filter_map(|reference| reference.rsplit('/').next()).map(str::to_owned));
        }
        let bodies = names.iter().map(|name| reference(name)).collect();
        let reached = components(&bodies, |name| within(document, name));
        Bodies {
            texts: reached.into_iter().map(|(name, schema)| (name, schema.to_string().into())).collect(),
            compiled: names.into_iter().map(|name| (name, OnceLock::new())).collect(),
        }
    }

    /// The validator of the component of that name.
    ///
    /// # Errors
    /// [`ContractError`] where it is no body of a request, or cannot be compiled: mistakes in the program.
    pub(super) fn get(&self, name: &str) -> Result<&Validator, ContractError> {
        let place = self.compiled.get(name).ok_or_else(|| ContractError::NoBody(name.to_owned()))?;
        if let Some(validator) = place.get() {
            return Ok(validator);
        }
        let validator = compile(name, reference(name), |name| {
            self.texts.get(name).and_then(|text| serde_json::from_str(text).ok())
        })?;
        Ok(place.get_or_init(|| validator))
    }

    /// The names of all of them.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.compiled.keys().map(String::as_str)
    }
}

/// The validator of one component, wherever it stands.
pub(super) fn component(document: &Value, name: &str) -> Result<Validator, ContractError> {
    compile(name, reference(name), |name| within(document, name))
}

impl Parameters {
    /// The rule of one query parameter or header.
    pub(super) fn rule(
        &mut self,
        document: &Value,
        name: &str,
        written: &Value,
    ) -> Result<ParameterRule, ContractError> {
        let schema = written.get("schema").map_or(Value::Bool(true), for_checks);
        let (kind, text) = (kind_of(document, &schema), schema.to_string());
        let validator = match self.0.entry(text) {
            Entry::Occupied(known) => Arc::clone(known.get()),
            Entry::Vacant(place) => {
                Arc::clone(place.insert(Arc::new(compile(name, schema, |name| within(document, name))?)))
            }
        };
        let required = written.get("required").and_then(Value::as_bool).unwrap_or(false);
        Ok(ParameterRule { kind, required, validator })
    }
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

/// A schema that is no more than the name of a component.
fn reference(name: &str) -> Value {
    json!({"$ref": format!("{COMPONENTS}{name}")})
}

fn within(document: &Value, name: &str) -> Option<Value> {
    document.pointer("/components/schemas")?.get(name).map(for_checks)
}

/// Compiles a schema with the components that it names, so that its references resolve within itself. All others would be kept
/// in memory with every validator, and they are most of the document.
fn compile(
    name: &str,
    mut schema: Value,
    component: impl Fn(&str) -> Option<Value>,
) -> Result<Validator, ContractError> {
    let named = components(&schema, component);
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

/// The components that a schema names, and those that they name.
fn components(schema: &Value, component: impl Fn(&str) -> Option<Value>) -> Map<String, Value> {
    let (mut found, mut waiting) = (Map::new(), named(schema));
    while let Some(name) = waiting.pop() {
        if found.contains_key(&name) {
            continue;
        }
        if let Some(component) = component(&name) {
            waiting.extend(named(&component));
            found.insert(name, component);
        }
    }
    found
}

/// The components that stand in a schema by their names.
fn named(schema: &Value) -> Vec<String> {
    let (mut found, mut unread) = (Vec::new(), vec![schema]);
    while let Some(value) = unread.pop() {
        match value {
            Value::Object(members) => unread.extend(members.values()),
            Value::Array(items) => unread.extend(items),
            _ => continue,
        }
        let reference = value.get("$ref").and_then(Value::as_str);
        found.extend(reference.and_then(|text| text.strip_prefix(COMPONENTS)).map(str::to_owned));
    }
    found
}

/// A schema without what it says to people.
fn for_checks(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(for_checks).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| !FOR_PEOPLE.contains(&name.as_str()));
            let shorter = kept.map(|(name, value)| {
                let value = match value {
                    Value::Object(named) if NAMES.contains(&name.as_str()) => {
                        named.iter().map(|(name, schema)| (name.clone(), for_checks(schema))).collect()
                    }
                    value if VALUES.contains(&name.as_str()) => value.clone(),
                    value => for_checks(value),
                };
                (name.clone(), value)
            });
            shorter.collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{PLACEHOLDER_URL, contract};

    #[test]
    fn every_body_of_a_request_can_be_compiled() {
        let bodies = Bodies::of(&contract(PLACEHOLDER_URL).unwrap());
        assert!(bodies.names().count() > 20);
        for name in bodies.names() {
            bodies.get(name).unwrap();
        }
        assert!(matches!(bodies.get("Problem"), Err(ContractError::NoBody(_))));
    }

    #[test]
    fn a_schema_loses_what_it_says_to_people_and_no_member_that_is_called_so() {
        let schema = json!({
            "title": "A", "description": "B", "type": "object", "required": ["description", "title"],
            "properties": {
                "description": {"type": "string", "description": "C", "examples": ["D"]},
                "default": {"enum": [{"title": "E"}], "default": {"title": "E"}},
            },
            "oneOf": [{"title": "F", "$ref": "#/components/schemas/G"}],
        });
        let shorter = json!({
            "type": "object", "required": ["description", "title"],
            "properties": {"description": {"type": "string"}, "default": {"enum": [{"title": "E"}]}},
            "oneOf": [{"$ref": "#/components/schemas/G"}],
        });
        assert_eq!(for_checks(&schema), shorter);
        assert_eq!(named(&shorter), ["G"]);
    }
}
