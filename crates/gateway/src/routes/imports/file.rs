// SPDX-License-Identifier: AGPL-3.0-or-later
//! The file of an import, read again from where it is kept.

use std::io::{Error, Result as Read};
use std::sync::Arc;

use tokio::runtime::Handle;
use tramite_documents::sheet::{FileSource, PartsSource};
use tramite_domain::import::Import;
use tramite_domain::refusal::Refusal;
use tramite_storage::IMPORT_PART_BYTES;

use crate::auth::Tenant;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// The file, for a thread that may wait.
///
/// # Errors
/// [`Code::ImportState`] while the import is not over, [`Code::ImportFileGone`] where the file is kept no longer.
pub(super) async fn source(
    gateway: &Gateway,
    tenant: &Tenant,
    import: &Import,
) -> Result<Arc<dyn FileSource>, Problem> {
    if !import.status.is_final() {
        return Err(Refusal::ImportState { status: import.status }.into());
    }
    kept(gateway, import)?;
    let (store, scope, id) = (gateway.store().clone(), tenant.scope.clone(), import.file.id);
    if store.import_part(&scope, id, 0).await?.is_none() {
        return Err(Problem::new(Code::ImportFileGone));
    }
    let runtime = Handle::current();
    let parts = move |place: u32| -> Read<Option<Vec<u8>>> {
        runtime.block_on(store.import_part(&scope, id, place)).map_err(Error::other)
    };
    Ok(Arc::new(PartsSource::new(Arc::new(parts), import.file.bytes, IMPORT_PART_BYTES)))
}

/// Refuses what would be made of the file, or of its rows, once their time is over.
///
/// # Errors
/// [`Code::ImportFileGone`].
pub(super) fn kept(gateway: &Gateway, import: &Import) -> Result<(), Problem> {
    if import.is_file_gone(gateway.now()) {
        return Err(Problem::new(Code::ImportFileGone));
    }
    Ok(())
}
