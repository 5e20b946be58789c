// SPDX-License-Identifier: AGPL-3.0-or-later
//! Connections to the file.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::error::StoreError;

/// Milliseconds to wait for another process that writes.
const BUSY_MS_MAX: u32 = 5_000;

/// Pages of the log after which they are taken over into the file. Most pages of a group were in the group before as well:
/// the longer the wait, the fewer pages are written twice.
const LOG_PAGES: u32 = 2_000;
/// KiB of pages that the writer keeps in memory: the ends of all tables and indexes, and the way there.
const CACHE_KIB: u32 = 8_192;
/// KiB of pages that each reader keeps: the ways into tables and indexes. There is a reader for each thread, and the system keeps the
/// same pages once for all of them.
const READER_CACHE_KIB: u32 = 1_024;

/// A connection that writes: nothing is acknowledged before it is on the disk. What undoes a savepoint stays in memory: it
/// is gone with its transaction, and would be most of what is written.
pub(super) fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = open(path)?;
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {BUSY_MS_MAX}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{CACHE_KIB}; \
         PRAGMA wal_autocheckpoint = {LOG_PAGES}"
    ))?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn reader(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = open(path)?;
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = {BUSY_MS_MAX}; PRAGMA cache_size = -{READER_CACHE_KIB}; PRAGMA query_only = ON"
    ))?;
    Ok(connection)
}

fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let name = path.to_str().ok_or_else(|| StoreError::unavailable("the path of the database is not UTF-8"))?;
    Ok(SqliteConnection::establish(name)?)
}
