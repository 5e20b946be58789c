// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file that no import has yet: what was kept of it is taken back when it comes to nothing.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tramite_domain::ids::ImportFileId;
use tramite_domain::time::Instant;
use tramite_storage::{COMMIT_WINDOW_SECONDS, Scope, Store};

use crate::gateway::Gateway;
use crate::problem::Problem;

/// A file as long as it is nobody's. Let go of, it came to nothing: its parts are taken back, for they would count as files of the
/// institution until upkeep finds them.
pub(super) struct Unclaimed {
    store: Store,
    /// Whose it is.
    pub(super) scope: Scope,
    /// Under which it is kept.
    pub(super) id: ImportFileId,
    /// Whether its parts are kept; else it is only looked at.
    pub(super) keep: bool,
    /// Whether there may be parts that nobody has.
    begun: bool,
    /// Whether a part may be written that nobody waits for any more.
    part_in_doubt: bool,
    /// Whether an import of it may be written that nobody waits for any more.
    import_in_doubt: bool,
}

impl Unclaimed {
    /// One that will come; its parts are kept, or it is only looked at.
    pub(super) fn new(gateway: &Gateway, scope: &Scope, keep: bool) -> Self {
        Self {
            store: gateway.store().clone(),
            scope: scope.clone(),
            id: ImportFileId::new(gateway.world().id()),
            keep,
            begun: false,
            part_in_doubt: false,
            import_in_doubt: false,
        }
    }

    /// From now on an import that has it may be written: let go of, it is taken back once that has been decided.
    pub(super) const fn claim(&mut self) {
        self.import_in_doubt = true;
    }

    /// An import has it.
    pub(super) const fn claimed(&mut self) {
        self.begun = false;
    }

    /// It came to nothing, and no import of it is on its way.
    pub(super) async fn end(mut self) {
        self.import_in_doubt = false;
        if let Some(work) = self.take_back() {
            let _ended = work.await;
        }
    }

    /// Keeps its next part.
    pub(super) async fn put(&mut self, place: u32, part: &[u8], at: Instant) -> Result<(), Problem> {
        (self.begun, self.part_in_doubt) = (true, true);
        self.store.put_import_part(&self.scope, self.id, place, part, at).await?;
        self.part_in_doubt = false;
        Ok(())
    }

    /// Goes on by itself, whoever waits for it.
    fn take_back(&mut self) -> Option<JoinHandle<()>> {
        if !std::mem::take(&mut self.begun) {
            return None;
        }
        // None while the process ends: then upkeep does it.
        let runtime = Handle::try_current().ok()?;
        let (store, scope, id) = (self.store.clone(), self.scope.clone(), self.id);
        // A part that comes late is found by the first one.
        let from = u32::from(self.part_in_doubt);
        // By then a commit that nobody waits for has been decided.
        let wait = self.import_in_doubt.then_some(Duration::from_secs(COMMIT_WINDOW_SECONDS.unsigned_abs()));
        Some(runtime.spawn(async move {
            if let Some(wait) = wait {
                tokio::time::sleep(wait).await;
            }
            if let Err(error) = store.take_back_import_parts(&scope, id, from).await {
                tracing::warn!(cause = %error, "a file that came to nothing is left to upkeep");
            }
        }))
    }
}

impl Drop for Unclaimed {
    fn drop(&mut self) {
        let _going_on = self.take_back();
    }
}
