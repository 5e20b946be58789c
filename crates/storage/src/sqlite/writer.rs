// SPDX-License-Identifier: AGPL-3.0-or-later
//! The one writer. It takes all jobs that wait, does them, commits once, and then answers: the disk is waited for once
//! per group, and nothing is acknowledged before it is there. A job that fails must not undo the others: then the group
//! is done anew, each job in a savepoint of its own. Savepoints keep a copy of every page that they touch, so a group
//! that needs none gets none.

use std::path::Path;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::connect;
use super::job::{Job, pending};
use crate::db::Writing;
use crate::error::StoreError;
use crate::store::{OPERATION, PoolState};

/// Jobs that may wait; beyond, callers wait for a place, and then the store is busy.
const QUEUE_JOBS_MAX: usize = 1_024;
/// Jobs committed together.
const GROUP_JOBS_MAX: usize = 256;

pub(super) struct Writer {
    queue: Sender<Box<dyn Job>>,
    wait: Duration,
}

impl Writer {
    pub(super) fn start(path: &Path, wait_ms_max: u64) -> Result<Self, StoreError> {
        let connection = connect::writer(path)?;
        let (queue, jobs) = mpsc::channel(QUEUE_JOBS_MAX);
        std::thread::Builder::new()
            .name("tramite-sqlite".to_owned())
            .spawn(move || work(connection, jobs))
            .map_err(StoreError::failed)?;
        Ok(Self { queue, wait: Duration::from_millis(wait_ms_max) })
    }

    /// How it is used: jobs that it has taken already are not among those that wait.
    pub(super) fn state(&self) -> PoolState {
        let waiting = self.queue.max_capacity().saturating_sub(self.queue.capacity());
        let in_use = usize::from(waiting > 0);
        PoolState { name: "writer", max: 1, in_use, idle: 1 - in_use, waiting }
    }

    pub(super) async fn run<I, T>(&self, input: I, work: Writing<I, T>) -> Result<T, StoreError>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        // The wait for a place counts: what is decided must be committed in time or not at all.
        tokio::time::timeout(OPERATION, self.queued(input, work)).await.unwrap_or(Err(StoreError::Busy))
    }

    async fn queued<I, T>(&self, input: I, work: Writing<I, T>) -> Result<T, StoreError>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        let (job, result) = pending(input, work);
        self.queue.send_timeout(job, self.wait).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::unavailable("the writer has ended"),
        })?;
        result.await.unwrap_or_else(|_| Err(StoreError::unavailable("the writer has ended")))
    }
}

fn work(mut connection: SqliteConnection, mut jobs: Receiver<Box<dyn Job>>) {
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP_JOBS_MAX);
    while let Some(first) = jobs.blocking_recv() {
        group.push(first);
        while group.len() < GROUP_JOBS_MAX
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        group.retain(|job| job.wanted());
        match commit(&mut connection, &mut group) {
            Ok(()) => group.drain(..).for_each(Job::answer),
            Err(error) => {
                // Nothing of the group is on the disk, so no answer of it holds, not even a refusal.
                connection.batch_execute("ROLLBACK").ok();
                for job in group.drain(..) {
                    job.fail(like(&error));
                }
            }
        }
    }
}

fn commit(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    if group.is_empty() {
        return Ok(());
    }
    connection.batch_execute("BEGIN IMMEDIATE")?;
    if all_kept(connection, group) {
        connection.batch_execute("COMMIT")?;
        return Ok(());
    }
    // Where the database has undone everything by itself there is nothing to roll back.
    connection.batch_execute("ROLLBACK").ok();
    if group.len() > 1 {
        connection.batch_execute("BEGIN IMMEDIATE")?;
        each_apart(connection, group)?;
        connection.batch_execute("COMMIT")?;
    }
    Ok(())
}

/// Does the jobs of a group, up to the first that fails. None is done after it: the database may have ended the transaction
/// by itself, and the next statement would be one of its own.
fn all_kept(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> bool {
    // Who gave up while the group waited for its turn gets nothing written any more.
    for job in group.iter_mut().filter(|job| job.wanted()) {
        if !job.perform(connection) {
            return false;
        }
    }
    true
}

/// Does the jobs of a group so that those which fail leave nothing behind.
fn each_apart(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    for job in group.iter_mut().filter(|job| job.wanted()) {
        connection.batch_execute("SAVEPOINT job")?;
        let kept = job.perform(connection);
        connection.batch_execute(if kept { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
    }
    Ok(())
}

/// The same error for each job of a group.
fn like(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Conflict => StoreError::Conflict,
        other => StoreError::unavailable(format!("the group was not committed: {other}")),
    }
}
