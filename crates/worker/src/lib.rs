// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happens without a request: a loop over claim, do and commit.
//!
//! Each job takes a bounded number of things, works on each under the scope of its institution, and commits it as one
//! batch. A thing that somebody else moved meanwhile is a conflict and is left to the next pass, so any number of
//! workers may run at once. Nothing is remembered between passes: a worker that dies loses no work.

mod abandon;
mod activation;
mod alarm;
mod clock;
mod documents;
mod due;
mod failure;
mod feed;
mod foreign;
mod guard;
mod imports;
mod issuers;
mod job;
mod pace;
mod pass;
mod positions;
mod recovery;
mod retention;
mod sessions;
mod tasks;
mod upkeep;
mod waiting;
mod watch;
mod webhook;
mod worker;

pub use pace::WorkerSettings;
pub use pass::Report;
pub use worker::Worker;
