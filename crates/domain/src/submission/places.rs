// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a payment makes of the places of its submission (rules.md 49): they are kept for good, and one that somebody else has got
//! meanwhile is told.

use crate::batch::{Batch, Write};
use crate::debt_position::{DebtPosition, Origin, PositionStatus, position_status};
use crate::ident::ServiceCode;
use crate::ids::{DebtPositionId, SubmissionId};
use crate::time::Instant;

use super::model::NOTICE_HOLD_HOURS_MAX;

/// A place that the submission of a debt position took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceOfPosition {
    /// The submission.
    pub submission: SubmissionId,
    /// Its debt position.
    pub position: DebtPositionId,
    /// The service of the form.
    pub service_code: ServiceCode,
    /// The quota.
    pub quota: String,
    /// What is counted apart.
    pub key: String,
    /// How many there are, as it was said last.
    pub limit: u64,
    /// Whether it still has it.
    pub held: bool,
    /// How many are taken now.
    pub taken: u64,
}

/// The places are paid for: what to write, and whether one of them was sold to somebody else.
#[must_use]
pub fn paid_places(position: &DebtPosition, places: &[PlaceOfPosition]) -> (Batch, bool) {
    let held = places.iter().filter(|place| place.held).count();
    let (mut batch, mut over) = (Batch::new(), false);
    if held > 0 {
        batch.push(Write::HoldPlaces { position: position.id, until: None, held: Some(held) });
    }
    for place in places.iter().filter(|place| !place.held) {
        let fits = place.taken < place.limit;
        over |= !fits;
        batch.push(Write::RetakePlace { place: Box::new(place.clone()), within: fits.then_some(place.limit) });
    }
    (batch, over)
}

/// Until when the places of a debt position are held that nobody has paid for. A position that no form has made holds none.
#[must_use]
pub(crate) fn hold_places(position: &DebtPosition, until: Instant) -> Batch {
    match position.origin {
        Origin::Form => Batch::new().with(Write::HoldPlaces { position: position.id, until: Some(until), held: None }),
        _ => Batch::new(),
    }
}

/// Until when a place is held for whoever takes the notice of a debt position away, made at that time: to its last day, and no longer than
/// [`NOTICE_HOLD_HOURS_MAX`].
pub(super) fn held_for_notice(position: &DebtPosition, made_at: Instant) -> Instant {
    let ends = position
        .installments()
        .flat_map(|(_, one)| one.due_date.map(Instant::end_of_rome_day).into_iter().chain(one.expires_at));
    ends.fold(made_at.plus_hours(NOTICE_HOLD_HOURS_MAX), Instant::min)
}

/// Somebody who was about to pay at once takes the notice in place of that: their places are held as if they had asked for it to begin
/// with, however often they come for it.
#[must_use]
pub fn hold_for_notice(position: &DebtPosition, now: Instant) -> Batch {
    let until = held_for_notice(position, position.created_at);
    let waits = position.origin == Origin::Form && position_status(position, now) == PositionStatus::Open;
    if waits && until > now {
        Batch::new().with(Write::LengthenHold { position: position.id, expected: position.version, until })
    } else {
        Batch::new()
    }
}
