// SPDX-License-Identifier: AGPL-3.0-or-later
//! The registry of stations.

use diesel::prelude::*;
use tramite_domain::station::Station;

use super::SystemScope;
use super::change::{Change, Ready};
use crate::commit::touched;
use crate::db::{Db, execute, first, load_boxed};
use crate::error::StoreError;
use crate::page::{Cursor, List, Page, PageRequest};
use crate::row::access::StationRow;
use crate::schema::stations;
use crate::store::Answer;
use crate::store::Who;

impl SystemScope {
    /// The station of that id.
    ///
    /// # Errors
    /// Whatever keeps the database from answering.
    pub fn station<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Station>> {
        Box::pin(async move {
            let id = id.to_owned();
            self.store.read(Who::System, move |db| Box::pin(by_id(db, id))).await
        })
    }

    /// All stations, by their ids.
    ///
    /// # Errors
    /// `Cursor` when the cursor is of another list; else whatever keeps the database from answering.
    pub fn stations<'a>(&'a self, page: &'a PageRequest) -> Answer<'a, Page<Station>> {
        Box::pin(async move {
            let after = Cursor::code(page.cursor.as_ref(), List::Stations)?;
            let rows = page.rows();
            let found = self.store.read(Who::System, move |db| Box::pin(list(db, after, rows))).await?;
            Page::cut(found, page, |row| Cursor::after_code(List::Stations, row.id.clone()))
                .try_map(StationRow::into_station)
        })
    }

    /// Writes a station, new (expected none) or changed.
    ///
    /// # Errors
    /// `Conflict` when the version moved, or the station is there already.
    pub fn put_station(&self, station: Station, expected: Option<i64>, change: Change) -> Answer<'_, ()> {
        Box::pin(async move {
            let ready = self.ready(change).await?;
            let whole = (station, expected, ready);
            self.store
                .write(Who::System, whole, |db, (station, expected, ready)| {
                    Box::pin(put(db, station, *expected, ready))
                })
                .await
        })
    }
}

async fn put(mut db: Db<'_>, station: &Station, expected: Option<i64>, ready: &Ready) -> Result<(), StoreError> {
    ready.begin(&mut db).await?;
    let row = StationRow::of(station);
    let rows = match expected {
        None => execute!(&mut db, diesel::insert_into(stations::table).values(&row))?,
        Some(expected) => {
            let old = stations::table.filter(stations::id.eq(&row.id)).filter(stations::row_version.eq(expected));
            execute!(&mut db, diesel::update(old).set(&row))?
        }
    };
    touched(rows)?;
    ready.finish(&mut db).await
}

async fn by_id(mut db: Db<'_>, id: String) -> Result<Option<Station>, StoreError> {
    let row: Option<StationRow> =
        first!(&mut db, stations::table.filter(stations::id.eq(&id)).select(StationRow::as_select()))?;
    row.map(StationRow::into_station).transpose()
}

async fn list(mut db: Db<'_>, after: Option<String>, rows: i64) -> Result<Vec<StationRow>, StoreError> {
    let found = load_boxed!(&mut db, DB => {
        let mut query =
            stations::table.order(stations::id).limit(rows).select(StationRow::as_select()).into_boxed::<DB>();
        if let Some(after) = &after {
            query = query.filter(stations::id.gt(after));
        }
        query
    })?;
    Ok(found)
}
