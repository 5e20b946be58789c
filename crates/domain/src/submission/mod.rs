// SPDX-License-Identifier: AGPL-3.0-or-later
//! What becomes of values that a form took (rules.md 46 to 49): a submission is kept with the version of the form that it was worked
//! out by, takes its places, and is owed as a debt position of its own, where there is anything to pay.

mod admit;
mod cancel;
mod keep;
mod lapse;
mod model;
mod places;
mod position;

pub use admit::{Admitted, FirstOfKind, HandedPlace, KnownOfSubmission, KnownPlaces, admit};
pub use cancel::cancel_submission;
pub use keep::{Owed, keep};
pub use lapse::{LAPSE_DAYS, Lapse, PAYABLE_DAYS, lapse, with_an_end};
pub use model::{
    Channel, Entered, Entries, HOLD_MINUTES_DEFAULT, HOLD_MINUTES_MAX, HOLD_MINUTES_MIN, HeldPlace, KeptSubmission,
    Manner, NOTICE_HOLD_HOURS_MAX, PayBy, SUBMISSION_CREATED,
};
pub(crate) use places::hold_places;
pub use places::{PlaceOfPosition, hold_for_notice, paid_places};
pub use position::position_input;
