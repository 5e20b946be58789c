// SPDX-License-Identifier: AGPL-3.0-or-later
//! The one writer. It takes all jobs that wait or come meanwhile, does each in a savepoint of its own, commits once, and then
//! answers: the disk is waited for once per group, and nothing is acknowledged before it is there.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::connect;
use super::job::{Job, pending};
use crate::db::{Db, Working};
use crate::error::StoreError;
use crate::store::OPERATION;

/// Jobs that may wait; beyond, callers wait for a place, and then the store is busy.
const QUEUE_JOBS_MAX: usize = 1_024;
/// Jobs committed together.
const GROUP_JOBS_MAX: usize = 256;
/// How long a group takes in what comes while it is at work, in milliseconds: its first job waits for as long.
const GROUP_MS_MAX: u64 = 10;
/// How long a group with nothing to do waits for the next job, in microseconds, where the one before was larger: its
/// callers were answered at once, and come again one after the other.
const LINGER_US_MAX: u64 = 1_000;
/// How often it looks meanwhile, in microseconds.
const LINGER_STEP_US: u64 = 100;

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

    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        // The wait for a place counts: what is decided must be committed in time or not at all.
        tokio::time::timeout(OPERATION, self.queued(work)).await.unwrap_or(Err(StoreError::Busy))
    }

    async fn queued<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        let (job, result) = pending(work);
        self.queue.send_timeout(job, self.wait).await.map_err(|refused| match refused {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => StoreError::unavailable("the writer has ended"),
        })?;
        result.await.unwrap_or_else(|_| Err(StoreError::unavailable("the writer has ended")))
    }
}

fn work(mut connection: SqliteConnection, mut jobs: Receiver<Box<dyn Job>>) {
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP_JOBS_MAX);
    let mut last = 0;
    while let Some(first) = jobs.blocking_recv() {
        group.push(first);
        match commit(&mut connection, &mut group, &mut jobs, last) {
            Ok(()) => {
                last = group.len();
                group.drain(..).for_each(Job::answer);
            }
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

/// Does the jobs of a group, and those that come meanwhile, and commits.
fn commit(
    connection: &mut SqliteConnection,
    group: &mut Vec<Box<dyn Job>>,
    jobs: &mut Receiver<Box<dyn Job>>,
    last: usize,
) -> Result<(), StoreError> {
    let begun_at = Instant::now();
    connection.batch_execute("BEGIN IMMEDIATE")?;
    let mut done = 0;
    while let Some(job) = group.get_mut(done) {
        // Who gave up while the group waited for its turn gets nothing written any more.
        if job.wanted() {
            connection.batch_execute("SAVEPOINT job")?;
            let kept = job.perform(connection);
            connection.batch_execute(if kept { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" })?;
        }
        done += 1;
        if done == group.len() && done < GROUP_JOBS_MAX {
            let left = Duration::from_millis(GROUP_MS_MAX).saturating_sub(begun_at.elapsed());
            let linger = if done < last { Duration::from_micros(LINGER_US_MAX) } else { Duration::ZERO };
            if !left.is_zero() {
                group.extend(next(jobs, linger.min(left)));
            }
        }
    }
    connection.batch_execute("COMMIT")?;
    Ok(())
}

/// The next job, if it is there or comes within that time.
fn next(jobs: &mut Receiver<Box<dyn Job>>, within: Duration) -> Option<Box<dyn Job>> {
    let begun_at = Instant::now();
    loop {
        match jobs.try_recv() {
            Ok(job) => return Some(job),
            Err(TryRecvError::Empty) if begun_at.elapsed() < within => {
                thread::sleep(Duration::from_micros(LINGER_STEP_US));
            }
            Err(_) => return None,
        }
    }
}

/// The same error for each job of a group.
fn like(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy => StoreError::Busy,
        StoreError::Conflict => StoreError::Conflict,
        other => StoreError::unavailable(format!("the group was not committed: {other}")),
    }
}
