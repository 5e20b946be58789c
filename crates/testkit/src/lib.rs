// SPDX-License-Identifier: AGPL-3.0-or-later
//! For tests alone: the reference folder, schema validation, a private PostgreSQL, free ports, damaged messages, the
//! operations of a contract, and sentences that run on both databases.
//!
//! What is absent on a machine (PostgreSQL, the reference folder, `xmllint`) turns the sentences
//! that need it into *ignored* ones, never into passed ones. With `TRAMITE_REQUIRE_ALL=1`, as in
//! continuous integration, absence is a failure instead.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "this crate serves tests only: a broken test machine should stop the test with a clear sentence"
)]

pub mod postgres;
pub mod scratch;

mod contract;
mod damage;
mod database;
mod judge;
mod limit;
mod mutate;
mod port;
mod presence;
mod random;
mod reference;
mod sentences;
mod signer;
mod suite;
mod xmllint;

pub use contract::Operation;
pub use damage::damage_element;
pub use database::Database;
pub use judge::Judge;
pub use limit::{OUT_OF_TIME, SENTENCE_LIMIT_SECONDS, comes_again, drive};
pub use mutate::mutate;
pub use port::free_port;
pub use presence::all_required;
pub use random::Random;
pub use reference::{reference, workspace_root};
pub use signer::{Signer, message};
pub use suite::Suite;
pub use xmllint::{xmllint, xmllint_present};
