// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every answer that a test sees is held against the contract: its status is declared, its media type is declared, its
//! headers are those that are declared, and its body fits the schema. Code and contract cannot drift apart unseen.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::http::Method;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use tramite_gateway::{PLACEHOLDER_URL, contract};

use super::Seen;

/// Headers that say something of one kind of answers only: they come where the contract says so, and nowhere else.
const TELLING: [&str; 7] =
    ["ETag", "Location", "Retry-After", "WWW-Authenticate", "Idempotent-Replayed", "Content-Disposition", "Link"];
/// Those that always come where they are declared; the others come with some codes of their status only.
const ALWAYS: [&str; 2] = ["ETag", "Location"];

static CONTRACT: LazyLock<Value> = LazyLock::new(|| contract(PLACEHOLDER_URL).unwrap());
static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Fails where the answer is not one that the contract declares. Routes outside of the contract follow their own
/// standards.
#[track_caller]
pub(super) fn hold(method: &Method, uri: &str, seen: &Seen) {
    let path = uri.split('?').next().unwrap();
    let Some((template, item)) = template(path) else { return };
    let Some(operation) = item.get(method.as_str().to_ascii_lowercase()) else {
        let served_otherwise = matches!(*method, Method::HEAD | Method::OPTIONS);
        assert!(served_otherwise || seen.status == 405, "{method} {template} is not declared but answers: {seen:?}");
        return;
    };
    let at = format!("{method} {template} {}", seen.status);
    let declared = &operation["responses"][seen.status.to_string()];
    assert!(declared.is_object(), "{at} is not declared: {}", seen.text());
    let declared = resolved(declared);
    headers(&at, declared, seen);
    content(&at, declared, seen);
}

/// The path of the contract that serves an address; the one with the fewest parameters where several fit.
fn template(path: &str) -> Option<(&'static str, &'static Value)> {
    let paths = CONTRACT["paths"].as_object().unwrap();
    let fitting = paths.iter().filter(|(template, _)| fits(template, path));
    fitting.min_by_key(|(template, _)| template.matches('{').count()).map(|(template, item)| (template.as_str(), item))
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    wanted.len() == given.len() && wanted.iter().zip(&given).all(same)
}

fn resolved(written: &'static Value) -> &'static Value {
    match written["$ref"].as_str() {
        Some(reference) => CONTRACT.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => written,
    }
}

fn headers(at: &str, declared: &Value, seen: &Seen) {
    let written = declared["headers"].as_object();
    let is_declared = |name: &str| written.is_some_and(|all| all.contains_key(name));
    for name in TELLING {
        let there = seen.header(name).is_some();
        assert!(is_declared(name) || !there, "{at}: the header {name} is not declared");
        assert!(there || !is_declared(name) || !ALWAYS.contains(&name), "{at}: the header {name} is declared");
    }
}

fn content(at: &str, declared: &'static Value, seen: &Seen) {
    let Some(media) = declared["content"].as_object() else {
        assert!(seen.body.is_empty(), "{at}: a body is not declared: {}", seen.text());
        return;
    };
    let given = seen.header("content-type").unwrap_or_default();
    let written = media.get(given).unwrap_or_else(|| panic!("{at}: the media type {given:?} is not declared"));
    // Lines of JSON are no JSON.
    if given.ends_with("json") && !given.ends_with("ndjson") {
        let body = seen.json();
        let wrong: Vec<String> = validator(&written["schema"])
            .iter_errors(&body)
            .map(|error| format!("{}: {error}", error.instance_path().as_str()))
            .collect();
        assert!(wrong.is_empty(), "{at}: the body breaks its schema\n{}\n{body:#}", wrong.join("\n"));
    }
}

fn validator(schema: &Value) -> Arc<Validator> {
    let mut compiled = COMPILED.lock().unwrap();
    let kept = compiled.entry(schema.to_string()).or_insert_with(|| {
        // The components come along, so that references resolve within the schema itself.
        let mut whole = schema.clone();
        whole["components"] = json!({"schemas": CONTRACT["components"]["schemas"]});
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        Arc::new(options.should_ignore_unknown_formats(true).build(&whole).unwrap())
    });
    Arc::clone(kept)
}
