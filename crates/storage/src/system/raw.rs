// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages beyond the limits, kept as they came, for the operators (rules.md 28).

use std::fmt;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use tramite_domain::audit::AuditLine;
use tramite_domain::ids::InstitutionId;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use crate::column::{At, Id, NIL};
use crate::commit;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::schema::raw_messages;
use crate::store::Answer;
use crate::store::Who;

/// The most bytes that are kept of such a message; what lies beyond is cut.
pub const RAW_BYTES_MAX: usize = 2 * 1_024 * 1_024;

/// A message that could not be taken.
#[derive(Clone, PartialEq, Eq)]
pub struct RawMessage {
    /// Our id.
    pub id: Uuid,
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

impl SystemScope {
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

async fn insert(mut db: Db<'_>, message: &RawMessage, alarm: &AuditLine) -> Result<bool, StoreError> {
    let bytes = message.bytes.get(..RAW_BYTES_MAX).unwrap_or(&message.bytes);
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
            ))
            .on_conflict_do_nothing()
    )?;
    if new == 0 {
        return Ok(false);
    }
    commit::audit(&mut db, NIL, alarm).await?;
    Ok(true)
}
