// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sealing for the rest of the store: finds the data key of an institution, or makes its first one.

use std::sync::Arc;

use diesel::prelude::*;
use tramite_domain::ids::{DataKeyId, InstitutionId};

use crate::Store;
use crate::column::{Id, NIL};
use crate::db::{Db, execute, first};
use crate::error::StoreError;
use crate::schema::data_keys;
use crate::seal::{DataKey, Spot};
use crate::store::Who;

impl Store {
    /// Seals a value under the key of its institution.
    pub(crate) async fn seal(&self, spot: Spot<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.active_key(spot.institution).await?.seal(spot, plain)
    }

    /// Opens a sealed value at its spot.
    pub(crate) async fn unseal(&self, spot: Spot<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let id = DataKey::sealer(sealed)?;
        self.key(spot.institution, id).await?.unseal(spot, sealed)
    }

    /// Opens the platform's key, where there is one: a wrong master key shows itself when the store opens.
    pub(crate) async fn try_platform_key(&self) -> Result<(), StoreError> {
        self.stored_key(NIL, None).await.map(drop)
    }

    async fn active_key(&self, institution: InstitutionId) -> Result<Arc<DataKey>, StoreError> {
        if let Some(key) = self.keyring().active(institution) {
            return Ok(key);
        }
        if let Some(key) = self.stored_key(institution, None).await? {
            return Ok(key);
        }
        let (key, wrapped) = DataKey::generate(&self.keyring().master, institution)?;
        let first = (institution, key.id, wrapped);
        self.write(Who::owner_of(institution), first, |db, first| Box::pin(insert(db, first))).await?;
        // Another process may have been faster; the one that stands in the database counts.
        let stored = self.stored_key(institution, None).await?;
        stored.ok_or_else(|| StoreError::failed("the data key was not kept"))
    }

    async fn key(&self, institution: InstitutionId, id: DataKeyId) -> Result<Arc<DataKey>, StoreError> {
        if let Some(key) = self.keyring().key(institution, id) {
            return Ok(key);
        }
        self.stored_key(institution, Some(id)).await?.ok_or(StoreError::Sealed)
    }

    /// The active key, or the one of that id.
    async fn stored_key(
        &self,
        institution: InstitutionId,
        id: Option<DataKeyId>,
    ) -> Result<Option<Arc<DataKey>>, StoreError> {
        let who = Who::owner_of(institution);
        let Some(row) = self.read(who, move |db| Box::pin(find(db, institution, id))).await? else {
            return Ok(None);
        };
        let key = Arc::new(DataKey::open(&self.keyring().master, institution, row.id.0, &row.wrapped)?);
        self.keyring().keep(institution, &key, row.active);
        Ok(Some(key))
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = data_keys)]
struct KeyRow {
    id: Id<DataKeyId>,
    wrapped: Vec<u8>,
    active: bool,
}

async fn find(mut db: Db<'_>, institution: InstitutionId, id: Option<DataKeyId>) -> Result<Option<KeyRow>, StoreError> {
    let own = data_keys::table.filter(data_keys::institution_id.eq(Id(institution)));
    let row = match id {
        Some(id) => first!(&mut db, own.filter(data_keys::id.eq(Id(id))).select(KeyRow::as_select()))?,
        None => first!(&mut db, own.filter(data_keys::active.eq(true)).select(KeyRow::as_select()))?,
    };
    Ok(row)
}

/// The first key of an institution; nothing happens where there is one already.
async fn insert(
    mut db: Db<'_>,
    (institution, id, wrapped): &(InstitutionId, DataKeyId, Vec<u8>),
) -> Result<(), StoreError> {
    execute!(
        &mut db,
        diesel::insert_into(data_keys::table)
            .values((
                data_keys::institution_id.eq(Id(*institution)),
                data_keys::id.eq(Id(*id)),
                data_keys::wrapped.eq(wrapped.as_slice()),
                data_keys::active.eq(true),
            ))
            .on_conflict_do_nothing()
    )?;
    Ok(())
}
