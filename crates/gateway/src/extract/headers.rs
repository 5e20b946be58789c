// SPDX-License-Identifier: AGPL-3.0-or-later
//! Headers that the contract gives a form.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use serde_json::Value;

use super::faults_at;
use crate::contract::ParameterRule;
use crate::problem::{Code, Problem};

/// Checks the headers that an operation knows; several lines of one header are one list.
///
/// # Errors
/// [`Code::InvalidRequest`] with every fault.
pub(crate) fn check_headers(headers: &HeaderMap, known: &BTreeMap<String, ParameterRule>) -> Result<(), Problem> {
    let mut found = Vec::new();
    for (name, rule) in known {
        let lines: Vec<&str> = headers.get_all(name.as_str()).map(|line| line.to_str().unwrap_or("\u{7f}")).collect();
        if !lines.is_empty() {
            found.extend(faults_at(&rule.validator, &Value::from(lines.join(", ")), &format!("/{name}")));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Problem::new(Code::InvalidRequest).with_violations(found)) }
}
