// SPDX-License-Identifier: AGPL-3.0-or-later
//! SQLite: readers inline, one writer thread that commits whole groups.

mod connect;
mod job;
mod migrate;
mod readers;
mod writer;

use std::path::Path;

use crate::db::{Db, Working};
use crate::error::StoreError;
use crate::store::{Access, StoreSettings};

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

    /// Runs work in one transaction: a reading one here and now, a writing one on the writer's thread.
    pub(crate) async fn run<T, F>(&self, access: Access, work: F) -> Result<T, StoreError>
    where
        F: for<'c> FnOnce(Db<'c>) -> Working<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        match access {
            Access::Read => self.readers.run(work),
            Access::Write => self.writer.run(work).await,
        }
    }
}
