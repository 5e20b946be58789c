// SPDX-License-Identifier: AGPL-3.0-or-later
//! Migrations on PostgreSQL, one process at a time.

use std::time::Duration;

use diesel::pg::Pg;
use diesel::sql_types::{Bool, Text};
use diesel::{OptionalExtension, QueryableByName};
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;
use tokio::runtime::Builder;
use tramite_domain::environment::Environment;

use super::connect::Connector;
use crate::error::{StoreError, passes};
use crate::migrate::{Migrated, POSTGRES_MIGRATIONS, READ_SEAL, Seal, check_seal, newest};
use crate::url::Server;

/// Key of the advisory lock: whoever holds it migrates.
const MIGRATION_LOCK: i64 = 0x7472_616d_6974_6500;
/// Milliseconds to wait for another process that migrates, which may try a migration for three minutes, and then partitions.
const MIGRATION_WAIT_MS_MAX: u32 = 600_000;
/// Milliseconds to wait for a table that somebody works on. Who comes after waits as well, so that it is less than anybody gives up after.
const TABLE_WAIT_MS_MAX: u32 = 1_000;
/// How often a migration, or the making of partitions, is tried again: for some minutes.
const TRIES_MAX: u32 = 120;
/// Milliseconds between two tries, in which those who waited have their turn.
const PAUSE_MS: u64 = 500;
/// Partitions are made for this month and so many more.
const PARTITION_MONTHS_AHEAD: u32 = 3;

const FIND_DEPLOYMENT: &str = "SELECT to_regclass('deployment') IS NOT NULL AS found";

/// Whether there is a table that says what the database is sealed to.
#[derive(QueryableByName)]
struct Deployment {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Brings the schema up to date and seals the environment.
pub(crate) async fn migrate(server: &Server, environment: Environment) -> Result<Migrated, StoreError> {
    let server = server.clone();
    let (answer, answered) = tokio::sync::oneshot::channel();
    // Diesel's migrations block, so they get a thread and a runtime of their own: the caller's may have one thread only.
    std::thread::Builder::new()
        .name("tramite-migrate".to_owned())
        .spawn(move || {
            let result = Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .map_err(StoreError::failed)
                .and_then(|runtime| runtime.block_on(run(&server, environment)));
            // Nobody listens any more when the caller was dropped; the migrations stand all the same.
            answer.send(result).ok();
        })
        .map_err(StoreError::failed)?;
    answered.await.map_err(StoreError::failed)?
}

async fn run(server: &Server, environment: Environment) -> Result<Migrated, StoreError> {
    let connector = Connector::new(server, tokio::runtime::Handle::current())?;
    let mut connection = connector.login().await?.session;
    // The session ends with the connection, and its lock with it.
    connection
        .batch_execute(&format!(
            "SET lock_timeout = {MIGRATION_WAIT_MS_MAX}; SELECT pg_advisory_lock({MIGRATION_LOCK}); \
             SET lock_timeout = {TABLE_WAIT_MS_MAX}"
        ))
        .await?;
    // A database of the other environment is left as it is, whatever is pending.
    if let Some(seal) = present_seal(&mut connection).await? {
        check_seal(&seal, environment)?;
    }
    let mut harness = AsyncMigrationHarness::new(connection);
    let applied = apply(&mut harness).await?;
    let mut connection = harness.into_inner();
    seal(&mut connection, environment).await?;
    make_partitions(&mut connection).await?;
    Ok(Migrated { applied, version: newest::<Pg>(&POSTGRES_MIGRATIONS)? })
}

/// Applies what is pending, one migration after the other. Programs of before go on meanwhile: a migration that would keep them waiting for
/// long, or that crossed one of them, is undone and comes again.
async fn apply(harness: &mut AsyncMigrationHarness<AsyncPgConnection>) -> Result<Vec<String>, StoreError> {
    let (mut applied, mut patience) = (Vec::new(), Patience::default());
    while harness.has_pending_migration(POSTGRES_MIGRATIONS).map_err(StoreError::Failed)? {
        match harness.run_next_migration(POSTGRES_MIGRATIONS) {
            Ok(version) => {
                applied.push(version.to_string());
                patience = Patience::default();
            }
            Err(error) if patience.waits(&error.to_string()).await => {}
            Err(error) => return Err(StoreError::Failed(error)),
        }
    }
    Ok(applied)
}

/// Makes the partitions of the months to come, which takes the whole table for an instant.
async fn make_partitions(connection: &mut AsyncPgConnection) -> Result<(), StoreError> {
    let mut patience = Patience::default();
    loop {
        match connection.batch_execute(&format!("SELECT tramite_make_partitions({PARTITION_MONTHS_AHEAD})")).await {
            Err(error) if patience.waits(&error.to_string()).await => {}
            done => return Ok(done?),
        }
    }
}

/// How often one thing was tried that somebody stood in the way of.
#[derive(Debug, Default)]
struct Patience {
    tries: u32,
}

impl Patience {
    /// Whether it comes again, after a pause in which those who waited have their turn.
    async fn waits(&mut self, error: &str) -> bool {
        if self.tries >= TRIES_MAX || !passes(error) {
            return false;
        }
        self.tries += 1;
        tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
        true
    }
}

/// What the database is sealed to; none before its first migration.
async fn present_seal(connection: &mut AsyncPgConnection) -> Result<Option<Seal>, StoreError> {
    let there: Deployment = diesel::sql_query(FIND_DEPLOYMENT).get_result(connection).await?;
    if !there.found {
        return Ok(None);
    }
    Ok(diesel::sql_query(READ_SEAL).get_result(connection).await.optional()?)
}

async fn seal(connection: &mut AsyncPgConnection, environment: Environment) -> Result<(), StoreError> {
    diesel::sql_query("INSERT INTO deployment (id, environment) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
        .bind::<Text, _>(environment.name())
        .execute(connection)
        .await?;
    let seal: Seal = diesel::sql_query(READ_SEAL).get_result(connection).await?;
    check_seal(&seal, environment)
}
