// SPDX-License-Identifier: AGPL-3.0-or-later
//! How much of a client's quota of a day its processes have taken. Each takes a share before it serves anything of it, so all
//! of them together never serve more than the quota.

use chrono::NaiveDate;
use diesel::prelude::*;
use tramite_domain::ids::ClientId;

use super::SystemScope;
use crate::column::Id;
use crate::db::{Db, execute};
use crate::error::StoreError;
use crate::row::{fit, known};
use crate::schema::client_usage;
use crate::store::{Answer, Who};

/// What a process got of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Requests that it may serve; zero where nothing is left.
    pub granted: u32,
    /// Requests that all processes have taken by now, these among them.
    pub taken: u32,
}

impl SystemScope {
    /// Takes up to `share` requests of a client's quota of a day.
    ///
    /// # Errors
    /// Whatever keeps the database from writing; then nothing was taken.
    pub fn take_requests(&self, client: ClientId, day: NaiveDate, quota: u32, share: u32) -> Answer<'_, Taken> {
        Box::pin(async move {
            let wanted = Wanted { client: Id(client), day, quota: i64::from(quota), share: i64::from(share) };
            self.store.write(Who::System, wanted, |db, wanted| Box::pin(take(db, wanted))).await
        })
    }

    /// Forgets how much was taken before a day.
    ///
    /// # Errors
    /// Whatever keeps the database from writing.
    pub fn forget_usage(&self, before: NaiveDate) -> Answer<'_, usize> {
        Box::pin(async move { self.store.write(Who::System, before, |db, before| Box::pin(forget(db, *before))).await })
    }
}

struct Wanted {
    client: Id<ClientId>,
    day: NaiveDate,
    quota: i64,
    share: i64,
}

async fn take(mut db: Db<'_>, wanted: &Wanted) -> Result<Taken, StoreError> {
    let first =
        (client_usage::day.eq(wanted.day), client_usage::client_id.eq(wanted.client), client_usage::requests.eq(0));
    execute!(&mut db, diesel::insert_into(client_usage::table).values(first).on_conflict_do_nothing())?;
    let row = client_usage::table
        .filter(client_usage::day.eq(wanted.day))
        .filter(client_usage::client_id.eq(wanted.client))
        .select(client_usage::requests);
    // Whoever takes next waits until this share is written.
    let found: Vec<i64> = match &mut db {
        Db::Postgres(connection) => diesel_async::RunQueryDsl::load(row.for_update(), connection).await?,
        Db::Sqlite(connection) => diesel::RunQueryDsl::load(row, &mut **connection)?,
    };
    let before = known("client_usage.requests", found.into_iter().next())?;
    let granted = wanted.share.min(wanted.quota.saturating_sub(before)).max(0);
    let taken = before.saturating_add(granted);
    if granted > 0 {
        let same = client_usage::table
            .filter(client_usage::day.eq(wanted.day))
            .filter(client_usage::client_id.eq(wanted.client));
        execute!(&mut db, diesel::update(same).set(client_usage::requests.eq(taken)))?;
    }
    Ok(Taken { granted: fit("granted", granted)?, taken: fit("client_usage.requests", taken)? })
}

async fn forget(mut db: Db<'_>, before: NaiveDate) -> Result<usize, StoreError> {
    Ok(execute!(&mut db, diesel::delete(client_usage::table.filter(client_usage::day.lt(before))))?)
}
