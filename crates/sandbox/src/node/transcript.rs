// SPDX-License-Identifier: AGPL-3.0-or-later
//! What was said, word for word, so that whoever builds against the sandbox sees it.

use serde::Serialize;
use tramite_pagopa::Violation;
use uuid::Uuid;

use super::fault::FaultView;
use crate::bounded::Forgettable;
use crate::limits::{STEPS_MAX, TRANSCRIPT_BYTES_MAX};

/// One exchange, or one decision of the Node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Step {
    /// verify, activate, receipt, demand, probe, node.
    pub(crate) step: &'static str,
    /// `node_to_creditor`, or `within_node` where nobody was called.
    pub(crate) direction: &'static str,
    pub(crate) primitive: String,
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status: Option<u16>,
    pub(crate) duration_ms: u64,
    /// OK or KO.
    pub(crate) outcome: &'static str,
    pub(crate) request: String,
    pub(crate) response: String,
    pub(crate) violations: Vec<Finding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fault: Option<FaultView>,
}

/// What the Node holds against an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// The element, below the wrapper; empty for the message as a whole.
    pub(crate) path: String,
    pub(crate) detail: String,
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Finding {
        Finding { path: violation.path.clone(), detail: violation.reason.to_string() }
    }
}

impl Step {
    /// A decision of the Node, without a call.
    pub(crate) fn within(fault: FaultView) -> Step {
        Step {
            step: "node",
            direction: "within_node",
            primitive: String::new(),
            url: String::new(),
            http_status: None,
            duration_ms: 0,
            outcome: "KO",
            request: String::new(),
            response: String::new(),
            violations: Vec::new(),
            fault: Some(fault),
        }
    }
}

/// A message as a transcript keeps it.
pub(crate) fn legible(bytes: &[u8]) -> String {
    let kept = bytes.get(..TRANSCRIPT_BYTES_MAX).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(kept).into_owned();
    if kept.len() < bytes.len() {
        text.push_str(" […]");
    }
    text
}

/// The steps of one run, up to a limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Steps(Vec<Step>);

impl Steps {
    pub(crate) fn push(&mut self, step: Step) {
        if self.0.len() < STEPS_MAX {
            self.0.push(step);
        }
    }

    pub(crate) fn extend(&mut self, steps: Vec<Step>) {
        steps.into_iter().for_each(|step| self.push(step));
    }

    pub(crate) fn into_vec(self) -> Vec<Step> {
        self.0
    }
}

/// A run as it is kept for reading.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) id: Uuid,
    pub(crate) at: String,
    /// payment, cart, receipt, demand, probe.
    pub(crate) kind: &'static str,
    pub(crate) creditor_tax_code: String,
    pub(crate) notice_number: String,
    /// OK, or the code of the fault.
    pub(crate) outcome: String,
    pub(crate) transcript: Vec<Step>,
}

impl Forgettable for Run {
    fn is_over(&self) -> bool {
        true
    }
}
