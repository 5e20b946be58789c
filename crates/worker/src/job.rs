// SPDX-License-Identifier: AGPL-3.0-or-later
//! The jobs.

/// One thing the worker looks after, each at its own pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Positions that the clock moved.
    Positions,
    /// Sessions that the clock moved.
    Sessions,
    /// Tasks of the outbox.
    Tasks,
    /// The places of events in the feed.
    Feed,
    /// Telling clients of events.
    Webhooks,
    /// The keys of others whose tokens are taken.
    Issuers,
    /// Partitions and expired records.
    Upkeep,
    /// Personal data whose time is over.
    Retention,
    /// Receipts that never came.
    Recoveries,
    /// Files of debt positions.
    Imports,
    /// Files of documents.
    Documents,
}

impl Job {
    /// All of them, in the order in which one round does them: what a job makes due is done in the same round.
    pub(crate) const ALL: [Job; 11] = [
        Job::Positions,
        Job::Sessions,
        Job::Recoveries,
        Job::Imports,
        Job::Documents,
        Job::Tasks,
        Job::Feed,
        Job::Webhooks,
        Job::Issuers,
        Job::Upkeep,
        Job::Retention,
    ];

    /// Its name in logs and metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Job::Positions => "positions",
            Job::Sessions => "sessions",
            Job::Tasks => "tasks",
            Job::Feed => "feed",
            Job::Webhooks => "webhooks",
            Job::Issuers => "issuers",
            Job::Upkeep => "upkeep",
            Job::Retention => "retention",
            Job::Recoveries => "recoveries",
            Job::Imports => "imports",
            Job::Documents => "documents",
        }
    }
}
