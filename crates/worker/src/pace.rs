// SPDX-License-Identifier: AGPL-3.0-or-later
//! How often the worker looks, and how much it takes at a time: the one place for both.

use std::time::Duration;

use tramite_domain::journal::RETENTION_MONTHS_MIN;
use tramite_domain::person::RETENTION_YEARS;
use tramite_storage::LaneLimits;

use crate::job::Job;

/// How often what only the clock has changed is looked for, in milliseconds. Within a minute it must be told
/// (rules.md 9).
pub(crate) const TRANSITIONS_EVERY_MS: u64 = 5_000;
/// How often tasks of the outbox are looked for, in milliseconds.
pub(crate) const TASKS_EVERY_MS: u64 = 1_000;
/// How often committed events are given their place in the feed, in milliseconds.
pub(crate) const FEED_EVERY_MS: u64 = 500;
/// How often old records go and new partitions come, in milliseconds: an hour.
pub(crate) const UPKEEP_EVERY_MS: u64 = 3_600_000;

/// How often personal data whose time is over is looked for, in milliseconds: six hours. Accounting ends with a year.
pub(crate) const RETENTION_EVERY_MS: u64 = 21_600_000;
/// Things of one kind that are looked for at a time, and changed in one transaction.
pub(crate) const OVER_AT_ONCE_MAX: usize = 100;
/// Things that go in one pass at most; so full a pass is followed by another at once.
pub(crate) const OVER_MAX: usize = 2_000;

/// How often receipts that are asked for are looked for, in milliseconds.
pub(crate) const RECOVERIES_EVERY_MS: u64 = 2_000;
/// How long a question belongs to the worker that asks it, in seconds: longer than an answer may take.
pub(crate) const RECOVERY_LEASE_SECONDS: i64 = 120;

/// How often imports that wait are looked for, in milliseconds.
pub(crate) const IMPORTS_EVERY_MS: u64 = 500;
/// Imports that a process works on at a time, beside each other.
pub(crate) const IMPORTS_AT_ONCE_MAX: usize = 4;
/// How long a pass works on an import, in seconds: then what was queued meanwhile has its turn, and the file stays open.
pub(crate) const IMPORT_SECONDS_MAX: u64 = 3;
/// How long a claimed import belongs to its worker, in seconds: after that time the next takes over from one that cannot renew it.
pub(crate) const IMPORT_LEASE_SECONDS: i64 = 30;
/// How often a worker renews its claim of an import, in seconds.
pub(crate) const IMPORT_RENEW_SECONDS: u64 = 5;
/// How long positions of a part are written one by one, in seconds: well within a claim.
pub(crate) const IMPORT_ALONE_SECONDS_MAX: u64 = 15;
/// Positions of a file that are decided and written together at most. On SQLite whoever pays meanwhile waits for them.
pub(crate) const IMPORT_GROUPS_MAX: usize = 1_000;
/// For each of those so many rows of a file are decided and written together, beside the last position's.
pub(crate) const IMPORT_ROWS_A_GROUP: usize = 2;
/// Installments of a file that are decided and written together, beside the last position's.
pub(crate) const IMPORT_INSTALLMENTS_MAX: usize = 2_000;
/// Bytes of what positions of a file say that are decided and written together, beside the last position's.
pub(crate) const IMPORT_PART_BYTES_MAX: usize = 8 << 20;
/// As many installments a cancellation counts: how many it takes back is not known when it is read.
pub(crate) const IMPORT_CANCELLATION_WEIGHT: usize = 20;
/// How often parts of a file are halved at most, where the database takes too long for them: then they are of one position.
pub(crate) const IMPORT_HALVINGS_MAX: u32 = 9;
/// How long nothing may have taken too long before parts are doubled again, in seconds.
pub(crate) const IMPORT_EASE_SECONDS: u64 = 60;
/// The same at most: it is doubled each time when parts that were doubled turn out to be too large.
pub(crate) const IMPORT_EASE_SECONDS_MAX: u64 = 3_600;
/// How often one position may be too much for the database before its import is given up.
pub(crate) const IMPORT_STUCK_TIMES: u32 = 20;
/// For how long that has to be so, in seconds: a database may have much to do for a while.
pub(crate) const IMPORT_STUCK_SECONDS: u64 = 900;
/// How long an import that cannot even be given up is left alone, in seconds.
pub(crate) const IMPORT_REST_SECONDS: i64 = 900;
/// How long an import is worked on before it makes room for one that waits, in seconds; and between two that do.
pub(crate) const IMPORT_TURN_SECONDS: u64 = 60;
/// Installments of positions that the check of JSON lines remembers, for lines of the same keys further down.
pub(crate) const IMPORT_REMEMBERED_MAX: usize = 20_000;
/// About the bytes of those positions.
pub(crate) const IMPORT_REMEMBERED_BYTES_MAX: usize = 32 << 20;
/// Notice numbers that rows bring which a check remembers: as many as a file may have rows.
pub(crate) const IMPORT_NUMBERS_REMEMBERED_MAX: usize = 2_000_000;
/// Notice numbers that are taken for rows further down at most, so that few parts wait for the sequence.
pub(crate) const IMPORT_NUMBERS_AHEAD_MAX: usize = 10_000;
/// Parts of a file that are read before they can be decided, at most.
pub(crate) const IMPORT_PARTS_AHEAD: usize = 1;
/// Positions of a file that are decided before others of the process have their turn.
pub(crate) const IMPORT_DECIDED_AT_ONCE: usize = 16;
/// Wrong rows after which a file of which none may be wrong is looked at no further.
pub(crate) const IMPORT_WRONG_ROWS_MAX: u64 = 10_000;
/// How often in a row the work on an import may fail, for reasons that are not the database's absence, before it is given up.
pub(crate) const IMPORT_FAILURES_MAX: u32 = 5;
/// Stretches of files whose time is over that go in one pass of upkeep at most.
pub(crate) const IMPORT_FILE_ROUNDS_MAX: usize = 50;

/// How often batches of documents that wait are looked for, in milliseconds.
pub(crate) const DOCUMENTS_EVERY_MS: u64 = 500;
/// How long a pass works on a batch of documents, in seconds: then what was asked for meanwhile has its turn.
pub(crate) const DOCUMENT_SECONDS_MAX: u64 = 3;
/// How long a claimed batch of documents belongs to its worker, in seconds: after that time the next takes over from one that was
/// killed. It is renewed with each stretch.
pub(crate) const DOCUMENT_LEASE_SECONDS: i64 = 15;
/// Documents that are drawn and written together: they share their fonts in a PDF.
pub(crate) const DOCUMENTS_AT_ONCE_MAX: u32 = 25;
/// Debt positions of a batch that are read at a time for the list of an archive.
pub(crate) const DOCUMENTS_LISTED_AT_ONCE: u32 = 1_000;
/// How often the work on a batch of documents may begin and lead to nothing, for reasons that are not the database's absence, before it
/// is given up.
pub(crate) const DOCUMENT_TRIES_MAX: u32 = 5;
/// How often a worker renews its claim of a batch of documents while it draws, in seconds.
pub(crate) const DOCUMENT_RENEW_SECONDS: u64 = 4;
/// Codes of documents that are drawn and written together, beside those of the last one: each has a part of a page.
pub(crate) const DOCUMENT_CODES_MAX: usize = 100;
/// Stretches of files of documents whose time is over that go in one pass of upkeep at most.
pub(crate) const DOCUMENT_FILE_ROUNDS_MAX: usize = 50;

/// Positions or sessions read at a time.
pub(crate) const TRANSITIONS_MAX: usize = 200;
/// Pages of them in one pass at most, where some cannot be told.
pub(crate) const TRANSITION_PAGES_MAX: usize = 50;
/// Positions or sessions that are worked on at once; each takes a connection for a moment.
pub(crate) const AT_ONCE_MAX: usize = 4;
/// Tasks of one pass at most.
pub(crate) const TASKS_MAX: usize = 50;
/// Sessions that are over and are completed with one task at most; the next ones follow in another.
pub(crate) const SESSIONS_OVER_MAX: usize = 100;
/// Events that get their place in one round at most.
pub(crate) const FEED_EVENTS_MAX: usize = 1_000;
/// Rounds of the feed in one pass at most.
pub(crate) const FEED_ROUNDS_MAX: usize = 20;
/// For how many months to come partitions are made.
pub(crate) const PARTITION_MONTHS: u8 = 3;
/// Expired records that go in one pass at most.
pub(crate) const EXPIRED_RECORDS_MAX: usize = 5_000;
/// Lines of the journal that go in one pass at most; so full a pass is followed by another at once.
pub(crate) const JOURNAL_LINES_MAX: usize = EXPIRED_RECORDS_MAX;

/// How often keys of trusted issuers that are due are looked for, in milliseconds.
pub(crate) const ISSUERS_EVERY_MS: u64 = 2_000;
/// How long a set of keys may take to come, in seconds: the look-up of the name, the connection and the exchange.
pub(crate) const KEY_SET_SECONDS_MAX: u64 = 5;
/// Bytes of a set of keys.
pub(crate) const KEY_SET_BYTES_MAX: usize = 65_536;

/// How often due lanes of webhooks are looked for, in milliseconds.
pub(crate) const WEBHOOKS_EVERY_MS: u64 = 250;
/// How often lanes behind the feed are looked for although nothing new was published, in milliseconds.
pub(crate) const LANES_WOKEN_EVERY_MS: u64 = 2_000;
/// How long a claimed lane belongs to its worker, in seconds: after that time the next takes over from one that cannot renew it.
/// From one that was killed it takes over at once. Longer than a step may hold the row of its lane, for a lane whose row is held is not renewed: 5
/// seconds in which it waits for another one, and the 15 seconds that one operation on the database may last.
pub(crate) const LANE_LEASE_SECONDS: i64 = 25;
/// How long a lane whose work failed is left alone, in seconds.
pub(crate) const LANE_AGAIN_SECONDS: i64 = 5;
/// How often a worker renews its claims, in milliseconds.
pub(crate) const LANE_RENEW_MS: u64 = 1_000;
/// How long a worker stays at a lane, in seconds: then others have their turn, and what its client may be told is read anew.
pub(crate) const LANE_SECONDS_MAX: i64 = 20;
/// Deliveries that are on their way to one lane at a time.
pub(crate) const LANE_BATCH_MAX: usize = 16;
/// Lanes of a process, and of one institution and one endpoint in all processes, that are worked on at a time.
pub(crate) const LANE_LIMITS: LaneLimits = LaneLimits { lanes: 256, per_institution: 32, per_endpoint: 4 };
/// How long an attempt may take, in seconds: the look-up of the name, the connection and the exchange.
pub(crate) const DELIVERY_SECONDS_MAX: u64 = 10;
/// Bytes of an answer that are read, for the connection's sake alone.
pub(crate) const DELIVERY_ANSWER_BYTES_MAX: usize = 4_096;
/// How long they may take after the status, in milliseconds.
pub(crate) const DELIVERY_REST_MS_MAX: u64 = 1_000;
/// Deliveries whose time is over that go in one pass at most.
pub(crate) const OLD_DELIVERIES_MAX: usize = 5_000;
/// Used tokens that go in one pass at most, likewise.
pub(crate) const USED_TOKENS_MAX: usize = EXPIRED_RECORDS_MAX;
/// Events that go in one pass at most, likewise.
pub(crate) const EVENTS_MAX: usize = EXPIRED_RECORDS_MAX;

/// How long a claimed task belongs to the worker that claimed it, in seconds. Longer than a pass may last, so that a
/// task is never in two hands.
pub(crate) const TASK_LEASE_SECONDS: i64 = 120;
/// After so many of its pauses a job that has not come round counts as late, beside the longest pass and the longest pause
/// after a failure.
pub(crate) const LATE_PACES: u32 = 3;
/// How long one pass of a job may last, in seconds.
pub(crate) const PASS_SECONDS_MAX: u64 = 60;
/// How long a running pass may still take when the program stops, in seconds.
pub(crate) const STOP_GRACE_SECONDS: u64 = 5;
const _: () = assert!(DOCUMENT_SECONDS_MAX < STOP_GRACE_SECONDS);
const _: () = assert!(DOCUMENT_SECONDS_MAX < DOCUMENT_LEASE_SECONDS.unsigned_abs());
// Who is asked to stop ends its part of a file in good order.
const _: () = assert!(IMPORT_SECONDS_MAX < STOP_GRACE_SECONDS);
/// How often one thing is read, decided and committed again after a conflict, within one pass.
pub(crate) const CONFLICT_TRIES: usize = 3;

/// The first pause after a failure, in milliseconds; each further one is twice as long.
pub(crate) const BACK_OFF_FIRST_MS: u64 = 250;
/// The longest pause after a failure, in milliseconds.
pub(crate) const BACK_OFF_MAX_MS: u64 = 30_000;
/// How long a task waits after its first failure, in seconds; each further time twice as long.
pub(crate) const TASK_RETRY_FIRST_SECONDS: i64 = 5;
/// The longest wait of a task, in seconds. It is never given up: money may depend on it.
pub(crate) const TASK_RETRY_MAX_SECONDS: i64 = 3_600;

/// How often each job looks, and for how long the journal is kept. The defaults are those of production; a demonstration may be quicker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerSettings {
    /// Between two looks for transitions of positions and sessions.
    pub transitions_every: Duration,
    /// Between two looks for tasks.
    pub tasks_every: Duration,
    /// Between two rounds of the feed.
    pub feed_every: Duration,
    /// Between two rounds of upkeep.
    pub upkeep_every: Duration,
    /// For how many months the journal is kept; at least [`RETENTION_MONTHS_MIN`], whatever is said here.
    pub journal_months: u32,
    /// For how many years accounting is kept before the persons in it go.
    pub retention_years: u8,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            transitions_every: Duration::from_millis(TRANSITIONS_EVERY_MS),
            tasks_every: Duration::from_millis(TASKS_EVERY_MS),
            feed_every: Duration::from_millis(FEED_EVERY_MS),
            upkeep_every: Duration::from_millis(UPKEEP_EVERY_MS),
            journal_months: RETENTION_MONTHS_MIN,
            retention_years: RETENTION_YEARS,
        }
    }
}

impl WorkerSettings {
    /// The pause of a job that found nothing more to do.
    pub(crate) const fn every(&self, job: Job) -> Duration {
        match job {
            Job::Positions | Job::Sessions => self.transitions_every,
            Job::Tasks => self.tasks_every,
            Job::Feed => self.feed_every,
            Job::Webhooks => Duration::from_millis(WEBHOOKS_EVERY_MS),
            Job::Issuers => Duration::from_millis(ISSUERS_EVERY_MS),
            Job::Upkeep => self.upkeep_every,
            Job::Recoveries => Duration::from_millis(RECOVERIES_EVERY_MS),
            Job::Imports => Duration::from_millis(IMPORTS_EVERY_MS),
            Job::Documents => Duration::from_millis(DOCUMENTS_EVERY_MS),
            Job::Retention => Duration::from_millis(RETENTION_EVERY_MS),
        }
    }
}

/// The pause after so many failures in a row, the first being 1.
pub(crate) fn back_off(failures: u32) -> Duration {
    let doubled = 2_u64.saturating_pow(failures.saturating_sub(1)).saturating_mul(BACK_OFF_FIRST_MS);
    Duration::from_millis(doubled.min(BACK_OFF_MAX_MS))
}

/// How long a task waits that failed so many times, the first being 1, in seconds.
pub(crate) fn task_wait_seconds(failures: u32) -> i64 {
    let doubled = 2_i64.saturating_pow(failures.saturating_sub(1)).saturating_mul(TASK_RETRY_FIRST_SECONDS);
    doubled.min(TASK_RETRY_MAX_SECONDS)
}

/// How long after a receipt the sessions of other institutions that hold its notice are looked for once more, in seconds:
/// longer than a session takes to be made.
pub(crate) const FOREIGN_AGAIN_SECONDS: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let pauses: Vec<u128> = [1, 2, 3, 8, u32::MAX].map(|failures| back_off(failures).as_millis()).to_vec();
        assert_eq!(pauses, [250, 500, 1_000, 30_000, 30_000]);
        assert_eq!([1, 2, 11, u32::MAX].map(task_wait_seconds), [5, 10, 3_600, 3_600]);
    }

    #[test]
    fn a_claim_of_a_lane_is_renewed_long_before_it_ends() {
        assert!(LANE_RENEW_MS * 2 < LANE_LEASE_SECONDS.unsigned_abs() * 1_000);
    }

    #[test]
    fn a_claim_of_an_import_is_renewed_long_before_it_ends() {
        assert!((IMPORT_RENEW_SECONDS + IMPORT_SECONDS_MAX) * 2 < IMPORT_LEASE_SECONDS.unsigned_abs());
    }

    #[test]
    fn a_lease_outlives_the_pass_that_took_it() {
        assert!(TASK_LEASE_SECONDS > i64::try_from(PASS_SECONDS_MAX + STOP_GRACE_SECONDS).unwrap());
    }
}
