// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file came.

use crate::audit::AuditLine;
use crate::batch::{Batch, Write};
use crate::given::Given;
use crate::ident::ServiceCode;
use crate::ids::ClientId;
use crate::refusal::Refusal;
use crate::room::{NoRoom, Room};

use super::{Counts, Import, ImportFile, ImportPhase, ImportStatus, OnError};

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 500 * 1024 * 1024;
/// How long a file is kept after the end, in days.
pub const FILE_KEPT_DAYS: i64 = 30;

/// How a file is to be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The service of rows that name none.
    pub service_code: Option<ServiceCode>,
    /// Whether positions are published at once.
    pub publish: bool,
    /// Whether nothing is loaded.
    pub dry_run: bool,
    /// What a wrong row means for the others.
    pub on_error: OnError,
    /// Whether the client may write out beneficiaries.
    pub free_beneficiary: bool,
    /// The services of the client; none means all.
    pub services: Option<Vec<ServiceCode>>,
}

/// A file that waits for its turn, with what to write for that.
#[derive(Debug)]
pub struct Received {
    /// The import.
    pub import: Import,
    /// What to write.
    pub batch: Batch,
}

/// The lane that one more file would take: asked before the first byte is read, and again when all have come.
///
/// # Errors
/// `TooManyImports`, `ImportStorageFull`.
pub fn free_lane(room: &Room) -> Result<u8, Refusal> {
    room.lane().map_err(|none| match none {
        NoRoom::Lanes => Refusal::TooManyImports,
        NoRoom::Bytes => Refusal::ImportStorageFull,
    })
}

/// Takes a file that has come in full.
///
/// # Errors
/// As [`free_lane`]; `room` is without this file.
pub fn receive(
    given: &mut Given<'_>,
    client: ClientId,
    file: ImportFile,
    wish: Wish,
    room: &Room,
) -> Result<Received, Refusal> {
    let lane = free_lane(room)?;
    // Who only asks, or wants all or nothing, has every row checked first.
    let first =
        if wish.dry_run || wish.on_error == OnError::Abort { ImportPhase::Checking } else { ImportPhase::Loading };
    let import = Import {
        id: given.id(),
        file,
        service_code: wish.service_code,
        publish: wish.publish,
        dry_run: wish.dry_run,
        on_error: wish.on_error,
        free_beneficiary: wish.free_beneficiary,
        services: wish.services,
        lane,
        status: ImportStatus::Queued,
        phase: first,
        failure: None,
        rows_total: None,
        file_encoding: None,
        counts: Counts::default(),
        groups_done: 0,
        created_by: client,
        started_at: None,
        finished_at: None,
        version: 1,
        created_at: given.now,
        updated_at: given.now,
    };
    let line = AuditLine::of(given, "import.created", format!("import {}", import.id));
    let batch = Batch::new().with(Write::InsertImport(Box::new(import.clone()))).with(Write::InsertAudit(line));
    Ok(Received { import, batch })
}
