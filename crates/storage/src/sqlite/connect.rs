// SPDX-License-Identifier: AGPL-3.0-or-later
//! Connections to the file.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::error::StoreError;

/// Milliseconds to wait for another process that writes.
const BUSY_MS_MAX: u32 = 5_000;

/// A connection that writes: nothing is acknowledged before it is on the disk. What undoes a savepoint stays in memory: it
/// is gone with its transaction, and would be most of what is written.
pub(super) fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = open(path)?;
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {BUSY_MS_MAX}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"
    ))?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = open(path)?;
    connection.batch_execute(&format!("PRAGMA busy_timeout = {BUSY_MS_MAX}; PRAGMA query_only = ON"))?;
    Ok(connection)
}

fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let name = path.to_str().ok_or_else(|| StoreError::unavailable("the path of the database is not UTF-8"))?;
    Ok(SqliteConnection::establish(name)?)
}
