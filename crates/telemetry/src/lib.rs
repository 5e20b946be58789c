// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a process tells of itself: counters, whether its work goes on, and traces that cross processes.
//!
//! Nothing here knows anything of ours, so every crate may use it (README.md).

pub mod catalogue;
mod family;
mod label;
mod pulse;
mod registry;
pub mod trace;

pub use family::{Buckets, Family, Kind, Number};
pub use label::Label;
pub use pulse::Pulse;
pub use registry::{Metrics, SERIES_MAX};
