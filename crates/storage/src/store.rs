// SPDX-License-Identifier: AGPL-3.0-or-later
//! The store: one door to two adapters.

use std::sync::Arc;
use std::time::Duration;

use diesel::pg::Pg;
use diesel::sqlite::Sqlite as SqliteBackend;
use futures_util::future::BoxFuture;
use tramite_domain::environment::Environment;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;

use crate::column::NIL;
use crate::db::{Db, Working, Writing, first};
use crate::error::StoreError;
use crate::migrate::{
    Migrated, NEWEST_APPLIED, Newest, POSTGRES_MIGRATIONS, READ_SEAL, SQLITE_MIGRATIONS, Seal, check_version, newest,
};
use crate::numbers::Blocks;
use crate::page::COMMIT_WINDOW_SECONDS;
use crate::postgres::{self, Postgres};
use crate::read::KnownInstitutions;
use crate::scope::Scope;
use crate::seal::{Keyring, MasterKey};
use crate::sqlite::{self, Sqlite};
use crate::system::SystemScope;
use crate::url::{Backend, DatabaseUrl, Target};

/// Seconds an operation may take in all, from the wait for a connection or a place in the queue to its commit.
pub(crate) const OPERATION_SECONDS_MAX: i64 = 15;
/// Seconds after that in which the database may still end what was given up: it was asked to commit, and nobody listens.
const LATE_COMMIT_SECONDS_MAX: i64 = 10;
/// Seconds by which the clocks of two processes may differ.
const CLOCK_SKEW_SECONDS_MAX: i64 = 5;
/// Seconds from the instant of a decision to the operation that writes it, at most: who took longer decides anew.
const DECISION_SECONDS_MAX: i64 = 25;

// `updated_since` lists skip nothing that commits late because of this.
const _: () = assert!(
    DECISION_SECONDS_MAX + OPERATION_SECONDS_MAX + LATE_COMMIT_SECONDS_MAX + CLOCK_SKEW_SECONDS_MAX
        < COMMIT_WINDOW_SECONDS
);

/// Whether what was decided at that instant may be written still. Lists of changes rely on the age of what is written: who took longer
/// decides anew.
#[must_use]
pub fn is_still_writable(decided_at: Instant, now: Instant) -> bool {
    now.seconds_since(decided_at) <= DECISION_SECONDS_MAX
}

/// The time of one operation.
pub(crate) const OPERATION: Duration = Duration::from_secs(OPERATION_SECONDS_MAX.unsigned_abs());

/// How the connections of one pool are used at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Whose they are: `app` for requests, `system` for what crosses institutions; on SQLite `writer`.
    pub name: &'static str,
    /// How many there may be.
    pub max: usize,
    /// At work.
    pub in_use: usize,
    /// Open, and free.
    pub idle: usize,
    /// Pieces of work that wait for one.
    pub waiting: usize,
}

/// What the store will answer. Boxed here, and not where it is awaited: an `async fn` is compiled anew in every crate
/// that awaits it, with all that it awaits itself.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// Where.
    pub url: DatabaseUrl,
    /// What opens the sealed columns.
    pub master_key: MasterKey,
    /// Connections for tenants; on SQLite the readers kept open.
    pub connections_max: usize,
    /// Connections for `SystemScope`; PostgreSQL only.
    pub system_connections_max: usize,
    /// Milliseconds to wait for a connection or a place in the writer's queue; then the store is busy. The time of the
    /// whole operation ends it as well.
    pub wait_ms_max: u64,
}

/// The data of all tenants. Cloning it is cheap.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    adapter: Adapter,
    environment: Environment,
    keyring: Keyring,
    blocks: Blocks,
    institutions: KnownInstitutions,
}

enum Adapter {
    Postgres(Box<Postgres>),
    Sqlite(Sqlite),
}

/// In whose name a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Tenant(InstitutionId),
    System,
}

impl Who {
    /// The platform itself is no tenant.
    pub(crate) fn owner_of(institution: InstitutionId) -> Self {
        if institution == NIL { Self::System } else { Self::Tenant(institution) }
    }
}

impl From<&Scope> for Who {
    fn from(scope: &Scope) -> Self {
        Self::Tenant(scope.institution())
    }
}

/// Whether a transaction writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl Store {
    /// Brings the schema up to date, one process at a time, and seals the database to its environment.
    ///
    /// # Errors
    /// `WrongEnvironment` when it is sealed to the other one; nothing is changed then.
    pub async fn migrate(url: &DatabaseUrl, environment: Environment) -> Result<Migrated, StoreError> {
        match url.target() {
            Target::Postgres(server) => postgres::migrate(server, environment).await,
            Target::Sqlite(path) => sqlite::migrate(path, environment).await,
        }
    }

    /// Opens a migrated database.
    ///
    /// # Errors
    /// `SchemaVersion` when the schema is older or newer than this program; `Sealed` under another master key;
    /// `Unavailable` when the database cannot be reached.
    pub async fn open(settings: StoreSettings) -> Result<Self, StoreError> {
        let adapter = match settings.url.target() {
            Target::Postgres(server) => Adapter::Postgres(Box::new(Postgres::open(server, &settings)?)),
            Target::Sqlite(path) if !path.exists() => {
                return Err(unmigrated(newest::<SqliteBackend>(&SQLITE_MIGRATIONS)?));
            }
            Target::Sqlite(path) => Adapter::Sqlite(Sqlite::open(path, &settings)?),
        };
        let mut inner = Inner {
            adapter,
            environment: Environment::Sandbox,
            keyring: Keyring::new(settings.master_key),
            blocks: Blocks::default(),
            institutions: KnownInstitutions::default(),
        };
        inner.environment = inner.inspect().await?;
        let store = Self(Arc::new(inner));
        store.try_platform_key().await?;
        Ok(store)
    }

    /// Which adapter it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.0.adapter {
            Adapter::Postgres(_) => Backend::Postgres,
            Adapter::Sqlite(_) => Backend::Sqlite,
        }
    }

    /// What the database is sealed to.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.0.environment
    }

    /// Asks the database for a row.
    ///
    /// # Errors
    /// Whatever keeps it from answering.
    pub fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.0.read(Who::System, |db| Box::pin(read_seal(db))).await.map(drop) })
    }

    /// Asks whether the database is still the one that this program knows: that it answers, and that its schema is not older.
    /// A newer one is no reason to stop: the program of the next version is about to take over.
    ///
    /// # Errors
    /// `SchemaVersion` where migrations are behind; else whatever keeps it from answering.
    pub fn check(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            let needed = match self.0.adapter {
                Adapter::Postgres(_) => newest::<Pg>(&POSTGRES_MIGRATIONS)?,
                Adapter::Sqlite(_) => newest::<SqliteBackend>(&SQLITE_MIGRATIONS)?,
            };
            let found = self.0.read(Who::System, |db| Box::pin(read_version(db))).await?;
            if found.as_ref().is_some_and(|found| *found >= needed) { Ok(()) } else { check_version(found, needed) }
        })
    }

    /// How its connections are used now.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolState> {
        match &self.0.adapter {
            Adapter::Postgres(adapter) => adapter.pools(),
            Adapter::Sqlite(adapter) => vec![adapter.writer()],
        }
    }

    /// The few methods that cross tenants. Only the named makers of a `Scope`, the worker and the commands of the
    /// program call it.
    #[must_use]
    pub fn system(&self) -> SystemScope {
        SystemScope::new(self.clone())
    }

    /// Ends all connections to the server; what runs is finished, what comes is refused.
    pub fn close(&self) {
        if let Adapter::Postgres(adapter) = &self.0.adapter {
            adapter.close();
        }
    }

    /// Places in number sequences that this process has taken and not yet given.
    pub(crate) fn blocks(&self) -> &Blocks {
        &self.0.blocks
    }

    /// Institutions as this process has read them last.
    pub(crate) fn institutions(&self) -> &KnownInstitutions {
        &self.0.institutions
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Reads on one snapshot.
    pub(crate) async fn read<T, F>(&self, who: impl Into<Who>, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        self.0.read(who.into(), work).await
    }

    /// Writes in one transaction: all or nothing. The work only looks at its input, because it may have to be done anew.
    pub(crate) async fn write<I, T>(&self, who: impl Into<Who>, input: I, work: Writing<I, T>) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.0.adapter {
            Adapter::Postgres(adapter) => {
                adapter.run(who.into(), Access::Write, move |db| Box::pin(async move { work(db, &input).await })).await
            }
            Adapter::Sqlite(adapter) => adapter.write(input, work).await,
        }
    }
}

impl Inner {
    async fn read<T, F>(&self, who: Who, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        match &self.adapter {
            Adapter::Postgres(adapter) => adapter.run(who, Access::Read, work).await,
            Adapter::Sqlite(adapter) => adapter.read(work),
        }
    }

    /// The environment of the database, after its schema was found to be the one this program knows.
    async fn inspect(&self) -> Result<Environment, StoreError> {
        let (needed, found) = match &self.adapter {
            Adapter::Postgres(adapter) => (newest::<Pg>(&POSTGRES_MIGRATIONS)?, adapter.version().await),
            Adapter::Sqlite(adapter) => {
                let found = adapter.read(|db| Box::pin(read_version(db)));
                (newest::<SqliteBackend>(&SQLITE_MIGRATIONS)?, found)
            }
        };
        let found = match found {
            Err(StoreError::Failed(_)) => return Err(unmigrated(needed)),
            found => found?,
        };
        check_version(found, needed)?;
        self.read(Who::System, |db| Box::pin(read_seal(db))).await
    }
}

fn unmigrated(needed: String) -> StoreError {
    StoreError::SchemaVersion { found: "none".to_owned(), needed }
}

async fn read_version(mut db: Db<'_>) -> Result<Option<String>, StoreError> {
    let newest: Option<Newest> = first!(&mut db, diesel::sql_query(NEWEST_APPLIED))?;
    Ok(newest.and_then(|newest| newest.version))
}

async fn read_seal(mut db: Db<'_>) -> Result<Environment, StoreError> {
    let seal: Option<Seal> = first!(&mut db, diesel::sql_query(READ_SEAL))?;
    seal.ok_or_else(|| StoreError::failed("the database is not sealed to an environment"))?.environment()
}
