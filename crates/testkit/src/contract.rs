// SPDX-License-Identifier: AGPL-3.0-or-later
//! The operations of an OpenAPI document, for tests that walk all of them: a route that is added later is walked without
//! a line in any test.

use std::collections::BTreeSet;

use serde_json::Value;

/// What scopes of the platform begin with.
const PLATFORM: &str = "platform:";

/// An operation as the contract tells of it.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `operationId`.
    pub id: String,
    /// The method in capitals.
    pub method: String,
    /// The path with the names of its parameters in braces.
    pub path: String,
    /// The scopes, each of which opens it; none where it is open to everybody.
    pub scopes: BTreeSet<String>,
    /// The parameters in its path, in their order.
    pub parameters: Vec<String>,
    /// The example of its JSON body.
    pub body: Option<Value>,
    /// Whether it takes an `Idempotency-Key`.
    pub keyed: bool,
}

impl Operation {
    /// All operations of a document.
    ///
    /// # Panics
    /// Where it is not written as the contract of Tramite is.
    #[must_use]
    pub fn all(document: &Value) -> Vec<Self> {
        let mut all = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, written) in item.as_object().expect("operations of a path") {
                all.push(Self::read(document, path, method, written));
            }
        }
        assert!(all.len() > 10, "a contract without operations");
        all
    }

    fn read(document: &Value, path: &str, method: &str, written: &Value) -> Self {
        let is_key = |one: &Value| match one["$ref"].as_str() {
            Some(reference) => {
                let place = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
                place.expect("a reference within the document")["name"] == "Idempotency-Key"
            }
            None => one["name"] == "Idempotency-Key",
        };
        let security = written["security"].as_array().expect("every operation says who may use it");
        let scopes = security.iter().filter_map(|one| one["OAuth2"].as_array()).flatten();
        let in_path = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        Self {
            id: written["operationId"].as_str().expect("operationId").to_owned(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            scopes: scopes.map(|scope| scope.as_str().expect("a scope").to_owned()).collect(),
            parameters: in_path.map(str::to_owned).collect(),
            body: written.pointer("/requestBody/content/application~1json/example").cloned(),
            keyed: written["parameters"].as_array().is_some_and(|all| all.iter().any(is_key)),
        }
    }

    /// Whether no client of an institution may use it.
    #[must_use]
    pub fn is_platform(&self) -> bool {
        !self.scopes.is_empty() && self.scopes.iter().all(|scope| scope.starts_with(PLATFORM))
    }

    /// The kind of things that it is about: the first segment of its path after the version.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.path.split('/').nth(2).unwrap_or_default()
    }

    /// Whether a `WWW-Authenticate` says that its scopes were missing, these and no others.
    #[must_use]
    pub fn is_challenge(&self, header: &str) -> bool {
        let named = header.strip_prefix("Bearer error=\"insufficient_scope\", scope=\"");
        let named = named.and_then(|rest| rest.strip_suffix('"')).map(|names| names.split(' ').map(str::to_owned));
        named.is_some_and(|names| names.collect::<BTreeSet<_>>() == self.scopes)
    }

    /// Its path with these values for its parameters.
    #[must_use]
    pub fn path_with(&self, values: &[String]) -> String {
        self.parameters
            .iter()
            .zip(values)
            .fold(self.path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
    }
}
