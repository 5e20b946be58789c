// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a submission is let in: it is the only one of its kind, and there is a place for it (rules.md 49).

use crate::attempt::{ATTEMPT_LOCK_SECONDS, Attempt};
use crate::batch::{Batch, Write};
use crate::debt_position::{DebtPosition, PositionStatus, position_status};
use crate::form::{Claim, Submission};
use crate::ids::SubmissionId;
use crate::refusal::Refusal;
use crate::time::Instant;

use super::model::KeptSubmission;

/// What is known when a submission comes.
#[derive(Debug, Clone, Default)]
pub struct KnownOfSubmission {
    /// The one that has its key, with the debt position of that.
    pub first: Option<(KeptSubmission, Option<DebtPosition>)>,
    /// What is known of each place that it claims, in the order of the claims.
    pub places: Vec<KnownPlaces>,
}

/// What is known of the places of a quota.
#[derive(Debug, Clone, Default)]
pub struct KnownPlaces {
    /// How many are taken.
    pub taken: u64,
    /// Some of those whose time is over: the longest ago first.
    pub over: Vec<HeldBy>,
}

/// A place whose time is over, with who may be paying for it all the same.
#[derive(Debug, Clone)]
pub struct HeldBy {
    /// The submission.
    pub submission: SubmissionId,
    /// Its debt position; none once that is erased.
    pub position: Option<DebtPosition>,
    /// The attempts to pay that.
    pub attempts: Vec<Attempt>,
}

/// A place that goes from one submission to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedPlace {
    /// The quota.
    pub quota: String,
    /// Whose it was.
    pub from: SubmissionId,
}

/// What it takes to let a submission in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admitted {
    /// What is written before it: what stands in its way no longer.
    pub batch: Batch,
    /// The places that it takes from others.
    pub handed: Vec<HandedPlace>,
}

/// Lets a submission in.
///
/// # Errors
/// `AlreadySubmitted` with the first of its kind; `NoPlaceLeft`.
pub fn admit(submission: &Submission, known: &KnownOfSubmission, now: Instant) -> Result<Admitted, Refusal> {
    let mut admitted = Admitted::default();
    if let Some((first, position)) = &known.first {
        if !is_over(first, position.as_ref(), now) {
            return Err(Refusal::AlreadySubmitted { submission: first.id, position: first.debt_position_id });
        }
        admitted.batch.push(Write::FreeSubmission { id: first.id });
    }
    for (claim, places) in submission.claims.iter().zip(&known.places) {
        find_place(claim, places, now, &mut admitted)?;
    }
    Ok(admitted)
}

/// Whether a submission stands in the way of no other any more: what it made cannot be paid and was not.
fn is_over(first: &KeptSubmission, position: Option<&DebtPosition>, now: Instant) -> bool {
    match position {
        Some(position) => {
            matches!(position_status(position, now), PositionStatus::Cancelled | PositionStatus::Expired)
        }
        // Without anything to pay it holds until it is taken back; a debt position that is gone was never paid.
        None => first.debt_position_id.is_some() || first.cancelled_at.is_some(),
    }
}

/// A place whose time is over goes to whoever needs it: who pays late keeps theirs for as long as nobody else wants it. Where more were
/// sold than there are, as many more come back first.
fn find_place(claim: &Claim, places: &KnownPlaces, now: Instant, admitted: &mut Admitted) -> Result<(), Refusal> {
    let no_place = || Refusal::NoPlaceLeft { quota: claim.quota.clone() };
    if claim.limit == 0 {
        return Err(no_place());
    }
    let Some(beyond) = places.taken.checked_sub(claim.limit) else { return Ok(()) };
    let mut free = places.over.iter().filter(|place| place.is_free(now));
    let handed = free.next().ok_or_else(no_place)?;
    admitted.handed.push(HandedPlace { quota: claim.quota.clone(), from: handed.submission });
    for _ in 0..beyond {
        let place = free.next().ok_or_else(no_place)?;
        admitted.batch.push(Write::ReturnPlace { submission: place.submission, quota: claim.quota.clone() });
    }
    Ok(())
}

impl HeldBy {
    /// Whether nobody has paid for the place, and nobody is about to: no get came within half an hour (rules.md 49).
    fn is_free(&self, now: Instant) -> bool {
        let Some(position) = &self.position else { return true };
        let since = now.plus_seconds(-ATTEMPT_LOCK_SECONDS);
        position.installments().all(|(_, one)| one.payment.is_none())
            && self.attempts.iter().all(|attempt| attempt.at < since)
    }
}
