// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry of clients, with their secrets, keys and delegations.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tramite_domain::access::{Client, ClientKind, ClientStatus};
use tramite_domain::ids::ClientId;
use tramite_domain::time::Instant;
use uuid::Uuid;

use super::SystemScope;
use super::change::{Change, Ready};
use super::webhook::begin_lanes_of;
use crate::column::{At, Id};
use crate::commit::touched;
use crate::db::{Db, execute, load, load_boxed, load_together};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::read::grouped;
use crate::row::access::{ClientRow, DelegationRow, KeyRow, SecretRow};
use crate::row::fit;
use crate::schema::{client_keys, client_secrets, clients, delegations};
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// The client of that id, with its secrets, keys and delegations.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn client(&self, id: ClientId) -> Answer<'_, Option<Client>> {
        Box::pin(async move { self.store.read(Who::System, move |db| Box::pin(by_id(db, id))).await })
    }

    /// The client that asks for a token or presents one: the same as [`SystemScope::client`], named for its use.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn client_for_token(&self, id: ClientId) -> Answer<'_, Option<Client>> {
        Box::pin(async move { self.client(id).await })
    }

    /// All clients, newest first.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn clients<'a>(&'a self, page: &'a PageRequest) -> Answer<'a, Page<Client>> {
        Box::pin(async move {
            let after = Cursor::id(page.cursor.as_ref(), List::Clients)?;
            let rows = page.rows();
            let found = self.store.read(Who::System, move |db| Box::pin(list(db, after, rows))).await?;
            Ok(Page::cut(found, page, |client| Cursor::after_id(List::Clients, client.id.uuid())))
        })
    }

    /// Writes a new client.
    ///
    /// # Errors
    /// `Duplicate` when it is there already.
    pub fn insert_client(&self, client: Client, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            self.store
                .write(Who::System, (client, ready), |db, (client, ready)| Box::pin(insert(db, client, ready)))
                .await
        })
    }

    /// Writes a changed client. Secrets, keys and delegations are changed or added, never removed: ended ones are history.
    ///
    /// # Errors
    /// `Conflict` when the version moved; `LastOperator` when no operator could take a token any more.
    pub fn update_client(&self, client: Client, expected: i64, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            let whole = (client, expected, ready);
            self.store
                .write(Who::System, whole, |db, (client, expected, ready)| {
                    Box::pin(update(db, client, *expected, ready))
                })
                .await
        })
    }
}

async fn insert(mut db: Db<'_>, client: &Client, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    execute!(&mut db, diesel::insert_into(clients::table).values(&ClientRow::of(client)))?;
    below(&mut db, client).await?;
    ready.finish(&mut db).await
}

async fn update(mut db: Db<'_>, client: &Client, expected: i64, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let now = client.updated_at;
    let others = if client.kind == ClientKind::Operator { operators_locked(&mut db, now).await? } else { 0 };
    let old = clients::table.filter(clients::id.eq(Id(client.id))).filter(clients::version.eq(expected));
    touched(execute!(&mut db, diesel::update(old).set(&ClientRow::of(client)))?)?;
    below(&mut db, client).await?;
    if others > 0 && count_operators(&mut db, now).await? == 0 {
        return Err(StoreError::LastOperator);
    }
    ready.finish(&mut db).await
}

/// How many operators can take a token, while nobody else changes one: two who revoke each other come one after the
/// other, and the second finds that it is the last.
async fn operators_locked(db: &mut Db<'_>, now: Instant) -> Result<usize, StoreError> {
    if let Db::Postgres(connection) = db {
        let all = clients::table
            .filter(clients::kind.eq(ClientKind::Operator.name()))
            .order(clients::id)
            .select(clients::id)
            .for_update();
        let _: Vec<Id<ClientId>> = diesel_async::RunQueryDsl::load(all, connection).await?;
    }
    count_operators(db, now).await
}

async fn below(db: &mut Db<'_>, client: &Client) -> Result<(), StoreError> {
    for secret in &client.secrets {
        use client_secrets::dsl;
        execute!(
            db,
            diesel::insert_into(dsl::client_secrets)
                .values(&SecretRow::of(client.id, secret))
                .on_conflict((dsl::client_id, dsl::id))
                .do_update()
                .set(dsl::expires_at.eq(excluded(dsl::expires_at)))
        )?;
    }
    for key in &client.keys {
        use client_keys::dsl;
        execute!(
            db,
            diesel::insert_into(dsl::client_keys)
                .values(&KeyRow::of(client.id, key))
                .on_conflict((dsl::client_id, dsl::id))
                .do_update()
                .set(dsl::expires_at.eq(excluded(dsl::expires_at)))
        )?;
    }
    for delegation in &client.delegations {
        use delegations::dsl;
        execute!(
            db,
            diesel::insert_into(dsl::delegations)
                .values(&DelegationRow::of(delegation))
                .on_conflict((dsl::institution_id, dsl::id))
                .do_update()
                .set((
                    dsl::scopes.eq(excluded(dsl::scopes)),
                    dsl::service_codes.eq(excluded(dsl::service_codes)),
                    dsl::return_origins.eq(excluded(dsl::return_origins)),
                    dsl::status.eq(excluded(dsl::status)),
                    dsl::expires_at.eq(excluded(dsl::expires_at)),
                ))
        )?;
    }
    begin_lanes_of(db, client.id).await
}

async fn by_id(mut db: Db<'_>, id: ClientId) -> Result<Option<Client>, StoreError> {
    let heads: Vec<ClientRow> =
        load!(&mut db, clients::table.filter(clients::id.eq(Id(id))).select(ClientRow::as_select()))?;
    Ok(assemble(&mut db, heads).await?.pop())
}

async fn list(mut db: Db<'_>, after: Option<Uuid>, rows: i64) -> Result<Vec<Client>, StoreError> {
    let heads: Vec<ClientRow> = load_boxed!(&mut db, DB => {
        let mut query =
            clients::table.order(clients::id.desc()).limit(rows).select(ClientRow::as_select()).into_boxed::<DB>();
        if let Some(after) = after {
            query = query.filter(clients::id.lt(Id(after)));
        }
        query
    })?;
    assemble(&mut db, heads).await
}

async fn assemble(db: &mut Db<'_>, heads: Vec<ClientRow>) -> Result<Vec<Client>, StoreError> {
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Id<ClientId>> = heads.iter().map(|head| head.id).collect();
    let (secrets, keys, grants): (Vec<SecretRow>, Vec<KeyRow>, Vec<DelegationRow>) = load_together!(
        db,
        client_secrets::table
            .filter(client_secrets::client_id.eq_any(&ids))
            .order((client_secrets::created_at, client_secrets::id))
            .select(SecretRow::as_select()),
        client_keys::table
            .filter(client_keys::client_id.eq_any(&ids))
            .order((client_keys::created_at, client_keys::id))
            .select(KeyRow::as_select()),
        delegations::table
            .filter(delegations::client_id.eq_any(&ids))
            .order((delegations::created_at, delegations::id))
            .select(DelegationRow::as_select()),
    )?;
    let mut secrets = grouped(secrets, |row| row.client_id, SecretRow::into_secret)?;
    let mut keys = grouped(keys, |row| row.client_id, KeyRow::into_key)?;
    let mut grants = grouped(grants, |row| row.client_id, DelegationRow::into_delegation)?;
    heads
        .into_iter()
        .map(|head| {
            let id = head.id;
            let (secrets, keys) = (secrets.remove(&id), keys.remove(&id));
            let grants = grants.remove(&id).unwrap_or_default();
            head.into_client(secrets.unwrap_or_default(), keys.unwrap_or_default(), grants)
        })
        .collect()
}

async fn count_operators(db: &mut Db<'_>, now: Instant) -> Result<usize, StoreError> {
    use client_keys::dsl as key;
    use client_secrets::dsl as secret;
    let holders = secret::client_secrets
        .filter(secret::expires_at.is_null().or(secret::expires_at.gt(At(now)).assume_not_null()))
        .select(secret::client_id);
    let keyed = key::client_keys
        .filter(key::expires_at.is_null().or(key::expires_at.gt(At(now)).assume_not_null()))
        .select(key::client_id);
    let found: Vec<i64> = load!(
        db,
        clients::table
            .filter(clients::kind.eq(ClientKind::Operator.name()))
            .filter(clients::status.eq(ClientStatus::Active.name()))
            .filter(clients::id.eq_any(holders).or(clients::id.eq_any(keyed)))
            .count()
    )?;
    fit("operators", found.first().copied().unwrap_or_default())
}
