// SPDX-License-Identifier: AGPL-3.0-or-later
//! Keys of an institution that the store makes at their first use and keeps sealed, each for one purpose.

use diesel::prelude::*;
use tramite_domain::ids::InstitutionId;
use tramite_domain::secret::Secret;

use crate::Store;
use crate::column::Id;
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::schema::sealed_secrets;
use crate::scope::Scope;
use crate::seal::{Spot, random};
use crate::store::Answer;

/// Bytes of such a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Name of the key under which persons are named in the audit trail.
const PSEUDONYM_KEY: &str = "pseudonym_key";
/// Name of the key that the secrets of callbacks are made of.
const CALLBACK_KEY: &str = "callback_key";

impl Store {
    /// The key under which an institution's audit trail names persons: whoever has a tax code in hand can find who looked
    /// it up, and nobody can read the codes out of the trail.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn pseudonym_key<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Secret<[u8; KEY_BYTES]>> {
        Box::pin(async move { self.sealed_key(scope, PSEUDONYM_KEY).await.map(Secret::new) })
    }

    /// The key that the secrets of an institution's callbacks are made of.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn callback_key<'a>(&'a self, scope: &'a Scope) -> Answer<'a, Secret<[u8; KEY_BYTES]>> {
        Box::pin(async move { self.sealed_key(scope, CALLBACK_KEY).await.map(Secret::new) })
    }

    /// The key of that name; the first caller makes it.
    pub(crate) async fn sealed_key(&self, scope: &Scope, name: &'static str) -> Result<[u8; KEY_BYTES], StoreError> {
        let institution = scope.institution();
        let mut sealed = self.read(scope, move |db| Box::pin(find(db, institution, name))).await?;
        if sealed.is_none() {
            let new = self.seal(spot(institution, name), &random::<KEY_BYTES>()?).await?;
            self.write(scope, (institution, name, new), |db, new| Box::pin(insert(db, new))).await?;
            // Another process may have been faster; the one that stands in the database counts.
            sealed = self.read(scope, move |db| Box::pin(find(db, institution, name))).await?;
        }
        let sealed = sealed.ok_or_else(|| StoreError::failed("a key of the institution was not kept"))?;
        let key = self.unseal(spot(institution, name), &sealed).await?;
        key.try_into().map_err(|_| StoreError::Sealed)
    }
}

const fn spot(institution: InstitutionId, name: &'static str) -> Spot<'static> {
    Spot { table: "sealed_secrets", column: "sealed", institution, row: name.as_bytes() }
}

async fn find(mut db: Db<'_>, institution: InstitutionId, name: &'static str) -> Result<Option<Vec<u8>>, StoreError> {
    let sealed = first!(
        &mut db,
        sealed_secrets::table
            .filter(sealed_secrets::institution_id.eq(Id(institution)))
            .filter(sealed_secrets::name.eq(name))
            .select(sealed_secrets::sealed)
    )?;
    Ok(sealed)
}

async fn insert(
    mut db: Db<'_>,
    (institution, name, sealed): &(InstitutionId, &'static str, Vec<u8>),
) -> Result<(), StoreError> {
    execute!(
        &mut db,
        diesel::insert_into(sealed_secrets::table)
            .values((
                sealed_secrets::institution_id.eq(Id(*institution)),
                sealed_secrets::name.eq(*name),
                sealed_secrets::sealed.eq(sealed.as_slice()),
            ))
            .on_conflict_do_nothing()
    )?;
    Ok(())
}
