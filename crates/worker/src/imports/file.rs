// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file of an import: its parts come out of the store when they are read.

use std::io::{Error, Result};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;
use tramite_documents::sheet::PartsSource;
use tramite_domain::import::ImportFile;
use tramite_storage::{IMPORT_PART_BYTES, Scope, Store, StoreError};

/// What kept the store from giving a part. What reads the file may know it only as a file that cannot be read.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<Mutex<Option<StoreError>>>);

impl Trouble {
    /// What it was, where there was any.
    pub(super) fn take(&self) -> Option<StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn keep(&self, error: StoreError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// The file, for a thread that may wait. `wanted` says whether somebody still wants it: where not, the next part is an error.
pub(super) fn source(
    store: Store,
    scope: Scope,
    file: &ImportFile,
    trouble: Trouble,
    wanted: impl Fn() -> bool + Send + Sync + 'static,
) -> PartsSource {
    let (id, runtime) = (file.id, Handle::current());
    let part = move |place: u32| -> Result<Option<Vec<u8>>> {
        if !wanted() {
            return Err(Error::other("nobody wants the file any more"));
        }
        runtime.block_on(store.import_part(&scope, id, place)).map_err(|error| {
            trouble.keep(error);
            Error::other("the store does not give a part of the file")
        })
    };
    PartsSource::new(Arc::new(part), file.bytes, IMPORT_PART_BYTES)
}
