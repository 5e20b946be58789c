// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a payment makes of the places of its submission (rules.md 49): they are kept for good, and one that somebody else has got
//! meanwhile is told.

use crate::batch::{Batch, Write};
use crate::debt_position::{DebtPosition, Origin};
use crate::ident::ServiceCode;
use crate::ids::{DebtPositionId, SubmissionId};
use crate::time::Instant;

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
