// SPDX-License-Identifier: AGPL-3.0-or-later
//! A list of sentences and their run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};

use crate::database::{Database, Kind, Lease, Prepare};
use crate::judge::Judge;
use crate::limit::{SENTENCE_LIMIT_SECONDS, drive, within};
use crate::postgres::{Cluster, Options};
use crate::{postgres, reference, xmllint_present};

/// The sentences of one test target (`harness = false` in its `Cargo.toml`).
///
/// Sentences run side by side (`--test-threads` as usual), each on a thread of its own with a time
/// limit; asynchronous ones on a runtime of their own with two workers.
#[derive(Debug)]
pub struct Suite {
    trials: Vec<Trial>,
    limit: Duration,
    per_processor: usize,
    prepare: Option<Prepare>,
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

impl Suite {
    /// An empty suite.
    pub const fn new() -> Self {
        Self { trials: Vec::new(), limit: Duration::from_secs(SENTENCE_LIMIT_SECONDS), per_processor: 1, prepare: None }
    }

    /// So many sentences run side by side for each processor, unless `--test-threads` says otherwise: more than one where
    /// they wait for other processes more than they work.
    #[must_use]
    pub const fn per_processor(mut self, sentences: usize) -> Self {
        self.per_processor = sentences;
        self
    }

    /// Databases of the sentences that are added after this call are copies of one that is prepared so, once in this process: one
    /// function for all of it.
    #[must_use]
    pub const fn prepare(mut self, prepare: fn(Database)) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// Databases of the sentences that are added after this call are empty.
    #[must_use]
    pub const fn empty(mut self) -> Self {
        self.prepare = None;
        self
    }

    /// Changes the time limit of the sentences that are added after this call.
    #[must_use]
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// A sentence that needs nothing.
    #[must_use]
    pub fn sync(self, name: &str, body: impl FnOnce() + Send + 'static) -> Self {
        self.add(name.to_owned(), true, body)
    }

    /// An asynchronous sentence that needs no database.
    #[must_use]
    pub fn asynchronous<F: Future<Output = ()>>(self, name: &str, body: impl FnOnce() -> F + Send + 'static) -> Self {
        self.add(name.to_owned(), true, move || drive(body()))
    }

    /// A sentence that must hold on both databases: `sqlite::name` and `postgres::name`.
    #[must_use]
    pub fn async_on_both<F: Future<Output = ()>>(
        self,
        name: &str,
        body: impl Fn(Database) -> F + Clone + Send + 'static,
    ) -> Self {
        self.async_on_sqlite(name, body.clone()).async_on_postgres(name, body)
    }

    /// A sentence about SQLite alone: `sqlite::name`.
    #[must_use]
    pub fn async_on_sqlite<F: Future<Output = ()>>(
        self,
        name: &str,
        body: impl FnOnce(Database) -> F + Send + 'static,
    ) -> Self {
        let body = on((Kind::Sqlite, self.prepare), body);
        self.add(format!("sqlite::{name}"), true, body)
    }

    /// A sentence about PostgreSQL alone: `postgres::name`; ignored where PostgreSQL is absent.
    #[must_use]
    pub fn async_on_postgres<F: Future<Output = ()>>(
        self,
        name: &str,
        body: impl FnOnce(Database) -> F + Send + 'static,
    ) -> Self {
        let body = on((Kind::Postgres, self.prepare), body);
        self.add(format!("postgres::{name}"), postgres::present(), body)
    }

    /// A sentence about SQLite on a volume of its own, which it mounts: `sqlite::name`; ignored where it may not.
    #[must_use]
    pub fn async_on_sqlite_with_volume<F: Future<Output = ()>>(
        self,
        name: &str,
        body: impl FnOnce(Database) -> F + Send + 'static,
    ) -> Self {
        let body = on((Kind::Sqlite, self.prepare), body);
        self.add(format!("sqlite::{name}"), postgres::volumes_present(), body)
    }

    /// A sentence that kills, stops or fills a PostgreSQL: `postgres::name`, with a cluster of its own; ignored where
    /// PostgreSQL is absent, or a volume that the options ask for cannot be had.
    #[must_use]
    pub fn async_on_own_postgres<F: Future<Output = ()>>(
        self,
        name: &str,
        options: Options,
        body: impl FnOnce(Arc<Cluster>) -> F + Send + 'static,
    ) -> Self {
        let present = postgres::present() && (options.volume_mib.is_none() || postgres::volumes_present());
        self.add(format!("postgres::{name}"), present, move || {
            let cluster = Cluster::start_new(options).expect("PostgreSQL was found before");
            drive(body(Arc::new(cluster)));
        })
    }

    /// A sentence that reads the reference folder; ignored where it is absent.
    #[must_use]
    pub fn with_reference(self, name: &str, body: impl FnOnce(PathBuf) + Send + 'static) -> Self {
        self.reading(name, reference(), body)
    }

    /// A sentence that validates with [`fn@crate::xmllint`] against the reference folder's schemas;
    /// ignored where either is absent.
    #[must_use]
    pub fn with_schemas(self, name: &str, body: impl FnOnce(PathBuf) + Send + 'static) -> Self {
        let folder = reference().filter(|_| xmllint_present());
        self.reading(name, folder, body)
    }

    /// A sentence that reads the reference folder and needs something else of the machine; ignored where either is
    /// absent.
    #[must_use]
    pub fn with_reference_and(self, present: bool, name: &str, body: impl FnOnce(PathBuf) + Send + 'static) -> Self {
        self.reading(name, reference().filter(|_| present), body)
    }

    /// Runs what the command line asks for (`cargo test -- name`), prints the outcome and ends the
    /// process.
    ///
    /// # Panics
    /// Where an answer that [`Judge::of_process`] has kept is not valid.
    pub fn run(self) -> ! {
        let mut arguments = Arguments::from_args();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        arguments.test_threads.get_or_insert(processors * self.per_processor);
        let conclusion = libtest_mimic::run(&arguments, self.trials);
        if let Err(wrong) = Judge::verdict_on_process() {
            panic!("an answer is not valid: {wrong}");
        }
        conclusion.exit()
    }

    fn reading(self, name: &str, folder: Option<PathBuf>, body: impl FnOnce(PathBuf) + Send + 'static) -> Self {
        let present = folder.is_some();
        self.add(name.to_owned(), present, move || {
            body(folder.expect("the reference folder (an ignored sentence was asked for)"));
        })
    }

    fn add(mut self, name: String, present: bool, body: impl FnOnce() + Send + 'static) -> Self {
        let limit = self.limit;
        let thread_name = name.clone();
        let trial = Trial::test(name, move || within(limit, &thread_name, body));
        self.trials.push(trial.with_ignored_flag(!present));
        self
    }
}

fn on<F: Future<Output = ()>>(
    (kind, prepare): (Kind, Option<Prepare>),
    body: impl FnOnce(Database) -> F + Send + 'static,
) -> impl FnOnce() + Send + 'static {
    move || {
        let lease = Lease::take(kind, prepare);
        drive(body(lease.database()));
    }
}
