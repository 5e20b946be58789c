// SPDX-License-Identifier: AGPL-3.0-or-later
//! The few methods that cross tenants. On PostgreSQL they run under a role of their own, with a policy for each command
//! that one of them needs.

mod backlog;
mod change;
mod client;
mod document_batch;
mod ended;
mod feed;
mod feed_of_all;
mod idempotency;
mod import;
mod institution;
mod issuer;
mod journal;
mod lease;
mod logo;
mod node_answers;
mod raw;
mod recovery;
mod rotate;
mod session;
mod signing_key;
mod station;
mod support;
mod task;
mod transition;
mod usage;
mod used_token;
mod webhook;

pub use backlog::{BACKLOG_ROWS_MAX, Backlog, Queue, TaskQueue};
pub use change::{Change, OperatorRecord};
pub use document_batch::ClaimedDocuments;
pub use import::ClaimedImport;
pub use node_answers::NodeAnswers;
pub use raw::{KeptMessage, RAW_BYTES_MAX, RawMessage};
pub use recovery::ClaimedRecovery;
pub use signing_key::{KeyPurpose, SigningKey};
pub use task::ClaimedTask;
pub use transition::Due;
pub use usage::Taken;
pub use webhook::{ClaimedLane, DueDelivery, LaneLimits, LaneWork, Stepped};

use crate::Store;

/// The store without a tenant. Only the makers of a `Scope`, the worker and the commands of the program hold one.
#[derive(Clone)]
pub struct SystemScope {
    store: Store,
}

impl SystemScope {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }
}
