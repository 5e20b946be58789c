// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node demands of an answer although the schema does not.

use super::payment;
use super::register::Register;
use crate::primitive::Primitive;
use crate::schema::{Reason, Violation};
use crate::xml::{Node, trimmed};

/// What of an OK answer to verify may not be missing.
const VERIFY_MANDATORY: [&str; 4] = ["paymentList", "paymentDescription", "fiscalCodePA", "companyName"];

/// What the Node alone may write into a fault.
const NODE_ONLY: [&str; 3] = ["originalFaultCode", "originalFaultString", "originalDescription"];

/// The text of `outcome`.
pub(super) fn outcome<'n>(payload: &'n Node<'_>) -> Option<&'n str> {
    payload.child("outcome").map(|node| trimmed(&node.text))
}

/// Everything the Node would hold against an answer, beyond its schema.
pub(super) fn check(primitive: Primitive, payload: &Node<'_>, register: &dyn Register) -> Vec<Violation> {
    let mut found = Vec::new();
    empty_elements(payload, "", &mut found);
    if let Some(fault) = payload.child("fault") {
        for name in NODE_ONLY {
            if fault.child(name).is_some() {
                found.push(Violation::new(format!("fault/{name}"), Reason::Demand("is for the Node alone")));
            }
        }
    }
    match outcome(payload) {
        Some("OK") => {
            if payload.child("fault").is_some() {
                found.push(Violation::new("fault", Reason::Demand("stands beside the outcome OK")));
            }
            of_acceptance(primitive, payload, register, &mut found);
        }
        Some("KO") if payload.child("fault").is_none() => found.push(Violation::new("fault", Reason::Missing)),
        // A refusal with its fault is complete, and of every other outcome the schema has told.
        _ => {}
    }
    found
}

/// An element without text and without children: the Node refuses it even where the schema would not.
fn empty_elements(node: &Node<'_>, above: &str, found: &mut Vec<Violation>) {
    for child in &node.children {
        let path = if above.is_empty() { child.name.to_string() } else { format!("{above}/{}", child.name) };
        if child.children.is_empty() && child.text.is_empty() {
            found.push(Violation::new(path, Reason::Empty));
        } else {
            empty_elements(child, &path, found);
        }
    }
}

fn of_acceptance(primitive: Primitive, payload: &Node<'_>, register: &dyn Register, found: &mut Vec<Violation>) {
    let mut must_have = |name: &str| {
        if payload.child(name).is_none() {
            found.push(Violation::new(name, Reason::Missing));
        }
    };
    match primitive {
        Primitive::VerifyPaymentNotice => VERIFY_MANDATORY.into_iter().for_each(must_have),
        Primitive::DemandPaymentNotice => {
            must_have("qrCode");
            VERIFY_MANDATORY.into_iter().for_each(must_have);
        }
        Primitive::GetPayment | Primitive::GetPaymentV2 => match payload.child("data") {
            Some(data) => payment::check(data, register, found),
            None => must_have("data"),
        },
        Primitive::SendRt | Primitive::SendRtV2 => {}
    }
}
