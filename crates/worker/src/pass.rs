// SPDX-License-Identifier: AGPL-3.0-or-later
//! What one pass of a job did.

use tramite_storage::StoreError;

use crate::failure::{code, is_outage};
use crate::job::Job;

/// What one pass of a job did.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// Things that were due.
    pub(crate) found: usize,
    /// Things that were done.
    pub(crate) done: usize,
    /// The last failure; unless the database is away, the other things were done all the same.
    pub(crate) failed: Option<StoreError>,
}

impl Pass {
    /// Whether another pass at once is worth it: this one was full, and it moved something.
    pub(crate) const fn is_full(&self, limit: usize) -> bool {
        self.found >= limit && self.done > 0
    }

    /// Whether the database was away: then the next pass would fail the same way, and a pause is due.
    pub(crate) fn met_outage(&self) -> bool {
        self.failed.as_ref().is_some_and(is_outage)
    }

    /// Counts what became of one thing. False when the pass had better end, because the database is away.
    pub(crate) fn count(&mut self, job: Job, outcome: Result<bool, StoreError>) -> bool {
        match outcome {
            Ok(moved) => self.done = self.done.saturating_add(usize::from(moved)),
            // Somebody else moved it meanwhile: the next pass looks again.
            Err(StoreError::Conflict) => {}
            Err(error) => {
                let outage = is_outage(&error);
                if !outage {
                    tracing::error!(job = job.name(), code = code(&error), cause = %error, "one thing of a job failed");
                }
                self.failed = Some(error);
                return !outage;
            }
        }
        true
    }
}

/// What one round of all jobs did, for tests and for the operator's command.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Positions whose new state was told.
    pub positions: usize,
    /// Sessions whose new state was told.
    pub sessions: usize,
    /// Tasks that were done.
    pub tasks: usize,
    /// Events that got their place in the feed.
    pub events: usize,
    /// Attempts to tell an endpoint of an event.
    pub deliveries: usize,
    /// Sets of keys that were fetched.
    pub key_sets: usize,
    /// Expired records that went.
    pub expired_records: usize,
    /// Receipts that were asked for.
    pub recoveries: usize,
    /// Rows of files that came to something.
    pub imported: usize,
    /// Debt positions of which documents were drawn, or there is none.
    pub documents: usize,
    /// Things whose personal data went.
    pub forgotten: usize,
    /// The codes of failures, by job.
    pub failures: Vec<(&'static str, &'static str)>,
}

impl Report {
    pub(crate) fn add(&mut self, job: Job, pass: &Pass) {
        let place = match job {
            Job::Positions => &mut self.positions,
            Job::Sessions => &mut self.sessions,
            Job::Tasks => &mut self.tasks,
            Job::Feed => &mut self.events,
            Job::Webhooks => &mut self.deliveries,
            Job::Issuers => &mut self.key_sets,
            Job::Upkeep => &mut self.expired_records,
            Job::Recoveries => &mut self.recoveries,
            Job::Imports => &mut self.imported,
            Job::Documents => &mut self.documents,
            Job::Retention => &mut self.forgotten,
        };
        *place = place.saturating_add(pass.done);
        if let Some(error) = &pass.failed {
            self.failures.push((job.name(), code(error)));
        }
    }
}
