// SPDX-License-Identifier: AGPL-3.0-or-later
//! Query parameters: known ones only, each once, each as the contract says.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tramite_domain::violation::Violation;

use super::faults_at;
use crate::contract::{ParameterKind, ParameterRule};
use crate::problem::{Code, Problem};

/// The query parameters of an operation. The gate has checked them against the contract.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = serde_urlencoded::from_str(request.query_string());
        ready(read.map(Self).map_err(|_| Problem::new(Code::InvalidParameter)))
    }
}

/// Checks a query string against the parameters that an operation knows: all faults at once.
///
/// # Errors
/// [`Code::InvalidParameter`] with every fault.
pub(crate) fn check_query(query: &str, known: &BTreeMap<String, ParameterRule>) -> Result<(), Problem> {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| Problem::new(Code::InvalidParameter))?;
    let mut found = Vec::new();
    let mut seen = BTreeMap::new();
    for (name, text) in &pairs {
        match known.get(name) {
            None => found.push(fault(name, "unknown_parameter", "This operation knows no such parameter.")),
            Some(_) if seen.insert(name.as_str(), ()).is_some() => {
                found.push(fault(name, "repeated_parameter", "A parameter stands once."));
            }
            Some(rule) => found.extend(check_value(name, text, rule)),
        }
    }
    let missing = known.iter().filter(|(name, rule)| rule.required && !seen.contains_key(name.as_str()));
    found.extend(missing.map(|(name, _)| fault(name, "required", "The parameter is missing.")));
    if found.is_empty() { Ok(()) } else { Err(Problem::new(Code::InvalidParameter).with_violations(found)) }
}

fn check_value(name: &str, text: &str, rule: &ParameterRule) -> Vec<Violation> {
    match value_of(text, rule.kind) {
        Some(value) => faults_at(&rule.validator, &value, &format!("/{name}")),
        None => vec![fault(name, "wrong_type", "The value is not of the type that the contract says.")],
    }
}

fn value_of(text: &str, kind: ParameterKind) -> Option<Value> {
    match kind {
        ParameterKind::Text => Some(Value::from(text)),
        ParameterKind::Integer => {
            // What a number may look like in JSON, so that `+5`, `05` and ` 5` are no numbers.
            let canonical = text.parse::<i64>().ok().filter(|number| number.to_string() == text);
            canonical.map(Value::from)
        }
        ParameterKind::Boolean => text.parse::<bool>().ok().map(Value::from),
    }
}

fn fault(name: &str, code: &'static str, detail: &str) -> Violation {
    let name = name.replace('~', "~0").replace('/', "~1");
    Violation { pointer: format!("/{name}"), code, detail: detail.to_owned() }
}
