// SPDX-License-Identifier: AGPL-3.0-or-later
//! Finishing one operation: its security, its parameters, its examples, its headers, its problems.

use serde_json::{Map, Value, json};

use super::answers::{self, Traits};
use super::examples::Examples;
use super::{headers, info};
use crate::api::{Access, Operation};

/// Where a body says that it is JSON.
const JSON: &str = "/content/application~1json";
/// Where an answer says that it may be a table.
const TABLE: &str = "/content/text~1csv";
/// Where an answer says that it may be a file.
const DOWNLOADS: [&str; 7] = [
    "/content/application~1xml",
    "/content/application~1octet-stream",
    "/content/application~1pdf",
    "/content/application~1zip",
    "/content/image~1png",
    "/content/image~1svg+xml",
    TABLE,
];

/// Finishes one operation in place.
pub(super) fn finish(target: &mut Value, operation: &Operation, examples: &Examples) {
    let Some(object) = target.as_object_mut() else { return };
    let traits = Traits {
        body: object.contains_key("requestBody"),
        json: object.get("requestBody").is_some_and(|body| body.pointer(JSON).is_some()),
        path_parameters: operation.path.contains('{'),
        cursor: has_parameter(object, "cursor"),
    };
    object.insert("security".to_owned(), security(&operation.access));
    add_parameters(object, operation);
    if let Some(body) = object.get_mut("requestBody") {
        if let Some(body) = body.as_object_mut() {
            body.insert("required".to_owned(), Value::Bool(true));
        }
        add_examples(body, examples);
    }
    if let Some(Value::Object(responses)) = object.get_mut("responses") {
        for (status, response) in responses.iter_mut() {
            add_examples(response, examples);
            add_headers(response, status, operation, traits);
        }
        for (status, answer) in answers::of(operation, traits) {
            responses.entry(status).or_insert(answer);
        }
    }
}

fn security(access: &Access) -> Value {
    match access {
        Access::Public => json!([{}]),
        Access::AnyOf(scopes) => scopes.iter().map(|scope| json!({(info::SECURITY_SCHEME): [scope.name()]})).collect(),
    }
}

fn has_parameter(operation: &Map<String, Value>, name: &str) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters.is_some_and(|all| all.iter().any(|one| one.get("name").is_some_and(|given| given == name)))
}

fn add_parameters(object: &mut Map<String, Value>, operation: &Operation) {
    let mut wanted = Vec::new();
    if operation.idempotent {
        wanted.push("IdempotencyKey");
    }
    if operation.conditional {
        wanted.extend(["IfMatch", "IfNoneMatch"]);
    }
    if wanted.is_empty() {
        return;
    }
    let list = object.entry("parameters").or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(wanted.iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})));
    }
}

/// Gives every media type the example of its component.
fn add_examples(holder: &mut Value, examples: &Examples) {
    let Some(Value::Object(content)) = holder.get_mut("content") else { return };
    for media in content.values_mut().filter_map(Value::as_object_mut) {
        let name = media.get("schema").and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
        let example = name.and_then(|name| name.rsplit('/').next()).and_then(|name| examples.of(name));
        if let (Some(example), false, false) = (example, media.contains_key("example"), media.contains_key("examples"))
        {
            media.insert("example".to_owned(), example);
        }
    }
}

fn add_headers(response: &mut Value, status: &str, operation: &Operation, traits: Traits) {
    let mut own = vec!["Cache-Control"];
    if operation.etag && status != "204" {
        own.push("ETag");
    }
    if matches!(status, "201" | "202") {
        own.push("Location");
    }
    if operation.idempotent {
        own.push("Idempotent-Replayed");
    }
    // A message, a table or a document is a file with a name.
    if DOWNLOADS.iter().any(|media| response.pointer(media).is_some()) {
        own.push("Content-Disposition");
    }
    if traits.cursor && response.pointer(TABLE).is_some() {
        own.push("Link");
    }
    if let Some(object) = response.as_object_mut() {
        let mut all = headers::with(&own);
        if let Some(Value::Object(declared)) = object.get("headers") {
            all.extend(declared.clone());
        }
        object.insert("headers".to_owned(), Value::Object(all));
    }
}

/// Gives every parameter the example of its word, so that a reader sees one without following the reference.
pub(super) fn parameters(document: &mut Value) {
    let words = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let Some(Value::Object(paths)) = document.pointer_mut("/paths") else { return };
    let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(|item| item.values_mut());
    for operation in operations {
        let Some(Value::Array(list)) = operation.get_mut("parameters") else { continue };
        for parameter in list.iter_mut().filter_map(Value::as_object_mut) {
            let reference = parameter.get("schema").and_then(|schema| schema.get("$ref")).and_then(Value::as_str);
            let word = reference.and_then(|name| name.rsplit('/').next()).and_then(|name| words.get(name));
            let example = word.and_then(|word| word.get("examples")).and_then(|all| all.get(0));
            if let Some(example) = example {
                parameter.entry("example").or_insert_with(|| example.clone());
            }
        }
    }
}
