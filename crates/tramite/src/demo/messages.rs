// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tells of the Node's messages, and checks how something ended.

use serde_json::Value;

use super::failure::DemoFailure;
use super::http::Told;
use crate::terminal::Terminal;

/// Tells the messages of a transcript of the sandbox: each with its primitive and its outcome.
pub(crate) fn tell(to: Terminal, transcript: &[Value]) {
    for step in transcript {
        let text = |pointer: &str| step.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if text("/direction") == "node_to_creditor" {
            let fault = step.pointer("/fault/fault_code").and_then(Value::as_str);
            let fault = fault.map_or_else(String::new, |code| format!(" {code}"));
            to.line(&format!("     the Node calls {}: {}{fault}", text("/primitive"), text("/outcome")));
        }
    }
}

/// Refuses any end but the right one.
pub(crate) fn outcome(
    what: &'static str,
    told: &Told,
    pointer: &str,
    expected: &'static str,
) -> Result<(), DemoFailure> {
    let found = told.text(pointer)?;
    if found == expected { Ok(()) } else { Err(DemoFailure::Differs { what, found, expected }) }
}
