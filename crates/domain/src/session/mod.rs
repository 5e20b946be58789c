// SPDX-License-Identifier: AGPL-3.0-or-later
//! Checkout sessions: one payment started from a portal (OTF). A session's state is apart from its position's state:
//! a failed payment never produces a receipt, and "paid after the session expired" is legal (product.md).

mod cancel;
mod close;
mod input;
mod model;
mod open;
mod progress;
mod status;
mod together;
mod visit;

pub use cancel::*;
pub use close::*;
pub use input::*;
pub use model::*;
pub use open::*;
pub use progress::{
    asked, clock_moved, foreign_item_paid, foreign_item_released, item_paid, item_released, minted, returned,
};
pub use status::*;
pub use visit::*;
