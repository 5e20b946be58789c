// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the Node may ask of a position, and what it is told. Asking changes nothing (rules.md 22).

mod demand;
mod detail;
mod options;
mod payable;

pub use demand::*;
pub use detail::*;
pub use options::*;
pub use payable::*;
