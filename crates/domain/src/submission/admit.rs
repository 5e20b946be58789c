// SPDX-License-Identifier: AGPL-3.0-or-later
//! Whether a submission is let in: it is the only one of its kind, and there is a place for it (rules.md 49).

use crate::attempt::Attempt;
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
    /// The one that has its key.
    pub first: Option<FirstOfKind>,
    /// What is known of each place that it claims, in the order of the claims.
    pub places: Vec<KnownPlaces>,
}

/// The submission that has the key of another one.
#[derive(Debug, Clone)]
pub struct FirstOfKind {
    /// It.
    pub kept: KeptSubmission,
    /// Its debt position; none where it has none, or that is erased.
    pub position: Option<DebtPosition>,
    /// The attempts to pay that.
    pub attempts: Vec<Attempt>,
}

/// What is known of the places of a quota.
#[derive(Debug, Clone, Default)]
pub struct KnownPlaces {
    /// How many are taken.
    pub taken: u64,
    /// Submissions whose place anybody may have: its time is over, nobody has paid for it, and nobody is about to (no get came within half
    /// an hour). Some of them, those of longest ago.
    pub free: Vec<SubmissionId>,
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
pub fn admit(
    id: SubmissionId,
    submission: &Submission,
    known: &KnownOfSubmission,
    now: Instant,
) -> Result<Admitted, Refusal> {
    let mut admitted = Admitted::default();
    if let Some(first) = &known.first {
        if !first.is_over(now) {
            let position = first.kept.debt_position_id;
            return Err(Refusal::AlreadySubmitted { submission: first.kept.id, position });
        }
        let position = first.position.as_ref().map(|position| (position.id, position.version));
        admitted.batch.push(Write::FreeSubmission { id: first.kept.id, by: id, position, at: now });
    }
    for (claim, places) in submission.claims.iter().zip(&known.places) {
        find_place(id, (claim, places), now, &mut admitted)?;
    }
    Ok(admitted)
}

impl FirstOfKind {
    /// Whether it stands in the way of no other any more: what it made cannot be paid, was not, and nobody was shown it a moment ago.
    fn is_over(&self, now: Instant) -> bool {
        let Some(position) = &self.position else {
            // Without anything to pay it holds until it is taken back; a debt position that is gone was never paid.
            return self.kept.debt_position_id.is_some() || self.kept.cancelled_at.is_some();
        };
        let over = matches!(position_status(position, now), PositionStatus::Cancelled | PositionStatus::Expired);
        over && self.attempts.iter().all(|attempt| attempt.locked_until() <= now)
    }
}

/// A place whose time is over goes to whoever needs it: who pays late keeps theirs for as long as nobody else wants it. Where more were
/// sold than there are, as many more come back first.
fn find_place(
    id: SubmissionId,
    (claim, places): (&Claim, &KnownPlaces),
    now: Instant,
    admitted: &mut Admitted,
) -> Result<(), Refusal> {
    let no_place = || Refusal::NoPlaceLeft { quota: claim.quota.clone() };
    if claim.limit == 0 {
        return Err(no_place());
    }
    let Some(beyond) = places.taken.checked_sub(claim.limit) else { return Ok(()) };
    // Many may come at the same moment: each begins elsewhere, so that they do not all want the same one.
    let begin = id.uuid().as_u128().checked_rem(u128::try_from(places.free.len()).unwrap_or(0)).unwrap_or(0);
    let begin = usize::try_from(begin).unwrap_or(0);
    let mut free = places.free.iter().cycle().skip(begin).take(places.free.len());
    let from = *free.next().ok_or_else(no_place)?;
    admitted.handed.push(HandedPlace { quota: claim.quota.clone(), from });
    for _ in 0..beyond {
        let submission = *free.next().ok_or_else(no_place)?;
        admitted.batch.push(Write::ReturnPlace { submission, quota: claim.quota.clone(), over_at: Some(now) });
    }
    Ok(())
}
