// SPDX-License-Identifier: AGPL-3.0-or-later
//! What anyone may bring as a logo, and what is kept of it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests state what they expect, and tell how long each file took"
)]

mod bounded;
mod pngs;
mod pngs_hostile;
mod support;
mod svgs;
mod svgs_heavy;
mod svgs_hostile;
