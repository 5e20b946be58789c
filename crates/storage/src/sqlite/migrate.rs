// SPDX-License-Identifier: AGPL-3.0-or-later
//! Migrations on SQLite, one process at a time: the write lock of the file is taken first.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};
use diesel_migrations::MigrationHarness;
use tramite_domain::environment::Environment;

use super::connect;
use crate::error::StoreError;
use crate::migrate::{Migrated, READ_SEAL, SQLITE_MIGRATIONS, Seal, check_seal, newest};

/// Milliseconds to wait for another process that migrates.
const MIGRATION_WAIT_MS_MAX: u32 = 60_000;
/// How long until the file is asked for again.
const TURN: Duration = Duration::from_millis(20);

/// Brings the schema up to date and seals the environment.
pub(crate) async fn migrate(path: &Path, environment: Environment) -> Result<Migrated, StoreError> {
    let path = path.to_owned();
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("tramite-migrate".to_owned())
        .spawn(move || answer.send(run(&path, environment)).ok())
        .map_err(StoreError::failed)?;
    answered.await.map_err(StoreError::failed)?
}

/// Diesel's own error is needed inside its transaction; ours comes out beside it.
struct Failure(StoreError);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.into())
    }
}

fn run(path: &Path, environment: Environment) -> Result<Migrated, StoreError> {
    make_private(path)?;
    let mut connection = writer_in_turn(path)?;
    // A table that is built anew is dropped meanwhile, with everything that refers to it in place.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {MIGRATION_WAIT_MS_MAX}; PRAGMA foreign_keys = OFF"))?;
    let applied =
        connection.immediate_transaction(|connection| apply(connection, environment)).map_err(|failed| failed.0)?;
    Ok(Migrated { applied, version: newest::<Sqlite>(&SQLITE_MIGRATIONS)? })
}

/// Of several that make a new file a WAL one at the same time, SQLite tells all but one at once that it is locked,
/// whatever time they have.
fn writer_in_turn(path: &Path) -> Result<SqliteConnection, StoreError> {
    let begun_at = Instant::now();
    loop {
        match connect::writer(path) {
            Err(StoreError::Busy) if begun_at.elapsed() < Duration::from_millis(MIGRATION_WAIT_MS_MAX.into()) => {
                std::thread::sleep(TURN);
            }
            other => return other,
        }
    }
}

/// A new file belongs to its owner alone (mode 0600); SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::unavailable(error)),
    }
}

fn apply(connection: &mut SqliteConnection, environment: Environment) -> Result<Vec<String>, Failure> {
    let applied = connection
        .run_pending_migrations(SQLITE_MIGRATIONS)
        .map(|versions| versions.iter().map(ToString::to_string).collect())
        .map_err(|error| Failure(StoreError::Failed(error)))?;
    diesel::sql_query("INSERT INTO deployment (id, environment) VALUES (1, ?) ON CONFLICT (id) DO NOTHING")
        .bind::<Text, _>(environment.name())
        .execute(connection)?;
    let seal: Seal = diesel::sql_query(READ_SEAL).get_result(connection)?;
    check_seal(&seal, environment).map_err(Failure)?;
    Ok(applied)
}
