// SPDX-License-Identifier: AGPL-3.0-or-later
//! SQLite: readers inline, one writer thread that commits whole groups.

mod connect;
mod job;
mod migrate;
mod readers;
mod writer;

use std::path::Path;

use crate::db::{Db, Working, Writing};
use crate::error::StoreError;
use crate::store::{PoolState, StoreSettings};

pub(crate) use migrate::migrate;

use readers::Readers;
use writer::Writer;

/// The adapter.
pub(crate) struct Sqlite {
    readers: Readers,
    writer: Writer,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, settings: &StoreSettings) -> Result<Self, StoreError> {
        Ok(Self {
            readers: Readers::new(path, settings.connections_max),
            writer: Writer::start(path, settings.wait_ms_max)?,
        })
    }

    /// Reads on one snapshot, here and now.
    pub(crate) fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T>,
    {
        self.readers.run(work)
    }

    /// How the one writer is used now.
    pub(crate) fn writer(&self) -> PoolState {
        self.writer.state()
    }

    /// Writes on the writer's thread, in one transaction.
    pub(crate) async fn write<I, T>(&self, input: I, work: Writing<I, T>) -> Result<T, StoreError>
    where
        I: Send + 'static,
        T: Send + 'static,
    {
        self.writer.run(input, work).await
    }
}
