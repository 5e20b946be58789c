// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages beyond the limits, kept as they came, for the operators (rules.md 28).

use std::fmt;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::{ClientId, InstitutionId, RawMessageId};
use tramite_domain::resolution::Resolution;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use super::change::{Change, Ready};
use crate::column::{At, Id, NIL};
use crate::commit::{self, touched};
use crate::db::{Db, execute, first, load, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::anomaly::resolution;
use crate::row::fit;
use crate::schema::raw_messages;
use crate::statement;
use crate::store::Answer;
use crate::store::Who;

/// The most bytes that are kept of such a message; what lies beyond is cut.
pub const RAW_BYTES_MAX: usize = 2 * 1_024 * 1_024;

/// A message that could not be taken.
#[derive(Clone, PartialEq, Eq)]
pub struct RawMessage {
    /// Our id.
    pub id: RawMessageId,
    /// Whom it was for, where that could be read.
    pub institution: Option<InstitutionId>,
    /// When it came.
    pub received_at: Instant,
    /// Why it was not taken, as a stable code.
    pub reason: String,
    /// SHA-256 of the peer's public key, where the listener proved one.
    pub peer_fingerprint: Option<String>,
    /// The bytes, at most [`RAW_BYTES_MAX`].
    pub bytes: Vec<u8>,
}

impl fmt::Debug for RawMessage {
    /// Without the bytes, which are full of personal data.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawMessage")
            .field("id", &self.id)
            .field("institution", &self.institution)
            .field("received_at", &self.received_at)
            .field("reason", &self.reason)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// What operators see of a message that was kept: whence and why, and never what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// Our id.
    pub id: RawMessageId,
    /// Whom it was for, where that could be read.
    pub institution: Option<InstitutionId>,
    /// When it came first.
    pub received_at: Instant,
    /// Why it was not taken, as a stable code.
    pub reason: String,
    /// SHA-256 of the peer's public key, where the listener proved one.
    pub peer_fingerprint: Option<String>,
    /// How many bytes are kept.
    pub bytes: u64,
    /// Who has dealt with it.
    pub resolution: Option<Resolution>,
}

type KeptRow = (
    Id<InstitutionId>,
    Id<RawMessageId>,
    At,
    String,
    Option<String>,
    i64,
    Option<At>,
    Option<Id<ClientId>>,
    Option<String>,
);

/// The columns that operators may see.
const KEPT: (
    raw_messages::institution_id,
    raw_messages::id,
    raw_messages::received_at,
    raw_messages::reason,
    raw_messages::peer_fingerprint,
    raw_messages::message_bytes,
    raw_messages::resolved_at,
    raw_messages::resolved_by,
    raw_messages::note,
) = (
    raw_messages::institution_id,
    raw_messages::id,
    raw_messages::received_at,
    raw_messages::reason,
    raw_messages::peer_fingerprint,
    raw_messages::message_bytes,
    raw_messages::resolved_at,
    raw_messages::resolved_by,
    raw_messages::note,
);

impl KeptMessage {
    fn of(row: KeptRow) -> Result<Self, StoreError> {
        let (institution, id, received_at, reason, peer_fingerprint, bytes, at, by, note) = row;
        Ok(Self {
            id: id.0,
            institution: Some(institution.0).filter(|institution| *institution != NIL),
            received_at: received_at.0,
            reason,
            peer_fingerprint,
            bytes: fit("raw_messages.message_bytes", bytes)?,
            resolution: resolution("raw_messages.note", at, by, note.as_deref())?,
        })
    }
}

impl SystemScope {
    /// What was kept, the newest first; with `resolved` only what somebody has dealt with, or has not.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn kept_messages<'a>(&'a self, resolved: Option<bool>, page: &'a PageRequest) -> Answer<'a, Page<KeptMessage>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::RawMessages)?;
            let rows = page.rows();
            let found = self.store.read(Who::System, move |db| Box::pin(list(db, resolved, after, rows))).await?;
            Page::cut(found, page, |row| Cursor::after_id(List::RawMessages, row.1.0.uuid())).try_map(KeptMessage::of)
        })
    }

    /// The message of that id.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn kept_message(&self, id: RawMessageId) -> Answer<'_, Option<KeptMessage>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(by_id(db, id))).await })
    }

    /// An operator has dealt with it; none where it was said before, and only the answer is kept.
    ///
    /// # Errors
    /// `Conflict` when somebody has before; else whatever keeps the database from writing.
    pub fn resolve_message(&self, id: RawMessageId, resolution: Option<Resolution>, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            self.store
                .write(Who::System, (id, resolution, ready), |db, (id, resolution, ready)| {
                    Box::pin(resolve(db, *id, resolution.as_ref(), ready))
                })
                .await
        })
    }

    /// Keeps a message as it came, and writes the line that alarms the operators. The same bytes again are not kept
    /// twice, and nobody is alarmed again: the Node comes back for hours. Whether they were new.
    ///
    /// # Errors
    /// Whatever keeps the database from writing; then there is neither message nor line.
    pub fn keep_raw(&self, message: RawMessage, alarm: AuditLine) -> Answer<'_, bool> {
        Box::pin(async move {
            self.store
                .write(Who::System, (message, alarm), |db, (message, alarm)| Box::pin(insert(db, message, alarm)))
                .await
        })
    }
}

impl SystemScope {
    /// Ends messages that came before an instant and that somebody has dealt with, at most so many. How many went.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn end_raw(&self, before: Instant, limit: usize) -> Answer<'_, usize> {
        Box::pin(async move {
            let rows: i64 = fit("limit", limit)?;
            self.store.write(Who::System, (before, rows), |db, (before, rows)| Box::pin(end(db, *before, *rows))).await
        })
    }
}

async fn end(mut db: Db<'_>, before: Instant, rows: i64) -> Result<usize, StoreError> {
    let over: Vec<Id<RawMessageId>> = load!(
        &mut db,
        raw_messages::table
            .filter(raw_messages::received_at.lt(At(before)))
            .filter(raw_messages::resolved_at.is_not_null())
            .order(raw_messages::id)
            .limit(rows)
            .select(raw_messages::id)
    )?;
    if over.is_empty() {
        return Ok(0);
    }
    Ok(execute!(&mut db, diesel::delete(raw_messages::table.filter(raw_messages::id.eq_any(over))))?)
}

async fn insert(mut db: Db<'_>, message: &RawMessage, alarm: &AuditLine) -> Result<bool, StoreError> {
    let bytes = message.bytes.get(..RAW_BYTES_MAX).unwrap_or(&message.bytes);
    let size: i64 = fit("raw_messages.message_bytes", bytes.len())?;
    let sha256: [u8; 32] = Sha256::digest(bytes).into();
    let new = execute!(
        &mut db,
        diesel::insert_into(raw_messages::table)
            .values((
                raw_messages::institution_id.eq(Id(message.institution.unwrap_or(NIL))),
                raw_messages::id.eq(Id(message.id)),
                raw_messages::received_at.eq(At(message.received_at)),
                raw_messages::reason.eq(&message.reason),
                raw_messages::peer_fingerprint.eq(message.peer_fingerprint.as_deref()),
                raw_messages::message_sha256.eq(sha256.as_slice()),
                raw_messages::message.eq(bytes),
                raw_messages::message_bytes.eq(size),
            ))
            .on_conflict_do_nothing()
    )?;
    if new == 0 {
        return Ok(false);
    }
    commit::audit(&mut db, NIL, alarm).await?;
    Ok(true)
}

async fn list(
    mut db: Db<'_>,
    resolved: Option<bool>,
    after: Option<Uuid>,
    rows: i64,
) -> Result<Vec<KeptRow>, StoreError> {
    let found = load_boxed!(&mut db, DB => {
        let mut query =
            raw_messages::table.order(raw_messages::id.desc()).limit(rows).select(KEPT).into_boxed::<DB>();
        query = match resolved {
            Some(true) => query.filter(raw_messages::resolved_at.is_not_null()),
            Some(false) => query.filter(raw_messages::resolved_at.is_null()),
            None => query,
        };
        if let Some(after) = after {
            query = query.filter(raw_messages::id.lt(Id(after)));
        }
        query
    })?;
    Ok(found)
}

async fn by_id(mut db: Db<'_>, id: RawMessageId) -> Result<Option<KeptMessage>, StoreError> {
    let row: Option<KeptRow> = first!(&mut db, raw_messages::table.filter(raw_messages::id.eq(Id(id))).select(KEPT))?;
    row.map(KeptMessage::of).transpose()
}

async fn resolve(
    mut db: Db<'_>,
    id: RawMessageId,
    resolution: Option<&Resolution>,
    ready: &Ready,
) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let Some(resolution) = resolution else { return ready.finish(&mut db).await };
    let open = raw_messages::id.eq(Id(id)).and(raw_messages::resolved_at.is_null());
    let resolved = (
        raw_messages::resolved_at.eq(Some(At(resolution.at))),
        raw_messages::resolved_by.eq(resolution.client_id.map(Id)),
        raw_messages::note.eq(Some(resolution.note.as_str())),
    );
    touched(execute!(&mut db, statement::update(raw_messages::table, open, resolved))?)?;
    ready.finish(&mut db).await
}
