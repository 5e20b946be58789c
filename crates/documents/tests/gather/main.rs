// SPDX-License-Identifier: AGPL-3.0-or-later
//! Documents gathered in one file: what is in it, and that it does not matter in which stretches it was made.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests state what they expect"
)]

mod archive;
mod limits;
mod merged;
#[path = "../notices/support.rs"]
#[allow(dead_code, reason = "other tests want more of it")]
mod notices;
mod reader;
mod stretches;
mod support;
