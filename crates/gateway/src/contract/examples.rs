// SPDX-License-Identifier: AGPL-3.0-or-later
//! An example for every body: the one that its wire struct gives, else one made of the examples of its words.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// How deep an example that nobody wrote goes; deeper lists stay empty.
const DEPTH_MAX: usize = 8;

/// The components, and the examples that were written for them.
pub(super) struct Examples {
    written: HashMap<String, Value>,
    schemas: Value,
}

/// Takes the written examples out of the components: they stand where a reader looks for them, at requests and answers.
pub(super) fn take(document: &mut Value) -> Examples {
    let mut written = HashMap::new();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        for (name, schema) in schemas.iter_mut() {
            if let Some(example) = schema.as_object_mut().and_then(|schema| schema.remove("example")) {
                written.insert(name.clone(), example);
            }
        }
    }
    Examples { written, schemas: document.pointer("/components/schemas").cloned().unwrap_or_default() }
}

impl Examples {
    /// An example of a component.
    pub(super) fn of(&self, component: &str) -> Option<Value> {
        if let Some(written) = self.written.get(component) {
            return Some(written.clone());
        }
        self.made(self.schemas.get(component)?, 0)
    }

    /// An example made of a schema: its required members, one item of each list.
    fn made(&self, schema: &Value, depth: usize) -> Option<Value> {
        if depth > DEPTH_MAX {
            return None;
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next()) {
            let written = self.written.get(name).cloned();
            return written.or_else(|| self.made(self.schemas.get(name)?, depth.saturating_add(1)));
        }
        let first = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|all| all.first()).cloned();
        if let Some(told) = schema.get("example").cloned().or_else(|| first("examples")).or_else(|| first("enum")) {
            return Some(told);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("object") => Some(self.object(schema, depth)),
            Some("array") => {
                let item = schema.get("items").and_then(|items| self.made(items, depth.saturating_add(1)));
                Some(Value::Array(item.into_iter().collect()))
            }
            Some("boolean") => Some(json!(true)),
            Some("integer") => schema.get("minimum").cloned().or(Some(json!(1))),
            _ => None,
        }
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        let mut members = Map::new();
        for name in required.filter_map(Value::as_str) {
            let inner = schema.get("properties").and_then(|all| all.get(name));
            if let Some(example) = inner.and_then(|inner| self.made(inner, depth.saturating_add(1))) {
                members.insert(name.to_owned(), example);
            }
        }
        Value::Object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wrote_is_made_of_the_words() {
        let mut document = json!({"components": {"schemas": {
            "Word": {"type": "string", "examples": ["TARI"]},
            "Thing": {"type": "object", "example": {"code": "MENSA"}, "properties": {}},
            "Page": {
                "type": "object", "required": ["items", "code", "all"],
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "code": {"$ref": "#/components/schemas/Word", "description": "x"},
                    "all": {"type": "boolean"},
                    "rest": {"type": "integer"},
                },
            },
        }}});
        let examples = take(&mut document);
        assert_eq!(examples.of("Page"), Some(json!({"items": [{"code": "MENSA"}], "code": "TARI", "all": true})));
        assert_eq!(examples.of("Thing"), Some(json!({"code": "MENSA"})));
        assert!(document.pointer("/components/schemas/Thing/example").is_none());
        assert_eq!(examples.of("Nothing"), None);
    }
}
