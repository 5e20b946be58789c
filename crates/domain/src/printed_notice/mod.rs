// SPDX-License-Identifier: AGPL-3.0-or-later
//! The payment notice as a document: what it says of a debt position at an instant.

mod amounts;
mod decide;
mod model;
mod plain;
mod texts;

pub use amounts::*;
pub use decide::{new_slips, printed_notice};
pub use model::*;
pub use texts::*;
