// SPDX-License-Identifier: AGPL-3.0-or-later
//! The bytes of a file as they come: counted, digested, and kept in parts, so that no more than one is in memory.

use std::time::Duration;

use actix_multipart::Field;
use actix_web::web::BytesMut;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tramite_domain::ids::ImportFileId;
use tramite_domain::import::{FILE_BYTES_MAX, check_usage};
use tramite_domain::time::Instant;
use tramite_storage::{COMMIT_WINDOW_SECONDS, IMPORT_PART_BYTES, Scope, Store};

use super::form::broken;
use crate::gateway::Gateway;
use crate::problem::{Code, Problem};

/// How many times as long as a small body the next part of a file may take: slow lines are not cut off, and who sends nothing is.
const PART_TIMES_BODY: u32 = 6;
/// After how many parts it is asked again whether there is room: others send files at the same time.
const PARTS_BETWEEN_CHECKS: u32 = 64;

/// What came of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    /// Under which it is kept.
    pub(super) id: ImportFileId,
    /// Its size.
    pub(super) bytes: u64,
    /// Its digest.
    pub(super) sha256: [u8; 32],
}

/// A file as long as it is nobody's. Let go of, it came to nothing: its parts are taken back, for they would count as files of the
/// institution until upkeep finds them.
pub(super) struct Unclaimed {
    store: Store,
    scope: Scope,
    id: ImportFileId,
    /// Whether its parts are kept; else it is only looked at.
    keep: bool,
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

    async fn put(&mut self, place: u32, part: &[u8], at: Instant) -> Result<(), Problem> {
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

/// A file that is coming.
struct Coming<'a> {
    gateway: &'a Gateway,
    unclaimed: &'a mut Unclaimed,
    place: u32,
    bytes: u64,
    digest: Sha256,
    held: BytesMut,
}

/// Reads a file to its end. Kept, it is nobody's until an import has it.
pub(super) async fn read(gateway: &Gateway, field: &mut Field, unclaimed: &mut Unclaimed) -> Result<Kept, Problem> {
    let id = unclaimed.id;
    let mut coming = Coming { gateway, unclaimed, place: 0, bytes: 0, digest: Sha256::new(), held: BytesMut::new() };
    let time_max = gateway.settings().body_time_max.saturating_mul(PART_TIMES_BODY);
    while coming.fill(field, time_max).await? {
        coming.put(IMPORT_PART_BYTES).await?;
    }
    if !coming.held.is_empty() {
        coming.put(coming.held.len()).await?;
    }
    Ok(Kept { id, bytes: coming.bytes, sha256: coming.digest.finalize().into() })
}

impl Coming<'_> {
    /// Reads until a part is full, or the end: then it is false.
    async fn fill(&mut self, field: &mut Field, time_max: Duration) -> Result<bool, Problem> {
        let filled = tokio::time::timeout(time_max, self.fill_part(field)).await;
        filled.map_err(|_| Problem::new(Code::BodyTooSlow))?
    }

    async fn fill_part(&mut self, field: &mut Field) -> Result<bool, Problem> {
        while self.held.len() < IMPORT_PART_BYTES {
            let Some(chunk) = field.next().await else { return Ok(false) };
            let chunk = chunk.map_err(broken)?;
            self.bytes = self.bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if self.bytes > FILE_BYTES_MAX {
                return Err(Problem::new(Code::BodyTooLarge));
            }
            self.digest.update(&chunk);
            self.held.extend_from_slice(&chunk);
        }
        Ok(true)
    }

    /// Keeps so many of the bytes that are held, as the next part.
    async fn put(&mut self, bytes: usize) -> Result<(), Problem> {
        let part = self.held.split_to(bytes.min(self.held.len()));
        if self.unclaimed.keep {
            self.unclaimed.put(self.place, &part, self.gateway.now()).await?;
            if self.place % PARTS_BETWEEN_CHECKS == PARTS_BETWEEN_CHECKS - 1 {
                check_usage(self.gateway.store().import_usage(&self.unclaimed.scope).await?)?;
            }
        }
        self.place = self.place.saturating_add(1);
        Ok(())
    }
}
