// SPDX-License-Identifier: AGPL-3.0-or-later
//! An institution has dealt with what was strange about a receipt: refunded it, booked it, or found it right.

use crate::anomaly::Anomaly;
use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::event::EventKind;
use crate::given::Given;
use crate::refusal::Refusal;
use crate::resolution::resolution;
use crate::violation::{Place, Violations};

use super::Receipt;
use super::accept::anomaly_event;

/// A receipt as it will be, with what to write for that.
#[derive(Debug)]
pub struct Resolved {
    /// The receipt.
    pub receipt: Receipt,
    /// What to write; nothing where the same was said before.
    pub batch: Batch,
}

/// Resolves one anomaly of a receipt. It stays on the receipt, with who resolved it, when and how.
///
/// # Errors
/// `AlreadyResolved` where somebody resolved it with another note; `Invalid` where the receipt has no such anomaly, or
/// the note is wrong.
pub fn resolve(given: &mut Given<'_>, receipt: &Receipt, anomaly: Anomaly, note: &str) -> Result<Resolved, Refusal> {
    let mut after = receipt.clone();
    if !receipt.anomalies.contains(&anomaly) {
        let mut wrong = Violations::new();
        wrong.add(&Place::root().at("anomaly"), "not_of_this_receipt", "The receipt has no such anomaly.");
        return Err(Refusal::Invalid(wrong.into_vec()));
    }
    let Some(resolution) = resolution(given, receipt.resolutions.get(&anomaly), note)? else {
        return Ok(Resolved { receipt: after, batch: Batch::new() });
    };
    after.version = receipt.version + 1;
    after.resolutions.insert(anomaly, resolution.clone());
    let audit = AuditLine::of(given, "receipt.anomaly_resolved", format!("receipt {}", receipt.id)).because(format!(
        "{}: {}",
        anomaly.name(),
        resolution.note
    ));
    let event = anomaly_event(given, receipt, EventKind::AnomalyResolved, anomaly);
    let batch = Batch::new()
        .with(Write::ResolveAnomaly { receipt: receipt.id, anomaly, resolution, expected: receipt.version })
        .with(Write::InsertAudit(audit))
        .with(Write::InsertEvent(Box::new(event)));
    Ok(Resolved { receipt: after, batch })
}
