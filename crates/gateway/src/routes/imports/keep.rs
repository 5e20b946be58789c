// SPDX-License-Identifier: AGPL-3.0-or-later
//! The bytes of a file as they come: counted, digested, and kept in parts, so that no more than one is in memory.

use std::time::Duration;

use actix_multipart::Field;
use actix_web::web::BytesMut;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tramite_domain::ids::ImportFileId;
use tramite_domain::import::{FILE_BYTES_MAX, free_lane};
use tramite_storage::IMPORT_PART_BYTES;

use super::form::broken;
use super::unclaimed::Unclaimed;
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
                free_lane(&self.gateway.store().import_room(&self.unclaimed.scope).await?)?;
            }
        }
        self.place = self.place.saturating_add(1);
        Ok(())
    }
}
