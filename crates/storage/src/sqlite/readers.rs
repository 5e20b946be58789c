// SPDX-License-Identifier: AGPL-3.0-or-later
//! Readers work on the caller's thread: a read takes microseconds, less than a hand-over would.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use futures_util::FutureExt;

use super::connect;
use crate::db::{Db, Working};
use crate::error::StoreError;

pub(super) struct Readers {
    path: PathBuf,
    /// Idle connections. Never more are in use than there are threads.
    idle: Mutex<Vec<SqliteConnection>>,
    idle_max: usize,
}

impl Readers {
    pub(super) fn new(path: &Path, connections_max: usize) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()), idle_max: connections_max.max(1) }
    }

    /// Runs work on one snapshot.
    pub(super) fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T>,
    {
        let mut connection = self.take()?;
        connection.batch_execute("BEGIN")?;
        let done = work(Db::Sqlite(&mut connection)).now_or_never();
        connection.batch_execute("COMMIT")?;
        // One that failed above is not kept: it might still be in its transaction.
        self.give(connection);
        done.unwrap_or_else(|| Err(StoreError::failed("work on SQLite waited for something")))
    }

    fn take(&self) -> Result<SqliteConnection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connect::reader(&self.path),
        }
    }

    fn give(&self, connection: SqliteConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.idle_max {
            idle.push(connection);
        }
    }
}
