// SPDX-License-Identifier: AGPL-3.0-or-later
//! The worker: every job at its own pace, until it is told to stop.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::error::Elapsed;
use tokio::time::{sleep, timeout};
use tramite_domain::given::{Given, World, WorldIds};
use tramite_domain::ids::InstitutionId;
use tramite_domain::import::PositionReader;
use tramite_domain::time::Instant as Moment;
use tramite_outbound::{Names, Towards};
use tramite_pagopa::receipts::ReceiptsClient;
use tramite_storage::{Store, StoreError};
use tramite_telemetry::{Metrics, Pulse};

use crate::clock::Clock;
use crate::documents::{self, Documents};
use crate::failure::code;
use crate::guard::guarded;
use crate::imports::{self, Imports};
use crate::issuers::{self, Issuers};
use crate::job::Job;
use crate::pace::{
    EXPIRED_RECORDS_MAX, FEED_EVENTS_MAX, OVER_MAX, PASS_SECONDS_MAX, STOP_GRACE_SECONDS, TASKS_MAX, TRANSITIONS_MAX,
    WorkerSettings, back_off,
};
use crate::pass::{Pass, Report};
use crate::watch::{TIMEOUT, Watch};
use crate::webhook::Webhooks;
use crate::{feed, positions, recovery, retention, sessions, tasks, upkeep, webhook};

/// Does what no request asks for. Any number of them may run on one PostgreSQL; on SQLite it runs inside `serve`.
pub struct Worker {
    pub(crate) store: Store,
    pub(crate) world: Arc<dyn World>,
    pub(crate) settings: WorkerSettings,
    pub(crate) watch: Watch,
    /// None tells no endpoint of anything.
    webhooks: Option<Webhooks>,
    /// None asks for no keys.
    issuers: Option<Issuers>,
    /// None asks for no receipt.
    receipts: Option<ReceiptsClient>,
    /// None loads no files.
    imports: Option<Imports>,
    documents: Documents,
    /// The institution of which what is over was looked for last.
    retained: Mutex<Option<InstitutionId>>,
}

impl Worker {
    /// A worker over a store. The store must be able to make its system scope.
    #[must_use]
    pub fn new(store: Store, world: Arc<dyn World>, settings: WorkerSettings) -> Self {
        Self {
            store,
            world,
            settings,
            watch: Watch::default(),
            webhooks: None,
            issuers: None,
            receipts: None,
            imports: None,
            documents: Documents::default(),
            retained: Mutex::default(),
        }
    }

    /// The same, telling of itself in the counters of the process, and in its pulse.
    #[must_use]
    pub fn watched(self, metrics: Arc<Metrics>, pulse: Arc<Pulse>) -> Self {
        Self { watch: Watch { metrics, pulse }, ..self }
    }

    /// The same worker, which also tells clients of events, and asks trusted issuers for their keys: as far as `towards` allows, where `names` says that a name leads.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn telling(self, towards: Towards, names: Arc<dyn Names>) -> Result<Self, reqwest::Error> {
        let issuers = Issuers::new(towards, Arc::clone(&names))?;
        let webhooks = Webhooks::new(towards, names, self.world.id())?;
        Ok(Self { webhooks: Some(webhooks), issuers: Some(issuers), ..self })
    }

    /// The same worker, which also asks for receipts that never came.
    #[must_use]
    pub fn recovering(self, receipts: ReceiptsClient) -> Self {
        Self { receipts: Some(receipts), ..self }
    }

    /// The same worker, which also loads files of debt positions, reading each position as the API does.
    #[must_use]
    pub fn importing(self, reader: Arc<dyn PositionReader>) -> Self {
        Self { imports: Some(Imports::new(reader)), ..self }
    }

    /// Works until `shutdown` is ready. A pass that is running then gets a few seconds; what it does not finish is
    /// found again by whoever works next.
    pub async fn run(&self, shutdown: impl Future<Output = ()>) {
        if let Some(imports) = &self.imports {
            imports.take_over(self).await;
        }
        self.documents.take_over(self).await;
        let (stop, stopped) = watch::channel(false);
        let paced = Job::ALL.into_iter().filter(|job| *job != Job::Webhooks);
        let jobs = join_all(paced.map(|job| self.keep(job, stopped.clone())));
        let telling = async {
            if let Some(webhooks) = &self.webhooks {
                webhook::run(self, webhooks, stopped.clone()).await;
            }
        };
        let end = async {
            shutdown.await;
            // Without a listener every job has ended already.
            let _ = stop.send(true);
        };
        tokio::join!(jobs, telling, end);
        if let Some(imports) = &self.imports {
            imports.leave_all(self).await;
        }
    }

    /// One round of all jobs at a given instant.
    pub async fn run_once(&self, now: Moment) -> Report {
        let mut report = Report::default();
        for job in Job::ALL {
            let pass = guarded(self.pass(job, Clock::Fixed(now))).await;
            report.add(job, &pass.unwrap_or_else(|error| Pass { failed: Some(error), ..Pass::default() }));
        }
        report
    }

    /// One job, pass after pass.
    async fn keep(&self, job: Job, stopped: watch::Receiver<bool>) {
        self.watch.begin(job, self.settings.every(job));
        self.repeat(job, stopped).await;
        self.watch.stopped(job);
    }

    async fn repeat(&self, job: Job, mut stopped: watch::Receiver<bool>) {
        let mut failures = 0_u32;
        loop {
            let begun = Instant::now();
            let pass = guarded(self.pass(job, Clock::World(self.world.as_ref())));
            let outcome = tokio::select! {
                outcome = timeout(Duration::from_secs(PASS_SECONDS_MAX), pass) => outcome,
                () = stopped_and_waited(stopped.clone()) => return,
            };
            self.watch.ended(job, &outcome, begun.elapsed());
            let pause = self.pause_after(job, outcome, &mut failures);
            tokio::select! {
                () = sleep(pause) => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// How long a job rests. One thing that failed was told already and slows nothing down: only a pass that could not
    /// be done at all, or a database that is away, is waited for.
    fn pause_after(
        &self,
        job: Job,
        outcome: Result<Result<Pass, StoreError>, Elapsed>,
        failures: &mut u32,
    ) -> Duration {
        let failed = match outcome {
            Ok(Ok(pass)) if !pass.met_outage() => {
                *failures = 0;
                return if pass.is_full(limit_of(job)) { Duration::ZERO } else { self.settings.every(job) };
            }
            Ok(Ok(pass)) => pass.failed,
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        *failures = failures.saturating_add(1);
        let code = failed.as_ref().map_or(TIMEOUT, code);
        let cause = failed.map_or_else(|| "the pass took too long".to_owned(), |error| error.to_string());
        tracing::warn!(job = job.name(), code, failures, cause, "a job failed");
        back_off(*failures)
    }

    async fn pass(&self, job: Job, clock: Clock<'_>) -> Result<Pass, StoreError> {
        match job {
            Job::Positions => positions::tell(self, clock).await,
            Job::Sessions => sessions::tell(self, clock).await,
            Job::Tasks => tasks::work(self, clock).await,
            Job::Feed => feed::publish(self).await,
            Job::Webhooks => match &self.webhooks {
                Some(webhooks) => webhook::round(self, webhooks, clock).await,
                None => Ok(Pass::default()),
            },
            Job::Issuers => match &self.issuers {
                Some(issuers) => issuers::refresh(self, issuers, clock.now()).await,
                None => Ok(Pass::default()),
            },
            Job::Upkeep => upkeep::keep(self, clock.now()).await,
            Job::Recoveries => match &self.receipts {
                Some(api) => recovery::recover(self, api, clock).await,
                None => Ok(Pass::default()),
            },
            Job::Imports => match &self.imports {
                Some(imports) => imports::load(self, imports, clock).await,
                None => Ok(Pass::default()),
            },
            Job::Documents => documents::make(self, &self.documents, clock).await,
            Job::Retention => retention::forget(self, clock).await,
        }
    }

    /// The institution of which what is over was looked for last.
    pub(crate) fn retained(&self) -> Option<InstitutionId> {
        *self.retained.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is over is looked for after this institution the next time.
    pub(crate) fn retain_after(&self, institution: InstitutionId) {
        *self.retained.lock().unwrap_or_else(PoisonError::into_inner) = Some(institution);
    }

    /// Takes one decision at an instant, for nobody in particular.
    pub(crate) fn decide<T>(&self, now: Moment, decision: impl FnOnce(&mut Given<'_>) -> T) -> T {
        let mut ids = WorldIds(self.world.as_ref());
        decision(&mut Given { now, ids: &mut ids, client_id: None, request_id: None })
    }
}

/// How much one pass of a job takes at most.
const fn limit_of(job: Job) -> usize {
    match job {
        Job::Positions | Job::Sessions => TRANSITIONS_MAX,
        Job::Tasks => TASKS_MAX,
        Job::Feed => FEED_EVENTS_MAX,
        // As long as one is not over, its next part follows at once.
        Job::Imports | Job::Documents => 1,
        // A round takes all there is.
        Job::Webhooks | Job::Issuers | Job::Recoveries => usize::MAX,
        Job::Upkeep => EXPIRED_RECORDS_MAX,
        Job::Retention => OVER_MAX,
    }
}

async fn stopped_and_waited(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone can say no more: that is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
    sleep(Duration::from_secs(STOP_GRACE_SECONDS)).await;
}
