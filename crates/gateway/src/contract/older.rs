// SPDX-License-Identifier: AGPL-3.0-or-later
//! The document in OpenAPI 3.0.3. It says the same; only the words that 3.0 does not have are said otherwise.

use serde_json::{Map, Value, json};

/// Turns a 3.1 document into a 3.0.3 one.
pub(super) fn rendition(mut document: Value) -> Value {
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), json!("3.0.3"));
    }
    for place in ["/paths", "/components"] {
        if let Some(part) = document.pointer_mut(place) {
            walk(part, false);
        }
    }
    document
}

/// Walks everything but data: what stands under `example`, `value` and the like is left as it is.
fn walk(value: &mut Value, named: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, false)),
        Value::Object(object) => {
            if !named {
                one_example(object);
                lone_reference(object);
                // 3.0 cannot say what names a map may have.
                object.remove("propertyNames");
            }
            for (name, inner) in object.iter_mut() {
                if named || !matches!(name.as_str(), "example" | "value" | "default" | "enum") {
                    walk(inner, !named && holds_names(name));
                }
            }
        }
        _ => {}
    }
}

/// Whether the members of an object are names of the document's own, not words of OpenAPI.
fn holds_names(name: &str) -> bool {
    const MAPS: [&str; 10] = [
        "properties",
        "schemas",
        "headers",
        "parameters",
        "responses",
        "examples",
        "content",
        "securitySchemes",
        "scopes",
        "requestBodies",
    ];
    MAPS.contains(&name)
}

/// A schema has one `example` in 3.0, and a list of them in 3.1.
fn one_example(object: &mut Map<String, Value>) {
    if let Some(Value::Array(all)) = object.get("examples") {
        let first = all.first().cloned();
        object.remove("examples");
        if let Some(first) = first {
            object.entry("example").or_insert(first);
        }
    }
}

/// A reference stands alone in 3.0; what stands beside it in 3.1 is said around it.
fn lone_reference(object: &mut Map<String, Value>) {
    if object.len() > 1
        && let Some(reference) = object.remove("$ref")
    {
        object.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stand_alone_and_schemas_have_one_example() {
        let document = json!({"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": {
            "type": "object",
            "properties": {
                "examples": {"$ref": "#/components/schemas/B", "description": "x"},
                "b": {"$ref": "#/components/schemas/B"},
            },
        }, "B": {"type": "string", "examples": ["x"]}}, "examples": {"E": {"value": {"examples": ["kept"]}}}}});
        let older = rendition(document);
        assert_eq!(older["openapi"], "3.0.3");
        let schemas = &older["components"]["schemas"];
        assert_eq!(
            schemas["A"]["properties"],
            json!({
                "examples": {"allOf": [{"$ref": "#/components/schemas/B"}], "description": "x"},
                "b": {"$ref": "#/components/schemas/B"},
            })
        );
        assert_eq!(schemas["B"], json!({"type": "string", "example": "x"}));
        assert_eq!(older["components"]["examples"]["E"]["value"]["examples"], json!(["kept"]));
    }
}
