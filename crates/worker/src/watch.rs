// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the worker tells of itself: how its passes went, and that each job still comes round.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tramite_storage::StoreError;
use tramite_telemetry::catalogue::{JOB_DONE, JOB_DURATION, JOB_PASSES};
use tramite_telemetry::{Metrics, Pulse};

use crate::failure::code;
use crate::job::Job;
use crate::pace::{BACK_OFF_MAX_MS, LATE_PACES, PASS_SECONDS_MAX};
use crate::pass::Pass;

/// The code of a pass that took too long.
pub(crate) const TIMEOUT: &str = "timeout";

/// Where the worker tells it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// The counters of the process.
    pub(crate) metrics: Arc<Metrics>,
    /// Whether its work goes on.
    pub(crate) pulse: Arc<Pulse>,
}

impl Watch {
    /// A job begins, and will come round at that pace.
    pub(crate) fn begin(&self, job: Job, pace: Duration) {
        self.pulse.expect(job.name(), allowed(pace));
    }

    /// A pass has ended, however it did: a database that is away makes nobody late.
    pub(crate) fn ended(&self, job: Job, outcome: &Result<Result<Pass, StoreError>, Elapsed>, took: Duration) {
        let (code, done) = match outcome {
            Ok(Ok(pass)) => (pass.failed.as_ref().map_or("ok", code), pass.done),
            Ok(Err(error)) => (code(error), 0),
            Err(_) => (TIMEOUT, 0),
        };
        self.came_round(job, code, done, took);
    }

    /// The same of a job that goes its own way.
    pub(crate) fn came_round(&self, job: Job, code: &'static str, done: usize, took: Duration) {
        let name = job.name().into();
        self.metrics.count(&JOB_PASSES, &[name, code.into()]);
        self.metrics.add(&JOB_DONE, &[name], u64::try_from(done).unwrap_or(u64::MAX));
        self.metrics.observe_us(&JOB_DURATION, &[name], u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.pulse.beat(job.name());
    }

    /// A job has ended because the program stops.
    pub(crate) fn stopped(&self, job: Job) {
        self.pulse.end(job.name());
    }
}

/// How long a job may take to come round: some of its pauses, the longest pass, and the longest pause after a failure.
fn allowed(pace: Duration) -> Duration {
    let rest = Duration::from_secs(PASS_SECONDS_MAX).saturating_add(Duration::from_millis(BACK_OFF_MAX_MS));
    pace.saturating_mul(LATE_PACES).saturating_add(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_does_all_it_may_is_not_late() {
        let longest = Duration::from_secs(PASS_SECONDS_MAX) + Duration::from_millis(BACK_OFF_MAX_MS);
        for pace in [Duration::from_millis(500), Duration::from_hours(1)] {
            assert!(allowed(pace) > longest + pace, "{pace:?}");
        }
    }
}
