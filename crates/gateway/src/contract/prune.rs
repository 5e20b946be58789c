// SPDX-License-Identifier: AGPL-3.0-or-later
//! No component that nothing uses.

use std::collections::BTreeSet;

use serde_json::Value;

/// Removes every component that no operation reaches.
pub(super) fn unused(document: &mut Value) {
    let mut reached = BTreeSet::new();
    let mut waiting = Vec::new();
    references(document.get("paths").unwrap_or(&Value::Null), &mut waiting);
    while let Some(pointer) = waiting.pop() {
        if reached.insert(pointer.clone()) {
            references(document.pointer(&pointer).unwrap_or(&Value::Null), &mut waiting);
        }
    }
    let Some(Value::Object(components)) = document.get_mut("components") else { return };
    for (section, members) in components.iter_mut().filter(|(section, _)| *section != "securitySchemes") {
        if let Value::Object(members) = members {
            members.retain(|name, _| reached.contains(&format!("/components/{section}/{name}")));
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(object) => {
            if let Some(Value::String(target)) = object.get("$ref") {
                found.extend(target.strip_prefix('#').map(str::to_owned));
            }
            object.values().for_each(|inner| references(inner, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_nothing_uses_goes_and_what_is_used_through_others_stays() {
        let mut document = json!({
            "paths": {"/a": {"get": {"x": {"$ref": "#/components/schemas/A"}}}},
            "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {}, "C": {}}, "securitySchemes": {"s": {}}},
        });
        unused(&mut document);
        assert_eq!(
            document["components"],
            json!({"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {}}, "securitySchemes": {"s": {}}})
        );
    }
}
