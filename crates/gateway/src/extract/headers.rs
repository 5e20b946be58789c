// SPDX-License-Identifier: AGPL-3.0-or-later
//! Headers that the contract gives a form.

use std::collections::BTreeMap;

use actix_web::http::header::HeaderMap;
use serde_json::Value;

use super::faults_at;
use crate::contract::ParameterRule;
use crate::problem::{Code, Problem};

/// Stands for a line that is no text: it is of no form.
const UNREADABLE: &str = "\u{7f}";

/// Checks the headers that an operation knows; several lines of one header are one list.
///
/// # Errors
/// [`Code::InvalidRequest`] with every fault.
pub(crate) fn check_headers(headers: &HeaderMap, known: &BTreeMap<String, ParameterRule>) -> Result<(), Problem> {
    let mut found = Vec::new();
    for (name, rule) in known {
        let mut lines = headers.get_all(name.as_str()).map(|line| line.to_str().unwrap_or(UNREADABLE)).peekable();
        if lines.peek().is_some() {
            // Blanks around commas mean nothing (RFC 9110, 5.6.1).
            let items: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
            found.extend(faults_at(&rule.validator, &Value::from(items.join(",")), &format!("/{name}")));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(Problem::new(Code::InvalidRequest).with_violations(found)) }
}
