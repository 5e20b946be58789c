// SPDX-License-Identifier: AGPL-3.0-or-later
//! Receipts: proof that money was paid. They are kept whatever they say (rules.md 26 to 33).

pub(crate) mod accept;
mod model;
mod resolve;
mod settle;
mod unknown;

pub use accept::{Accepted, Arrival, Known, accept};
pub use model::*;
pub use resolve::{Resolved, resolve};
