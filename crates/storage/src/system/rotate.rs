// SPDX-License-Identifier: AGPL-3.0-or-later
//! New data keys (api.md, Secrets). Every key of an institution is wrapped under the present master key, a new one seals
//! from now on, and what is kept for long is sealed anew under it. Stored answers go after thirty days, and so do files that
//! were loaded: they stay under the key that sealed them, which still opens.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use tramite_domain::ids::{DataKeyId, InstitutionId, SigningKeyId, WebhookEndpointId};

use super::SystemScope;
use crate::Store;
use crate::column::{Id, NIL};
use crate::commit::touched;
use crate::db::{Db, execute, load};
use crate::error::StoreError;
use crate::schema::{data_keys, sealed_secrets, signing_keys, stations, webhook_endpoints};
use crate::scope::Scope;
use crate::seal::{DataKey, MasterKey, Spot};
use crate::store::Answer;
use crate::store::Who;
use crate::webhook::spot as webhook_spot;

impl Store {
    /// Gives an institution a new data key. Other processes go on under the key they know until they start again.
    ///
    /// # Errors
    /// `Sealed` where a key opens under neither master key; `Duplicate` or `Conflict` where somebody else was faster.
    /// Nothing is changed then.
    pub fn rotate_data_key<'a>(&'a self, scope: &'a Scope) -> Answer<'a, ()> {
        Box::pin(async move { self.rotate(scope.institution()).await })
    }

    async fn rotate(&self, institution: InstitutionId) -> Result<(), StoreError> {
        let master = self.keyring().master.clone();
        let who = Who::owner_of(institution);
        self.write(who, (institution, master), |db, (own, master)| Box::pin(rotate(db, *own, master))).await?;
        self.keyring().forget(institution);
        Ok(())
    }
}

impl SystemScope {
    /// Gives the platform a new data key.
    ///
    /// # Errors
    /// As [`Store::rotate_data_key`].
    pub fn rotate_data_key(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.store.rotate(NIL).await })
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = data_keys)]
struct KeyRow {
    id: Id<DataKeyId>,
    wrapped: Vec<u8>,
}

/// The keys of an institution, open: those there were, and the one that comes.
struct Keys {
    institution: InstitutionId,
    old: HashMap<DataKeyId, DataKey>,
    new: Arc<DataKey>,
}

impl Keys {
    /// The same value, sealed at the same spot under the new key.
    fn renew(&self, spot: Spot<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let id = DataKey::sealer(sealed)?;
        let old = self.old.get(&id).ok_or(StoreError::Sealed)?;
        self.new.seal(spot, &old.unseal(spot, sealed)?)
    }
}

async fn rotate(mut db: Db<'_>, institution: InstitutionId, master: &MasterKey) -> Result<(), StoreError> {
    let own = data_keys::table.filter(data_keys::institution_id.eq(Id(institution)));
    let rows: Vec<KeyRow> = load!(&mut db, own.select(KeyRow::as_select()))?;
    let mut old = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = row.id.0;
        old.insert(id, DataKey::open(master, institution, id, &row.wrapped)?);
        let wrapped = DataKey::rewrap(master, institution, id, &row.wrapped)?;
        let change = (data_keys::wrapped.eq(wrapped.as_slice()), data_keys::active.eq(false));
        execute!(&mut db, diesel::update(own.filter(data_keys::id.eq(Id(id)))).set(change))?;
    }
    let (new, wrapped) = DataKey::generate(master, institution)?;
    execute!(
        &mut db,
        diesel::insert_into(data_keys::table).values((
            data_keys::institution_id.eq(Id(institution)),
            data_keys::id.eq(Id(new.id)),
            data_keys::wrapped.eq(wrapped.as_slice()),
            data_keys::active.eq(true),
        ))
    )?;
    let keys = Keys { institution, old, new: Arc::new(new) };
    renew_secrets(&mut db, &keys).await?;
    renew_webhooks(&mut db, &keys).await?;
    if institution == NIL {
        renew_signing_keys(&mut db, &keys).await?;
        renew_credentials(&mut db, &keys).await?;
    }
    Ok(())
}

async fn renew_secrets(db: &mut Db<'_>, keys: &Keys) -> Result<(), StoreError> {
    let own = sealed_secrets::table.filter(sealed_secrets::institution_id.eq(Id(keys.institution)));
    let rows: Vec<(String, Vec<u8>)> = load!(db, own.select((sealed_secrets::name, sealed_secrets::sealed)))?;
    for (name, sealed) in rows {
        let spot =
            Spot { table: "sealed_secrets", column: "sealed", institution: keys.institution, row: name.as_bytes() };
        let renewed = keys.renew(spot, &sealed)?;
        let one = own.filter(sealed_secrets::name.eq(&name)).filter(sealed_secrets::sealed.eq(sealed.as_slice()));
        touched(execute!(db, diesel::update(one).set(sealed_secrets::sealed.eq(renewed.as_slice())))?)?;
    }
    Ok(())
}

/// An endpoint with its present secret and the one before it.
type SealedPair = (Id<WebhookEndpointId>, Option<Vec<u8>>, Option<Vec<u8>>);

async fn renew_webhooks(db: &mut Db<'_>, keys: &Keys) -> Result<(), StoreError> {
    use webhook_endpoints::dsl;
    let own = dsl::webhook_endpoints.filter(dsl::institution_id.eq(Id(keys.institution)));
    let rows: Vec<SealedPair> =
        load!(db, own.filter(dsl::secret.is_not_null()).select((dsl::id, dsl::secret, dsl::former_secret)))?;
    for (id, secret, former) in rows {
        let uuid = id.0.uuid();
        let renew = |sealed: &Option<Vec<u8>>| {
            let spot = webhook_spot(keys.institution, uuid.as_bytes());
            sealed.as_deref().map(|sealed| keys.renew(spot, sealed)).transpose()
        };
        let renewed = (dsl::secret.eq(renew(&secret)?), dsl::former_secret.eq(renew(&former)?));
        // A secret that was changed meanwhile is under a key that still opens: then nothing is changed, and it is done anew.
        let one = own.filter(dsl::id.eq(Id(id.0))).filter(dsl::secret.eq(&secret));
        touched(execute!(db, diesel::update(one).set(renewed))?)?;
    }
    Ok(())
}

async fn renew_signing_keys(db: &mut Db<'_>, keys: &Keys) -> Result<(), StoreError> {
    let rows: Vec<(Id<SigningKeyId>, Vec<u8>)> =
        load!(db, signing_keys::table.select((signing_keys::id, signing_keys::private_sealed)))?;
    for (id, sealed) in rows {
        let uuid = id.0.uuid();
        let spot = Spot { table: "signing_keys", column: "private_sealed", institution: NIL, row: uuid.as_bytes() };
        let renewed = keys.renew(spot, &sealed)?;
        let one = signing_keys::table
            .filter(signing_keys::id.eq(Id(id.0)))
            .filter(signing_keys::private_sealed.eq(sealed.as_slice()));
        touched(execute!(db, diesel::update(one).set(signing_keys::private_sealed.eq(renewed.as_slice())))?)?;
    }
    Ok(())
}

async fn renew_credentials(db: &mut Db<'_>, keys: &Keys) -> Result<(), StoreError> {
    let rows: Vec<(String, Option<Vec<u8>>)> = load!(
        db,
        stations::table.filter(stations::credentials.is_not_null()).select((stations::id, stations::credentials))
    )?;
    for (id, sealed) in rows {
        let spot = Spot { table: "stations", column: "credentials", institution: NIL, row: id.as_bytes() };
        let renewed = keys.renew(spot, sealed.as_deref().unwrap_or_default())?;
        let one = stations::table.filter(stations::id.eq(&id)).filter(stations::credentials.eq(&sealed));
        touched(execute!(db, diesel::update(one).set(stations::credentials.eq(Some(renewed.as_slice()))))?)?;
    }
    Ok(())
}
