// SPDX-License-Identifier: AGPL-3.0-or-later
//! Our own keys. The private part is sealed under the platform's data key.

use diesel::prelude::*;
use tramite_domain::ids::SigningKeyId;
use tramite_domain::secret::Secret;
use tramite_domain::time::Instant;

use super::SystemScope;
use crate::column::{At, Id, NIL};
use crate::commit::touched;
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::row::known;
use crate::schema::signing_keys;
use crate::seal::Spot;
use crate::store::Answer;
use crate::store::Who;

/// What a key is for; a key of one purpose never serves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Signs access tokens (ES256).
    AccessToken,
    /// Signs return tokens (ES256).
    CheckoutReturn,
    /// Derives the tokens of checkout links (HMAC).
    SessionLink,
}

impl KeyPurpose {
    const ALL: [Self; 3] = [Self::AccessToken, Self::CheckoutReturn, Self::SessionLink];

    /// Stable name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::CheckoutReturn => "checkout_return",
            Self::SessionLink => "session_link",
        }
    }
}

/// A key of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Our id.
    pub id: SigningKeyId,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// PKCS#8 DER for ES256, 32 bytes for HMAC.
    pub private: Secret<Vec<u8>>,
    /// When it was made.
    pub created_at: Instant,
    /// When it is no longer published; none while nobody has changed it for another.
    pub retired_at: Option<Instant>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct KeyRow {
    id: Id<SigningKeyId>,
    purpose: String,
    private_sealed: Vec<u8>,
    created_at: At,
    retired_at: Option<At>,
}

impl SystemScope {
    /// All keys, oldest first, retired ones too.
    ///
    /// # Errors
    /// `Sealed` when one cannot be opened; else whatever keeps the database from answering.
    pub fn signing_keys(&self) -> Answer<'_, Vec<SigningKey>> {
        Box::pin(async move {
            let rows = self.store.read(Who::System, |db| Box::pin(list(db))).await?;
            let mut keys = Vec::with_capacity(rows.len());
            for row in rows {
                let purpose = KeyPurpose::ALL.into_iter().find(|purpose| purpose.name() == row.purpose);
                keys.push(SigningKey {
                    id: row.id.0,
                    purpose: known("signing_keys.purpose", purpose)?,
                    private: Secret::new(
                        self.store.unseal(spot(row.id.0.uuid().as_bytes()), &row.private_sealed).await?,
                    ),
                    created_at: row.created_at.0,
                    retired_at: row.retired_at.map(|at| at.0),
                });
            }
            Ok(keys)
        })
    }

    /// Keeps a new key.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn insert_signing_key<'a>(&'a self, key: &'a SigningKey) -> Answer<'a, ()> {
        Box::pin(async move {
            let row = KeyRow {
                id: Id(key.id),
                purpose: key.purpose.name().to_owned(),
                private_sealed: self.store.seal(spot(key.id.uuid().as_bytes()), key.private.expose()).await?,
                created_at: At(key.created_at),
                retired_at: key.retired_at.map(At),
            };
            self.store.write(Who::System, row, |db, row| Box::pin(insert(db, row))).await
        })
    }

    /// Says when a key ends: until then it is published, and checks what it signed.
    ///
    /// # Errors
    /// `Conflict` when there is no such key.
    pub fn retire_signing_key(&self, id: SigningKeyId, at: Instant) -> Answer<'_, ()> {
        Box::pin(
            async move { self.store.write(Who::System, (id, at), |db, (id, at)| Box::pin(retire(db, *id, *at))).await },
        )
    }
}

const fn spot(id: &[u8]) -> Spot<'_> {
    Spot { table: "signing_keys", column: "private_sealed", institution: NIL, row: id }
}

async fn list(mut db: Db<'_>) -> Result<Vec<KeyRow>, StoreError> {
    Ok(load!(
        &mut db,
        signing_keys::table.order((signing_keys::created_at, signing_keys::id)).select(KeyRow::as_select())
    )?)
}

async fn insert(mut db: Db<'_>, row: &KeyRow) -> Result<(), StoreError> {
    execute!(&mut db, diesel::insert_into(signing_keys::table).values(row))?;
    Ok(())
}

async fn retire(mut db: Db<'_>, id: SigningKeyId, at: Instant) -> Result<(), StoreError> {
    let key = signing_keys::table.filter(signing_keys::id.eq(Id(id)));
    touched(execute!(&mut db, diesel::update(key).set(signing_keys::retired_at.eq(Some(At(at)))))?)
}
