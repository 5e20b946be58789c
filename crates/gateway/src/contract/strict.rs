// SPDX-License-Identifier: AGPL-3.0-or-later
//! What holds for every schema of the contract: objects are closed, and nothing is ever null (absence is absence).

use serde_json::{Map, Value, json};

/// Closes every object and removes every null from the schemas of the document.
pub(super) fn tighten(document: &mut Value) {
    if let Some(schemas) = document.pointer_mut("/components/schemas") {
        walk(schemas);
    }
    if let Some(paths) = document.pointer_mut("/paths") {
        walk(paths);
    }
}

fn walk(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(walk),
        Value::Object(object) => {
            for (name, inner) in object.iter_mut() {
                // Examples are data: a null or a `properties` in them means itself.
                if name != "example" && name != "examples" {
                    walk(inner);
                }
            }
            without_null(object);
            closed(object);
        }
        _ => {}
    }
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = object.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(branches)) = object.get_mut("oneOf") {
        branches.retain(|branch| branch != &json!({"type": "null"}));
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            object.remove("oneOf");
            for (name, inner) in only {
                object.entry(name).or_insert(inner);
            }
        }
    }
}

fn closed(object: &mut Map<String, Value>) {
    if object.contains_key("properties") && object.get("type").is_some_and(|kind| kind == "object") {
        object.entry("additionalProperties").or_insert(Value::Bool(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_null_and_objects_are_closed() {
        let mut document = json!({"paths": {}, "components": {"schemas": {"Thing": {
            "type": "object",
            "properties": {
                "a": {"type": ["string", "null"]},
                "b": {"description": "B.", "oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/B"}]},
                "open": {"type": "object", "properties": {}, "additionalProperties": {"type": "string"}},
            },
            "example": {"a": null, "properties": {}, "type": "object"},
        }}}});
        tighten(&mut document);
        let thing = &document["components"]["schemas"]["Thing"];
        assert_eq!(thing["additionalProperties"], json!(false));
        assert_eq!(thing["properties"]["a"], json!({"type": "string"}));
        assert_eq!(thing["properties"]["b"], json!({"description": "B.", "$ref": "#/components/schemas/B"}));
        assert_eq!(thing["properties"]["open"]["additionalProperties"], json!({"type": "string"}));
        assert_eq!(thing["example"], json!({"a": null, "properties": {}, "type": "object"}));
    }
}
