// SPDX-License-Identifier: AGPL-3.0-or-later
//! A submission for which there is nothing to pay is taken back. One with a debt position ends with that.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::refusal::Refusal;

use super::model::KeptSubmission;

/// Takes a submission back: its places come back, and the same may be submitted again. Again, nothing changes.
///
/// # Errors
/// `SubmissionOwed` where a debt position stands for it: that is what is cancelled.
pub fn cancel_submission(given: &mut Given<'_>, kept: &KeptSubmission) -> Result<(KeptSubmission, Batch), Refusal> {
    // A debt position that was there before is nobody's to withdraw who has only found it.
    if let Some(position) = kept.debt_position_id.filter(|_| !kept.found) {
        return Err(Refusal::SubmissionOwed { position });
    }
    if kept.cancelled_at.is_some() {
        return Ok((kept.clone(), Batch::new()));
    }
    let after = KeptSubmission { unique_key: None, cancelled_at: Some(given.now), ..kept.clone() };
    let mut batch = Batch::new().with(Write::CancelSubmission { id: kept.id, at: given.now });
    for place in &kept.places {
        batch.push(Write::ReturnPlace { submission: kept.id, quota: place.quota.clone(), over_at: None });
    }
    let line = AuditLine::of(given, "submission.cancelled", kept.audit_subject());
    Ok((after, batch.with(Write::InsertAudit(line))))
}
