// SPDX-License-Identifier: AGPL-3.0-or-later
//! Idempotency: the first answer is kept, sealed, in the same transaction as its effect, and replayed for thirty days
//! (api.md, Conventions).

use std::fmt;

use diesel::prelude::*;
use diesel::upsert::excluded;
use tramite_domain::batch::Batch;
use tramite_domain::ids::{ClientId, DebtPositionId, InstitutionId};
use tramite_domain::time::Instant;

use crate::Store;
use crate::column::{At, Id, NIL};
use crate::commit;
use crate::db::{Db, execute, first, together};
use crate::error::StoreError;
use crate::row::{digest, fit};
use crate::rule::Rule;
use crate::schema::{debt_positions, idempotency_records};
use crate::scope::Scope;
use crate::seal::Spot;
use crate::statement;
use crate::store::Answer;
use crate::store::Who;

/// How long an answer is replayed, in seconds.
pub const REPLAY_SECONDS: i64 = 30 * 86_400;

/// Every path, as a pattern.
const ANY_PATH: &str = "%";
/// The paths of requests that are answered with a checkout session, as a pattern.
const SESSION_PATHS: &str = "/v1/checkout-sessions%";

/// What makes two requests the same, beside client and institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// SHA-256 of the caller's key.
    pub sha256: [u8; 32],
    /// HTTP method.
    pub method: String,
    /// Path of the request, as it was routed: without escapes of what needs none.
    pub path: String,
}

/// An answer to replay.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Under which key.
    pub key: IdempotencyKey,
    /// Digest of the request: another body under the same key is refused.
    pub fingerprint: [u8; 32],
    /// HTTP status.
    pub status: u16,
    /// `Location` of the answer.
    pub location: Option<String>,
    /// `ETag` of the answer.
    pub etag: Option<String>,
    /// The body, as it was sent; sealed in the database. None where what it told of has been erased since.
    pub body: Option<Vec<u8>>,
    /// The debt position that it shows: when that is erased, the body is.
    pub about: Option<DebtPositionId>,
    /// When it was given.
    pub created_at: Instant,
}

impl fmt::Debug for IdempotencyRecord {
    /// Without the body, which is full of personal data.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IdempotencyRecord")
            .field("key", &self.key)
            .field("status", &self.status)
            .field("etag", &self.etag)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("created_at", &self.created_at)
            .finish_non_exhaustive()
    }
}

/// A record with its owner.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) institution: InstitutionId,
    pub(crate) client: ClientId,
    pub(crate) record: IdempotencyRecord,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_records, treat_none_as_default_value = false)]
pub(crate) struct RecordRow {
    institution_id: Id<InstitutionId>,
    client_id: Id<ClientId>,
    method: String,
    path: String,
    key_sha256: Vec<u8>,
    fingerprint: Vec<u8>,
    status: i32,
    etag: Option<String>,
    sealed: Vec<u8>,
    created_at: At,
    debt_position_id: Option<Id<DebtPositionId>>,
}

impl Store {
    /// The answer given under a key; one older than [`REPLAY_SECONDS`] is none.
    ///
    /// # Errors
    /// `Sealed` when it cannot be opened; else whatever keeps the database from answering.
    pub fn idempotent_answer<'a>(
        &'a self,
        scope: &'a Scope,
        key: &'a IdempotencyKey,
        now: Instant,
    ) -> Answer<'a, Option<IdempotencyRecord>> {
        Box::pin(async move { self.kept_answer(scope.institution(), client(scope)?, key, now).await })
    }

    /// Writes a batch together with the answer to replay. The record is the first insert: a twin waits for this
    /// transaction to end, at most five seconds.
    ///
    /// # Errors
    /// `Duplicate(Rule::Idempotency)` when an answer is kept under the key: read and replay it. `TwinAtWork` when a
    /// twin is still running after five seconds. Else as [`Store::commit`].
    pub fn commit_answer<'a>(&'a self, scope: &'a Scope, batch: Batch, record: IdempotencyRecord) -> Answer<'a, ()> {
        Box::pin(async move {
            commit::check_scope(scope, &batch)?;
            let kept = Kept { institution: scope.institution(), client: client(scope)?, record };
            let whole = (scope.clone(), self.record_row(kept).await?, batch);
            self.write(scope, whole, |db, (scope, row, batch)| Box::pin(commit_with(db, scope, row, batch))).await
        })
    }

    pub(crate) async fn kept_answer(
        &self,
        institution: InstitutionId,
        client: ClientId,
        key: &IdempotencyKey,
        now: Instant,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let key = key.clone();
        let since = now.plus_seconds(-REPLAY_SECONDS);
        let who = Who::owner_of(institution);
        let row = self.read(who, move |db| Box::pin(find(db, institution, client, key, since))).await?;
        match row {
            None => Ok(None),
            Some(row) => self.open_row(row).await.map(Some),
        }
    }

    /// Seals a record for its row.
    pub(crate) async fn record_row(&self, kept: Kept) -> Result<RecordRow, StoreError> {
        let Kept { institution, client, record } = kept;
        let IdempotencyRecord { key, fingerprint, status, location, etag, body, about, created_at } = record;
        let row = row_key(client, &key);
        let plain = pack(location.as_deref(), &body.unwrap_or_default())?;
        let sealed = self.seal(spot(institution, &row), &plain).await?;
        Ok(RecordRow {
            institution_id: Id(institution),
            client_id: Id(client),
            method: key.method,
            path: key.path,
            key_sha256: key.sha256.to_vec(),
            fingerprint: fingerprint.to_vec(),
            status: i32::from(status),
            etag,
            sealed,
            created_at: At(created_at),
            debt_position_id: about.map(Id),
        })
    }

    async fn open_row(&self, row: RecordRow) -> Result<IdempotencyRecord, StoreError> {
        let sha256 = digest("idempotency_records.key_sha256", &row.key_sha256)?;
        let key = IdempotencyKey { sha256, method: row.method, path: row.path };
        let (location, body) = if row.sealed.is_empty() {
            (None, None)
        } else {
            let plain = self.unseal(spot(row.institution_id.0, &row_key(row.client_id.0, &key)), &row.sealed).await?;
            let (location, body) = unpack(&plain)?;
            (location, Some(body))
        };
        Ok(IdempotencyRecord {
            key,
            fingerprint: digest("idempotency_records.fingerprint", &row.fingerprint)?,
            status: fit("idempotency_records.status", row.status)?,
            location,
            etag: row.etag,
            body,
            about: row.debt_position_id.map(|id| id.0),
            created_at: row.created_at.0,
        })
    }
}

fn client(scope: &Scope) -> Result<ClientId, StoreError> {
    scope.client().ok_or_else(|| StoreError::failed("idempotency needs the client in the scope"))
}

async fn find(
    mut db: Db<'_>,
    institution: InstitutionId,
    client: ClientId,
    key: IdempotencyKey,
    since: Instant,
) -> Result<Option<RecordRow>, StoreError> {
    use idempotency_records::dsl;
    let row = first!(
        &mut db,
        dsl::idempotency_records
            .filter(dsl::institution_id.eq(Id(institution)))
            .filter(dsl::client_id.eq(Id(client)))
            .filter(dsl::method.eq(&key.method))
            .filter(dsl::path.eq(&key.path))
            .filter(dsl::key_sha256.eq(key.sha256.as_slice()))
            .filter(dsl::created_at.ge(At(since)))
            .select(RecordRow::as_select())
    )?;
    Ok(row)
}

async fn commit_with(mut db: Db<'_>, scope: &Scope, row: &RecordRow, batch: &Batch) -> Result<(), StoreError> {
    // Who writes nothing locks nothing: what is shown may be erased before the answer to it is kept.
    let shown = row.debt_position_id.filter(|_| batch.is_empty());
    let institution = row.institution_id;
    let ((), (), ()) = together!(
        &mut db,
        |mut db| async move { insert(&mut db, row).await },
        |db| still_there(db, institution, shown),
        |mut db| async move { commit::apply(&mut db, scope, batch).await },
    )?;
    Ok(())
}

/// Keeps a position from being erased until the transaction ends. On SQLite there is one writer alone.
async fn still_there(
    mut db: Db<'_>,
    institution: Id<InstitutionId>,
    position: Option<Id<DebtPositionId>>,
) -> Result<(), StoreError> {
    let Some(position) = position else { return Ok(()) };
    let there = debt_positions::table
        .filter(debt_positions::institution_id.eq(institution))
        .filter(debt_positions::id.eq(position))
        .filter(debt_positions::erased_at.is_null())
        .select(debt_positions::id);
    let found: Option<Id<DebtPositionId>> = match &mut db {
        Db::Postgres(connection) => {
            diesel_async::RunQueryDsl::get_result(there.for_share(), connection).await.optional()?
        }
        Db::Sqlite(connection) => diesel::RunQueryDsl::get_result(there, &mut **connection).optional()?,
    };
    found.map(drop).ok_or(StoreError::Conflict)
}

/// Inserts a record, or takes the place of one whose time is over.
pub(crate) async fn insert(db: &mut Db<'_>, row: &RecordRow) -> Result<(), StoreError> {
    use idempotency_records::dsl;
    let since = At(row.created_at.0.plus_seconds(-REPLAY_SECONDS));
    let rows = execute!(
        db,
        statement::upsert(
            diesel::insert_into(dsl::idempotency_records).values(row),
            "institution_id, client_id, method, path, key_sha256",
            (
                dsl::fingerprint.eq(excluded(dsl::fingerprint)),
                dsl::status.eq(excluded(dsl::status)),
                dsl::etag.eq(excluded(dsl::etag)),
                dsl::sealed.eq(excluded(dsl::sealed)),
                dsl::created_at.eq(excluded(dsl::created_at)),
                dsl::debt_position_id.eq(excluded(dsl::debt_position_id)),
            ),
            dsl::created_at.lt(since),
        )
    )
    // The only lock that this statement can wait for is that of a twin.
    .map_err(|error| match StoreError::from(error) {
        StoreError::Busy => StoreError::TwinAtWork,
        other => other,
    })?;
    if rows == 1 { Ok(()) } else { Err(StoreError::Duplicate(Rule::Idempotency)) }
}

/// Empties every answer that shows a debt position, of whichever client. The records stay, and so does what they stand
/// for: a key that was used does nothing a second time.
pub(crate) async fn erase(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<(), StoreError> {
    erase_under(db, institution, position, ANY_PATH).await
}

/// The same of the answers about checkout sessions alone, which are kept under one of several positions: what is told of the
/// position itself is another debtor's, and stays.
pub(crate) async fn erase_of_sessions(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
) -> Result<(), StoreError> {
    erase_under(db, institution, position, SESSION_PATHS).await
}

async fn erase_under(
    db: &mut Db<'_>,
    institution: InstitutionId,
    position: DebtPositionId,
    paths: &str,
) -> Result<(), StoreError> {
    use idempotency_records::dsl;
    let shown = dsl::idempotency_records
        .filter(dsl::institution_id.eq(Id(institution)))
        .filter(dsl::debt_position_id.eq(Id(position)))
        .filter(dsl::path.like(paths));
    let emptied = diesel::update(shown).set((
        dsl::sealed.eq(Vec::<u8>::new()),
        dsl::etag.eq(None::<String>),
        // The digest of a request is one of everything that it said of a person.
        dsl::fingerprint.eq(vec![0_u8; 32]),
    ));
    execute!(db, emptied)?;
    Ok(())
}

fn row_key(client: ClientId, key: &IdempotencyKey) -> Vec<u8> {
    let mut bytes = client.uuid().as_bytes().to_vec();
    bytes.extend_from_slice(&key.sha256);
    bytes.extend_from_slice(key.method.as_bytes());
    bytes.push(b' ');
    bytes.extend_from_slice(key.path.as_bytes());
    bytes
}

const fn spot(institution: InstitutionId, row: &[u8]) -> Spot<'_> {
    Spot { table: "idempotency_records", column: "sealed", institution, row }
}

/// Length of the location plus one (none is 0), the location, the body.
fn pack(location: Option<&str>, body: &[u8]) -> Result<Vec<u8>, StoreError> {
    let length: u32 = match location {
        Some(location) => fit("location", location.len() + 1)?,
        None => 0,
    };
    let mut plain = length.to_be_bytes().to_vec();
    plain.extend_from_slice(location.unwrap_or_default().as_bytes());
    plain.extend_from_slice(body);
    Ok(plain)
}

fn unpack(plain: &[u8]) -> Result<(Option<String>, Vec<u8>), StoreError> {
    let (length, rest) = plain.split_first_chunk::<4>().ok_or(StoreError::Sealed)?;
    let Some(length) = u32::from_be_bytes(*length).checked_sub(1) else { return Ok((None, rest.to_vec())) };
    let (location, body) = rest.split_at_checked(fit("location", length)?).ok_or(StoreError::Sealed)?;
    let location = String::from_utf8(location.to_vec()).map_err(|_| StoreError::Sealed)?;
    Ok((Some(location), body.to_vec()))
}

/// Under which institution the answers to operators are kept.
pub(crate) const OPERATORS: InstitutionId = NIL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_packed_with_or_without_a_location() {
        for (location, body) in [(None, b"".as_slice()), (None, b"{}"), (Some(""), b"x"), (Some("/v1/a"), b"")] {
            let (found, rest) = unpack(&pack(location, body).unwrap()).unwrap();
            assert_eq!((found.as_deref(), rest.as_slice()), (location, body));
        }
        assert!(unpack(&[0, 0]).is_err());
        assert!(unpack(&[0, 0, 0, 9, b'a']).is_err());
    }
}
