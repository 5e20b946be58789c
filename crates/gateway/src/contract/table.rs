// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the gate enforces of each operation, read back from the finished document: what is written there is what holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use actix_web::http::Method;
use serde_json::Value;
use tramite_domain::access::ApiScope;

use super::validators::{ParameterRule, Parameters};
use super::{ContractError, info};
use crate::api::{Access, Mounted, Operation};

/// The header with a check of its own.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// What holds for one operation.
pub(crate) struct Rules {
    /// The name of the operation, for logs and metrics.
    pub(crate) operation_id: String,
    /// Alternatives: any one of these scopes opens it. Empty means anybody may come.
    pub(crate) scopes: BTreeSet<ApiScope>,
    /// Whether an Idempotency-Key is obligatory.
    pub(crate) idempotent: bool,
    /// The query parameters it knows.
    pub(crate) query: BTreeMap<String, ParameterRule>,
    /// The headers it knows, in lower case; the key of idempotency apart.
    pub(crate) headers: BTreeMap<String, ParameterRule>,
    /// The media types of its good answers.
    pub(crate) produces: BTreeSet<String>,
}

impl Rules {
    /// Who may call it.
    pub(crate) fn access(&self) -> Access {
        if self.scopes.is_empty() { Access::Public } else { Access::AnyOf(self.scopes.iter().copied().collect()) }
    }
}

/// Where an operation stands in the document.
pub(super) fn pointer(operation: &Operation) -> String {
    let path = operation.path.replace('~', "~0").replace('/', "~1");
    format!("/paths/{path}/{}", operation.method.as_str().to_ascii_lowercase())
}

/// The rules of every operation.
pub(super) fn rules(document: &Value, mounted: &Mounted) -> Result<HashMap<(Method, String), Rules>, ContractError> {
    let mut all = HashMap::with_capacity(mounted.operations.len());
    let mut parameters = Parameters::default();
    for operation in &mounted.operations {
        let place = pointer(operation);
        let written = document.pointer(&place).ok_or_else(|| ContractError::Missing(place.clone()))?;
        all.insert(
            (operation.method.clone(), operation.path.clone()),
            read(document, written, &place, &mut parameters)?,
        );
    }
    Ok(all)
}

fn read(document: &Value, written: &Value, place: &str, known: &mut Parameters) -> Result<Rules, ContractError> {
    let operation_id = written.get("operationId").and_then(Value::as_str);
    let parameters = written.get("parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let resolved = || parameters.iter().filter_map(|one| resolve(document, one));
    let mut query = BTreeMap::new();
    let mut headers = BTreeMap::new();
    for parameter in resolved() {
        let Some(name) = text(parameter, "name") else { continue };
        match text(parameter, "in") {
            Some("query") => query.insert(name.to_owned(), known.rule(document, name, parameter)?),
            Some("header") if name != IDEMPOTENCY_KEY => {
                headers.insert(name.to_ascii_lowercase(), known.rule(document, name, parameter)?)
            }
            _ => None,
        };
    }
    Ok(Rules {
        operation_id: operation_id.ok_or_else(|| ContractError::Missing(place.to_owned()))?.to_owned(),
        scopes: scopes(written),
        idempotent: resolved().any(|one| text(one, "name") == Some(IDEMPOTENCY_KEY)),
        query,
        headers,
        produces: produces(written),
    })
}

fn resolve<'a>(document: &'a Value, value: &'a Value) -> Option<&'a Value> {
    match text(value, "$ref") {
        Some(reference) => document.pointer(reference.strip_prefix('#')?),
        None => Some(value),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn scopes(written: &Value) -> BTreeSet<ApiScope> {
    let alternatives = written.get("security").and_then(Value::as_array).into_iter().flatten();
    alternatives
        .filter_map(|one| one.get(info::SECURITY_SCHEME)?.as_array())
        .flatten()
        .filter_map(|scope| ApiScope::named(scope.as_str()?))
        .collect()
}

fn produces(written: &Value) -> BTreeSet<String> {
    let responses = written.get("responses").and_then(Value::as_object).into_iter().flatten();
    responses
        .filter(|(status, _)| status.starts_with('2'))
        .filter_map(|(_, response)| response.get("content")?.as_object())
        .flat_map(|content| content.keys().cloned())
        .collect()
}
