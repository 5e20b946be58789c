// SPDX-License-Identifier: AGPL-3.0-or-later
//! For tests alone: the reference folder, schema validation, a private PostgreSQL, free ports,
//! and sentences that run on both databases.
//!
//! What is absent on a machine (PostgreSQL, the reference folder, `xmllint`) turns the sentences
//! that need it into *ignored* ones, never into passed ones. With `TRAMITE_REQUIRE_ALL=1`, as in
//! continuous integration, absence is a failure instead.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "this crate serves tests only: a broken test machine should stop the test with a clear sentence"
)]

pub mod postgres;

mod database;
mod limit;
mod port;
mod presence;
mod reference;
mod sentences;
mod suite;
mod xmllint;

pub use database::Database;
pub use limit::SENTENCE_LIMIT_SECONDS;
pub use port::free_port;
pub use presence::all_required;
pub use reference::{reference, workspace_root};
pub use suite::Suite;
pub use xmllint::{xmllint, xmllint_present};
